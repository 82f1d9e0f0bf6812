package io.understudy.replication;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.sink.FeedOptions;
import io.understudy.replication.stage.Rename;
import io.understudy.replication.stage.Selection;
import io.understudy.topology.Address;
import java.util.Optional;

/**
 * One part of a source, and where replicas get it.
 *
 * @param listen where replicas connect
 * @param selection which keys it has
 * @param rename their names in it
 * @param description the selection in a few words, for operators
 * @param backlogBytes how much of the stream is kept for replicas that come back
 * @param options how its replicas are treated
 * @param target the version of its replicas, when the source's snapshots are not fit for it: the
 *     snapshot is then written in types that it knows; the stream is passed on as it is
 */
public record FeedPlan(
    Address listen,
    Selection selection,
    Rename rename,
    String description,
    int backlogBytes,
    FeedOptions options,
    Optional<RdbTarget> target) {
  /** A feed for servers of the source's version or newer. */
  public FeedPlan(
      Address listen,
      Selection selection,
      Rename rename,
      String description,
      int backlogBytes,
      FeedOptions options) {
    this(listen, selection, rename, description, backlogBytes, options, Optional.empty());
  }
}
