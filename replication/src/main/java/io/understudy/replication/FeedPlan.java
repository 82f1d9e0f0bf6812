package io.understudy.replication;

import io.understudy.replication.sink.FeedOptions;
import io.understudy.replication.stage.Rename;
import io.understudy.replication.stage.Selection;
import io.understudy.topology.Address;

/**
 * One part of a source, and where replicas get it.
 *
 * @param listen where replicas connect
 * @param selection which keys it has
 * @param rename their names in it
 * @param description the selection in a few words, for operators
 * @param backlogBytes how much of the stream is kept for replicas that come back
 * @param options how its replicas are treated
 */
public record FeedPlan(
    Address listen,
    Selection selection,
    Rename rename,
    String description,
    int backlogBytes,
    FeedOptions options) {}
