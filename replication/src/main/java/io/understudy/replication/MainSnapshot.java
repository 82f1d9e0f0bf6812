package io.understudy.replication;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.understudy.replication.source.SnapshotException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshot before the stream that is followed, while it passes. The source's event loop. */
final class MainSnapshot {
  private static final Logger LOG = LoggerFactory.getLogger(MainSnapshot.class);

  private final String source;
  private final List<Feed> feeds;
  private final LongSupplier nanoTime;
  private @Nullable SnapshotTransfer passing;

  MainSnapshot(String source, List<Feed> feeds, LongSupplier nanoTime) {
    this.source = source;
    this.feeds = feeds;
    this.nanoTime = nanoTime;
  }

  /** Its first byte is next; all who wait are told. */
  void begin(OptionalLong bytes) {
    passing =
        new SnapshotTransfer(
            feeds.stream()
                .map(
                    feed ->
                        new SnapshotTransfer.Target(
                            feed, new OffsetTrace.Place(feed.server().backlog().end(), -1)))
                .toList(),
            bytes,
            ByteBufAllocator.DEFAULT,
            nanoTime.getAsLong());
  }

  /**
   * Reads on.
   *
   * @return whether it ended; bytes behind it are left
   */
  boolean read(ByteBuf bytes) throws SnapshotException {
    SnapshotTransfer present = passing;
    if (present == null) {
      throw new IllegalStateException("no snapshot is passing");
    }
    return present.read(bytes, nanoTime.getAsLong());
  }

  /** Whether one passes, and every receiver takes more of it. */
  boolean takesMore() {
    SnapshotTransfer present = passing;
    return present != null && present.takesMore();
  }

  /** It came whole. */
  void end() {
    SnapshotTransfer present = passing;
    passing = null;
    if (present != null) {
      SourceStatus.Progress progress = present.progress(nanoTime.getAsLong());
      present.end();
      LOG.info(
          "{}: the snapshot passed: {} keys, {} bytes, {} ms",
          source,
          progress.keys(),
          progress.bytes(),
          TimeUnit.NANOSECONDS.toMillis(progress.elapsedNanos()));
    }
  }

  /** It will never be whole. */
  void fail(String why) {
    SnapshotTransfer present = passing;
    passing = null;
    if (present != null) {
      present.fail(why);
    }
  }

  /** Says to those who got nothing for a while that we are alive. */
  void keepAlive(long nowNanos) {
    SnapshotTransfer present = passing;
    if (present != null) {
      present.keepAlive(nowNanos);
    }
  }

  Optional<SourceStatus.Progress> progress(long nowNanos) {
    SnapshotTransfer present = passing;
    return present == null ? Optional.empty() : Optional.of(present.progress(nowNanos));
  }
}
