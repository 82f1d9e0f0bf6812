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
 * @param retiring the primary so far, while a planned change is under way: nothing new is sent to
 *     it, but what it answers to requests that were sent before still counts. Empty otherwise, and
 *     whenever there is a primary
 * @param durability on which terms writes to the primary are acknowledged; empty when its own
 *     answer is enough
 * @param verification on which terms an output that lost the coordinator may go on; empty when it
 *     may not
 */
public record Topology(
    String group,
    Epoch epoch,
    long version,
    Optional<Node> primary,
    List<Node> replicas,
    String reason,
    Optional<Node> retiring,
    Optional<Durability> durability,
    Optional<Verification> verification) {
  public Topology {
    if (version < 0) {
      throw new IllegalArgumentException("a version is never negative: " + version);
    }
    replicas = List.copyOf(replicas);
    if (primary.isPresent() && replicas.contains(primary.get())) {
      throw new IllegalArgumentException(
          primary.get() + " cannot be the primary and a replica of " + group);
    }
    if (primary.isPresent() && retiring.isPresent()) {
      throw new IllegalArgumentException("while there is a primary, none is retiring");
    }
  }

  /** A publication that binds only as long as the coordinator is there. */
  public Topology(
      String group,
      Epoch epoch,
      long version,
      Optional<Node> primary,
      List<Node> replicas,
      String reason,
      Optional<Node> retiring,
      Optional<Durability> durability) {
    this(group, epoch, version, primary, replicas, reason, retiring, durability, Optional.empty());
  }

  /** A publication whose primary acknowledges writes alone. */
  public Topology(
      String group,
      Epoch epoch,
      long version,
      Optional<Node> primary,
      List<Node> replicas,
      String reason,
      Optional<Node> retiring) {
    this(group, epoch, version, primary, replicas, reason, retiring, Optional.empty());
  }

  /** The same outside a planned change. */
  public Topology(
      String group,
      Epoch epoch,
      long version,
      Optional<Node> primary,
      List<Node> replicas,
      String reason) {
    this(group, epoch, version, primary, replicas, reason, Optional.empty());
  }

  /** What is published before anything is known. */
  public static Topology unknown(String group) {
    return new Topology(
        group, Epoch.NONE, 0, Optional.empty(), List.of(), "the nodes were not observed yet");
  }

  /**
   * Whether, when this is the newest publication, the primary of {@code earlier} may still be
   * treated as one: for answers, and, unless it is retiring, for requests.
   */
  public boolean honours(Topology earlier) {
    return epoch.equals(earlier.epoch)
        && earlier.primary.isPresent()
        && (primary.equals(earlier.primary) || retiring.equals(earlier.primary));
  }

  /**
   * The same in the next version, without a replica at {@code left}. If there was one, outputs may
   * not go on by it before a keeper has noted whose word counts now.
   */
  public Topology again(Address left, String newReason) {
    List<Node> others = replicas.stream().filter(r -> !r.address().equals(left)).toList();
    return new Topology(
        group,
        epoch,
        version + 1,
        primary,
        others,
        newReason,
        retiring,
        durability,
        verification.filter(terms -> others.equals(replicas)));
  }

  /** Whether this one replaces {@code other}. */
  public boolean isAfter(Topology other) {
    int byEpoch = epoch.compareTo(other.epoch);
    return byEpoch != 0 ? byEpoch > 0 : version > other.version;
  }
}
