package io.understudy.failover.decide;

import io.understudy.failover.view.Replication;
import io.understudy.failover.view.ReplicationId;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The primary that was published last.
 *
 * @param epoch its number
 * @param primary which run, and where
 * @param history the replication history that it writes, or, until that is known after a promotion,
 *     the one it continues
 * @param seenOffset how far that history was seen to go when this was last saved; what a candidate
 *     is measured against after a restart of the keeper
 * @param sinceNanos when it began, on the clock of the running process; facts that were asked for
 *     earlier say nothing of this reign
 * @param origin the history that the primary continued when it was promoted, and how far; a node
 *     that stands there misses what was written since, and holds nothing else
 * @param lostNanos since when the primary has counted as lost, on the clock of the running process;
 *     empty while it does not. A wait for the budget after that is no time that a replica was cut
 *     off before the loss
 * @param electorates by whose word writes were acknowledged as durable: the present one last,
 *     before it those that it does not replace yet. Empty where no durability is asked for
 */
public record Reign(
    Epoch epoch,
    Node primary,
    ReplicationId history,
    long seenOffset,
    long sinceNanos,
    Optional<Origin> origin,
    OptionalLong lostNanos,
    List<Electorate> electorates) {
  public Reign {
    electorates = List.copyOf(electorates);
  }

  /**
   * Where a history began.
   *
   * @param history the one before
   * @param endOffset the last offset that both have in common
   */
  public record Origin(ReplicationId history, long endOffset) {}

  /** A reign that begins at {@code nowNanos}. */
  static Reign begun(Epoch epoch, Node primary, ReplicationId history, long offset, long nowNanos) {
    return new Reign(
        epoch,
        primary,
        history,
        offset,
        nowNanos,
        Optional.empty(),
        OptionalLong.empty(),
        List.of());
  }

  /** The same, with its history seen to reach {@code offset}. */
  Reign reaching(long offset) {
    return new Reign(epoch, primary, history, offset, sinceNanos, origin, lostNanos, electorates);
  }

  /** The same, with what its primary says of its history. */
  Reign seen(Replication said) {
    return new Reign(
        epoch,
        primary,
        said.id(),
        said.offset(),
        sinceNanos,
        originOf(said),
        lostNanos,
        electorates);
  }

  /** The same, as the successor of a reign whose history was {@code former}. */
  Reign after(ReplicationId former, Replication said) {
    return new Reign(
        epoch,
        primary,
        history,
        seenOffset,
        sinceNanos,
        continued(former, said),
        lostNanos,
        electorates);
  }

  private Optional<Origin> originOf(Replication said) {
    return said.id().equals(history) ? origin : continued(history, said);
  }

  private static Optional<Origin> continued(ReplicationId former, Replication said) {
    return said.formerId()
        .filter(former::equals)
        .map(id -> new Origin(id, said.formerEndOffset() - 1));
  }

  /**
   * How much of this reign's data a node holds; empty when it holds other data. Whoever follows the
   * history before, no further than where it was continued, holds the beginning of this one.
   */
  OptionalLong heldBy(Replication replication) {
    if (replication.knows(history)) {
      return OptionalLong.of(replication.offsetIn(history));
    }
    return origin
            .filter(o -> replication.id().equals(o.history()))
            .filter(o -> replication.offset() <= o.endOffset())
            .isPresent()
        ? OptionalLong.of(replication.offset())
        : OptionalLong.empty();
  }

  /** The same, lost since then, or not lost. */
  Reign lostSince(OptionalLong newLostNanos) {
    return new Reign(
        epoch, primary, history, seenOffset, sinceNanos, origin, newLostNanos, electorates);
  }

  /** The same for a process that begins at {@code nowNanos} on a clock of its own. */
  Reign resumedAt(long nowNanos) {
    return new Reign(
        epoch,
        primary,
        history,
        seenOffset,
        nowNanos,
        origin,
        OptionalLong.empty(),
        electorates.stream().map(e -> e.aloneSince(OptionalLong.empty())).toList());
  }

  /** The same with other electorates. */
  Reign withElectorates(List<Electorate> others) {
    return new Reign(epoch, primary, history, seenOffset, sinceNanos, origin, lostNanos, others);
  }

  /** What is worth a save: how far the history got is saved now and then only. */
  Reign asSaved(Reign saved) {
    return new Reign(
        epoch,
        primary,
        history,
        saved.seenOffset(),
        sinceNanos,
        origin,
        saved.lostNanos(),
        electorates);
  }
}
