package io.understudy.failover.decide;

import io.understudy.failover.view.ReplicationId;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;

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
 */
public record Reign(
    Epoch epoch, Node primary, ReplicationId history, long seenOffset, long sinceNanos) {

  Reign seen(long offset) {
    return new Reign(epoch, primary, history, offset, sinceNanos);
  }
}
