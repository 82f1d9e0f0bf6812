package io.understudy.failover.decide;

import io.understudy.failover.view.ReplicationId;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import java.util.List;
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
    OptionalLong lostNanos,
    List<Electorate> electorates) {
  public Reign {
    electorates = List.copyOf(electorates);
  }

  /** A reign that begins at {@code nowNanos}. */
  static Reign begun(
      Epoch epoch,
      Node primary,
      ReplicationId history,
      long offset,
      long nowNanos,
      List<Electorate> electorates) {
    return new Reign(epoch, primary, history, offset, nowNanos, OptionalLong.empty(), electorates);
  }

  /** The same, with a history that was seen to reach {@code offset}. */
  Reign seen(ReplicationId newHistory, long offset) {
    return new Reign(epoch, primary, newHistory, offset, sinceNanos, lostNanos, electorates);
  }

  /** The same, lost since then, or not lost. */
  Reign lostSince(OptionalLong newLostNanos) {
    return new Reign(epoch, primary, history, seenOffset, sinceNanos, newLostNanos, electorates);
  }

  /** The same for a process that begins at {@code nowNanos} on a clock of its own. */
  Reign resumedAt(long nowNanos) {
    return begun(
        epoch,
        primary,
        history,
        seenOffset,
        nowNanos,
        electorates.stream().map(e -> e.aloneSince(OptionalLong.empty())).toList());
  }

  /** The same with other electorates. */
  Reign withElectorates(List<Electorate> others) {
    return new Reign(epoch, primary, history, seenOffset, sinceNanos, lostNanos, others);
  }

  /** What is worth a save: how far the history got is saved now and then only. */
  Reign asSaved(Reign saved) {
    return new Reign(
        epoch, primary, history, saved.seenOffset(), sinceNanos, saved.lostNanos(), electorates);
  }
}
