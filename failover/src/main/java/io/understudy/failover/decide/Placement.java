package io.understudy.failover.decide;

import io.understudy.topology.Address;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where a group's primary should be, should not be, and must not be.
 *
 * @param nodes what is said of single nodes; those that are not among them are normal, in no zone
 * @param prefer zones that are better than others
 * @param avoid zones that are worse than others
 * @param forbid zones whose nodes are never promoted, unless an operator forces it
 */
public record Placement(
    List<Place> nodes, List<String> prefer, List<String> avoid, List<String> forbid) {
  /** Any node is as good as another. */
  public static final Placement NONE = new Placement(List.of(), List.of(), List.of(), List.of());

  /** How many kinds of zones there are: better, equal, worse. */
  private static final int ZONES = 3;

  public Placement {
    nodes = List.copyOf(nodes);
    prefer = List.copyOf(prefer);
    avoid = List.copyOf(avoid);
    forbid = List.copyOf(forbid);
  }

  /** What is said of one node. */
  public record Place(Address node, Optional<String> zone, Tag tag) {}

  /** Whether a node should be primary. */
  public enum Tag {
    PREFER,
    NORMAL,
    NEVER
  }

  /** Why a node must not become primary; empty when it may. */
  Optional<String> objection(Address node) {
    Place place = of(node);
    if (place.tag() == Tag.NEVER) {
      return Optional.of(node + " has priority: never");
    }
    return place
        .zone()
        .filter(forbid::contains)
        .map(zone -> node + " is in zone " + zone + ", which failover.zones forbids");
  }

  /** Lower is better; the tag of a node counts before its zone. */
  int rank(Address node) {
    Place place = of(node);
    int zone =
        place.zone().filter(prefer::contains).isPresent()
            ? 0
            : place.zone().filter(z -> avoid.contains(z) || forbid.contains(z)).isPresent() ? 2 : 1;
    int tag =
        switch (place.tag()) {
          case PREFER -> 0;
          case NORMAL -> 1;
          case NEVER -> 2;
        };
    return tag * ZONES + zone;
  }

  /** The better place first. */
  Comparator<Address> byRank() {
    return Comparator.comparingInt(this::rank);
  }

  private Place of(Address node) {
    return nodes.stream()
        .filter(p -> p.node().equals(node))
        .findFirst()
        .orElse(new Place(node, Optional.empty(), Tag.NORMAL));
  }
}
