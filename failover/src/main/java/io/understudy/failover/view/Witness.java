package io.understudy.failover.view;

import io.understudy.topology.Address;
import java.util.List;
import java.util.Optional;

/**
 * What another keeper sees of a group: the nodes that it cannot talk to. It can talk to all others.
 *
 * @param keeper its id
 * @param absences at most one per node
 */
public record Witness(String keeper, List<Absence> absences) {
  public Witness {
    absences = List.copyOf(absences);
  }

  /** How the node is absent; empty when the keeper gets answers from it. */
  public Optional<Absence> absenceOf(Address node) {
    return absences.stream().filter(a -> a.node().equals(node)).findFirst();
  }

  /**
   * A node that a keeper cannot talk to.
   *
   * @param node where
   * @param kind how
   * @param times how many refusals in a row; 0 when it is not refused
   * @param sinceNanos since when, on this process's clock; never earlier than it was
   */
  public record Absence(Address node, Kind kind, int times, long sinceNanos) {}

  /** How a node can be absent. */
  public enum Kind {
    /** Connecting is refused. */
    REFUSED,
    /** It does not answer. */
    SILENT,
    /** Too little is known, or it answers with an error: it says neither that it lives nor not. */
    UNCLEAR
  }
}
