package io.understudy.topology;

import java.util.List;
import java.util.Optional;

/**
 * What is published of one group: the only truth that proxies and other outputs follow.
 *
 * <p>{@code (epoch, version)} only grows. The epoch grows when another node becomes primary; the
 * version grows with every publication inside an epoch and starts again at 0 with the next. A
 * consumer drops what is not {@link #isAfter after} what it has.
 *
 * @param group the group's name
 * @param epoch the reign; {@link Epoch#NONE} until a primary was found
 * @param version the publication's number inside its epoch, 0 and up
 * @param primary the node that takes writes; empty while there is none, and then outputs hold
 *     requests
 * @param replicas the nodes that replicate from it, sorted by address; never contains the primary
 * @param reason one sentence for an operator: why it is so
 */
public record Topology(
    String group,
    Epoch epoch,
    long version,
    Optional<Node> primary,
    List<Node> replicas,
    String reason) {
  public Topology {
    if (version < 0) {
      throw new IllegalArgumentException("a version is never negative: " + version);
    }
    replicas = List.copyOf(replicas);
    if (primary.isPresent() && replicas.contains(primary.get())) {
      throw new IllegalArgumentException(
          primary.get() + " cannot be the primary and a replica of " + group);
    }
  }

  /** What is published before anything is known. */
  public static Topology unknown(String group) {
    return new Topology(
        group, Epoch.NONE, 0, Optional.empty(), List.of(), "the nodes were not observed yet");
  }

  /** Whether this one replaces {@code other}. */
  public boolean isAfter(Topology other) {
    int byEpoch = epoch.compareTo(other.epoch);
    return byEpoch != 0 ? byEpoch > 0 : version > other.version;
  }
}
