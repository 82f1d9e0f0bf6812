package io.understudy.replication;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.sink.FeedOptions;
import io.understudy.replication.stage.Contents;
import io.understudy.replication.stage.Policies;
import io.understudy.replication.stage.Rename;
import io.understudy.replication.stage.Selection;
import io.understudy.topology.Address;
import io.understudy.wire.tls.TlsServer;
import java.util.Optional;

/**
 * One part of a source, and where replicas get it.
 *
 * @param listen where replicas connect
 * @param selection which keys it has
 * @param contents which of them are kept by what they hold, and what becomes of their values
 * @param rename their names in it
 * @param policies what becomes of what has no one right answer
 * @param description the selection in a few words, for operators
 * @param backlogBytes how much of the stream is kept for replicas that come back
 * @param maxValueBytes the largest value of a snapshot that is held to be changed, or to be written
 *     in another type
 * @param options how its replicas are treated
 * @param target the version of its replicas; empty to ask the first of them. What it does not know
 *     is written in other types and said in other words
 * @param loss what becomes of what its replicas cannot hold
 * @param tls the feed's end of TLS; empty for plain connections
 */
public record FeedPlan(
    Address listen,
    Selection selection,
    Contents contents,
    Rename rename,
    Policies policies,
    String description,
    int backlogBytes,
    int maxValueBytes,
    FeedOptions options,
    Optional<RdbTarget> target,
    RdbTarget.Loss loss,
    Optional<TlsServer> tls) {
  /** What must be the same for another process to go on with the feed's stream. */
  String identity() {
    return description
        + " / "
        + target.map(RdbTarget::toString).orElse("")
        + " / "
        + loss
        + " / "
        + policies;
  }
}
