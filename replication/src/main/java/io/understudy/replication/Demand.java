package io.understudy.replication;

import java.time.Duration;
import java.util.List;

/**
 * Whether replicas need a snapshot, and whether those of other feeds should be waited for, so that
 * one snapshot serves all. One thread.
 */
final class Demand {
  private final List<Feed> feeds;
  private final Duration gather;
  private boolean noticed;
  private long noticedNanos;

  /**
   * @param gather how long the first that needs one waits for the others
   */
  Demand(List<Feed> feeds, Duration gather) {
    this.feeds = feeds;
    this.gather = gather;
  }

  /** Whether somebody needs a snapshot. */
  boolean isThere() {
    return feeds.stream().anyMatch(feed -> feed.server().isSnapshotWanted());
  }

  /** Whether every feed has somebody who waits, or has waited long enough for the others. */
  boolean isGathered(long nowNanos) {
    if (!noticed && isThere()) {
      expect(nowNanos);
    }
    boolean complete =
        feeds.stream()
            .allMatch(
                f -> f.isStopped() || f.server().isSnapshotWanted() || f.server().attached() > 0);
    return complete || (noticed && nowNanos - noticedNanos >= gather.toNanos());
  }

  /** Somebody will need one. */
  void expect(long nowNanos) {
    noticed = true;
    noticedNanos = nowNanos;
  }

  /** A snapshot is on its way. */
  void met() {
    noticed = false;
  }
}
