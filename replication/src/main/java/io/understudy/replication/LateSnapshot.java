package io.understudy.replication;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.understudy.replication.source.LinkLoss;
import io.understudy.replication.source.ResumePoint;
import io.understudy.replication.source.SnapshotException;
import io.understudy.replication.source.SourceLink;
import io.understudy.replication.source.SourceListener;
import io.understudy.replication.source.SourceServer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of the history that is being followed, on a connection of its own, for replicas that
 * came after the stream had begun. The source's event loop.
 *
 * <p>Its offset is a place in the stream that the feeds follow, so the replicas go on from the
 * feeds' own backlogs, at the places that the feeds had when they came by that offset.
 */
final class LateSnapshot implements SourceListener {
  /** What it needs from the one who follows the stream. */
  interface Driver {
    /** Connects a link to the source. */
    SourceLink open(Optional<ResumePoint> resume, SourceListener listener);

    /** The history that is followed. */
    Optional<String> history();

    /** The source made a snapshot. */
    void onFullResync();

    /** It is over, whole or not. */
    void onLateSnapshotEnded(LateSnapshot ended);

    /** It is over because its link was lost. */
    void onLateSnapshotLost(LinkLoss loss);
  }

  private final String name;
  private final List<Feed> feeds;
  private final Driver driver;
  private final LongSupplier nanoTime;
  private @Nullable SourceLink link;
  private long offset = -1;
  private boolean placed;
  private @Nullable SnapshotTransfer passing;

  LateSnapshot(String name, List<Feed> feeds, Driver driver, LongSupplier nanoTime) {
    this.name = name;
    this.feeds = feeds;
    this.driver = driver;
    this.nanoTime = nanoTime;
  }

  /** Asks for it; the stream was followed up to {@code sourceOffset}. */
  void start(long sourceOffset) {
    // The source's offset can only be ahead of ours: from here on every place is noted.
    for (Feed feed : feeds) {
      feed.trace().start(sourceOffset, feed.server().backlog().end(), feed.stage().selected());
    }
    link = driver.open(Optional.empty(), this);
  }

  @Override
  public void onIdentified(SourceServer identified) {}

  @Override
  public boolean onGreeted() {
    return true;
  }

  @Override
  public void onFullResync(String replicationId, long at) {
    driver.onFullResync();
    if (!driver.history().equals(Optional.of(replicationId))) {
      end("the source has another history");
      return;
    }
    offset = at;
    reads(false);
  }

  /** The stream has come to some offset; also called now and then while it stands still. */
  void onAdvance(long sourceOffset) {
    if (offset >= 0 && !placed && sourceOffset >= offset) {
      placed = true;
      reads(true);
    } else if (!placed && feeds.stream().anyMatch(feed -> feed.trace().isFull())) {
      end("the source took too long to begin its snapshot");
    }
  }

  @Override
  public void onContinue(String replicationId) {
    throw new IllegalStateException("a snapshot was asked for");
  }

  @Override
  public void onSnapshotBegin(OptionalLong bytes) {
    passing =
        new SnapshotTransfer(
            feeds.stream()
                .filter(feed -> !feed.isStopped())
                .map(f -> new SnapshotTransfer.Target(f, f.trace().at(offset)))
                .toList(),
            bytes,
            ByteBufAllocator.DEFAULT,
            nanoTime.getAsLong());
    feeds.forEach(feed -> feed.trace().stop());
  }

  @Override
  public boolean onSnapshot(ByteBuf bytes) throws SnapshotException {
    SnapshotTransfer current = passing;
    if (current == null) {
      throw new IllegalStateException("no snapshot is passing");
    }
    boolean ended = current.read(bytes, nanoTime.getAsLong());
    if (!ended && current.isUnwanted()) {
      end("nobody wants the snapshot any more");
    } else if (!ended && !current.takesMore()) {
      reads(false);
    }
    return ended;
  }

  @Override
  public void onSnapshotEnd() {
    SnapshotTransfer current = passing;
    passing = null;
    if (current != null) {
      current.end();
    }
    end("the snapshot passed");
  }

  @Override
  public void onStream(ByteBuf bytes) {
    bytes.skipBytes(bytes.readableBytes());
  }

  @Override
  public void onLost(LinkLoss loss) {
    end(loss.reason());
    driver.onLateSnapshotLost(loss);
  }

  /** A receiver takes bytes again, or is gone. */
  void onReceiverReady() {
    SnapshotTransfer current = passing;
    if (current != null && current.takesMore()) {
      reads(true);
    }
  }

  /** Says to those who got nothing for a while that we are alive. */
  void keepAlive(long now) {
    SnapshotTransfer current = passing;
    if (current != null) {
      current.keepAlive(now);
    }
  }

  Optional<SourceStatus.Progress> progress(long now) {
    SnapshotTransfer current = passing;
    return current == null ? Optional.empty() : Optional.of(current.progress(now));
  }

  /** Ends it; replicas that were receiving are cut off. */
  void end(String why) {
    driver.onLateSnapshotEnded(this);
    SnapshotTransfer current = passing;
    passing = null;
    if (current != null) {
      current.fail(why);
    }
    feeds.forEach(feed -> feed.trace().stop());
    SourceLink open = link;
    if (open != null) {
      open.close();
    }
  }

  private void reads(boolean reads) {
    SourceLink open = link;
    if (open != null) {
      open.reads(reads);
    }
  }

  @Override
  public long safeOffset() {
    return offset;
  }

  @Override
  public String toString() {
    return "a late snapshot of " + name;
  }
}
