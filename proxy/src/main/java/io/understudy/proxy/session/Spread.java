package io.understudy.proxy.session;

import io.understudy.proxy.backend.Replicas;
import io.understudy.proxy.route.ReadPolicy;
import io.understudy.proxy.route.Reads;
import io.understudy.wire.command.CommandTable;

/**
 * That the reads of a listener go to replicas, on one event loop.
 *
 * @param replicas who may answer them
 * @param policy which of these, and when
 */
public record Spread(Replicas replicas, ReadPolicy policy) {
  /** Which commands are reads. */
  static final Reads READS = new Reads(CommandTable.standard());
}
