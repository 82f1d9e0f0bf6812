package io.understudy.failover;

import io.understudy.failover.decide.Answer;
import io.understudy.failover.decide.Request;
import io.understudy.failover.observe.NodeWatch;
import io.understudy.failover.view.Reachability;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A node that somebody wants added, and that is looked at before an answer is given.
 *
 * @param trial whether only to say what would be done
 * @param guest the watch of the node
 * @param untilNanos when it has taken too long to tell what it is
 * @param told gets the answer
 */
record Viewing(
    Request.AddNode add,
    boolean trial,
    NodeWatch guest,
    long untilNanos,
    CompletableFuture<Answer> told) {

  /** How many nodes of a group are looked at for that at once. */
  static final int MOST = 16;

  /** How long a node may take to tell what it is. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  static Viewing begin(
      Request.AddNode add,
      boolean trial,
      NodeWatch guest,
      long nowNanos,
      CompletableFuture<Answer> told) {
    guest.readSoon();
    return new Viewing(add, trial, guest, nowNanos + PATIENCE.toNanos(), told);
  }

  /** Whether enough was seen, or it was waited for long enough. */
  boolean isOver(long nowNanos) {
    Reachability seen = guest.view().reachability();
    boolean unclear = seen instanceof Reachability.Unprobed || seen instanceof Reachability.Broken;
    return !unclear || nowNanos - untilNanos > 0;
  }
}
