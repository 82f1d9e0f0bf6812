package io.understudy.replication;

import io.understudy.replication.sink.Backlog;
import io.understudy.replication.sink.FeedOwner;
import io.understudy.replication.sink.FeedServer;
import io.understudy.replication.source.FetchedValue;
import io.understudy.replication.stage.CommandBytes;
import io.understudy.replication.stage.StreamCommand;
import io.understudy.replication.stage.StreamStage;
import io.understudy.replication.stage.Tally;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One feed of a source: its stage, its replicas, and how the two streams' offsets belong together.
 */
final class Feed {
  private static final int MAX_TRANSACTION_BYTES = 256 << 20;

  private final FeedPlan plan;
  private final FeedServer server;
  private final OffsetMap offsets = new OffsetMap();
  private final OffsetTrace trace = new OffsetTrace();
  private final Tally tally = new Tally();
  private StreamStage stage;
  private Optional<String> stopped = Optional.empty();
  private long snapshotKeys;

  Feed(FeedPlan plan, FeedOwner owner, Supplier<String> newId, LongSupplier nanoTime) {
    this.plan = plan;
    this.stage = newStage();
    this.server =
        new FeedServer(
            plan.listen().toString(),
            plan.listen().port(),
            plan.options(),
            owner,
            new Backlog(ByteBuffer.allocateDirect(plan.backlogBytes()), 0),
            newId,
            nanoTime);
  }

  private StreamStage newStage() {
    return new StreamStage(plan.selection(), plan.rename(), MAX_TRANSACTION_BYTES, tally);
  }

  FeedPlan plan() {
    return plan;
  }

  FeedServer server() {
    return server;
  }

  StreamStage stage() {
    return stage;
  }

  OffsetTrace trace() {
    return trace;
  }

  boolean isStopped() {
    return stopped.isPresent();
  }

  /** A new history of the source begins at an offset, so one of this feed does, too. */
  void restart(long sourceOffset, String reason) {
    stage = newStage();
    server.restart(reason);
    offsets.restart(server.backlog().end(), sourceOffset);
    trace.stop();
  }

  /** Ends it for good: nobody knows how to go on. */
  void stop(String reason) {
    stopped = Optional.of(reason);
    server.refuse(reason);
  }

  /** Takes a command of the source; see {@link StreamStage#accept}. */
  StreamStage.Outcome accept(StreamCommand command, int database) {
    return stage.accept(command, database);
  }

  /** Moves what the stage left over into the stream, after a command outside of a transaction. */
  void advance(long sourceOffset) {
    CommandBytes out = stage.out();
    if (out.size() > 0) {
      server.append(out.array(), 0, out.size());
      out.clear();
    }
    trace.note(sourceOffset, server.backlog().end(), stage.selected());
  }

  /** Puts a value into the stream, at the place at which it was read from the source. */
  void fetched(FetchedValue value, long sourceOffset) {
    stage.fetched(value.key(), value.commands());
    advance(sourceOffset);
  }

  /** Sends replicas what is new, after some commands. */
  void flush(long sourceOffset) {
    offsets.note(server.backlog().end(), sourceOffset);
    server.flush();
  }

  /** The source's offset up to which this feed's replicas have everything. */
  long safeOffset() {
    long acknowledged = server.acknowledgedOffset();
    if (acknowledged >= 0) {
      offsets.acknowledge(acknowledged);
    }
    return offsets.safe();
  }

  void snapshotKeys(long keys) {
    snapshotKeys = keys;
  }

  SourceStatus.FeedStatus status() {
    return new SourceStatus.FeedStatus(
        plan.listen().toString(),
        plan.description(),
        stopped,
        server.backlog().end(),
        server.backlog().end() - server.backlog().start(),
        snapshotKeys,
        tally.passed(),
        tally.dropped(),
        tally.cut(),
        tally.fetched(),
        server.counters().fullResyncs(),
        server.counters().partialResyncs(),
        server.replicaStates().stream()
            .map(r -> new SourceStatus.ReplicaStatus(r.address(), r.phase(), r.lagBytes()))
            .toList());
  }
}
