package io.understudy.replication;

import io.understudy.replication.source.LinkLoss;
import io.understudy.replication.source.ResumePoint;
import io.understudy.replication.source.SourceLink;
import io.understudy.replication.source.SourceListener;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The snapshots for replicas that came late, one after the other. The source's event loop. */
final class LateSnapshots implements LateSnapshot.Driver {
  /** What they need from the one who follows the stream. */
  interface Driver {
    /** Connects a link to the source. */
    SourceLink open(Optional<ResumePoint> resume, SourceListener listener);

    /** The history that is followed. */
    Optional<String> history();

    /** The source made a snapshot. */
    void onFullResync();

    /** A snapshot's link was lost. */
    void onLateSnapshotLost(LinkLoss loss);
  }

  private final String name;
  private final List<Feed> feeds;
  private final Driver driver;
  private final LongSupplier nanoTime;
  private @Nullable LateSnapshot present;

  LateSnapshots(String name, List<Feed> feeds, Driver driver, LongSupplier nanoTime) {
    this.name = name;
    this.feeds = feeds;
    this.driver = driver;
    this.nanoTime = nanoTime;
  }

  /** Whether one is on its way. */
  boolean isUnderWay() {
    return present != null;
  }

  /** Asks for one; the stream was followed up to an offset. */
  void start(long sourceOffset) {
    LateSnapshot started = new LateSnapshot(name, List.copyOf(feeds), this, nanoTime);
    present = started;
    started.start(sourceOffset);
  }

  /** Says to those who got nothing for a while that we are alive. */
  void keepAlive(long now) {
    LateSnapshot passing = present;
    if (passing != null) {
      passing.keepAlive(now);
    }
  }

  /** The stream has come to some offset; also called now and then while it stands still. */
  void onAdvance(long sourceOffset) {
    LateSnapshot passing = present;
    if (passing != null) {
      passing.onAdvance(sourceOffset);
    }
  }

  /** A receiver takes bytes again, or is gone. */
  void onReceiverReady() {
    LateSnapshot passing = present;
    if (passing != null) {
      passing.onReceiverReady();
    }
  }

  /** Ends the present one; replicas that were receiving are cut off. */
  void end(String why) {
    LateSnapshot passing = present;
    if (passing != null) {
      passing.end(why);
    }
  }

  Optional<SourceStatus.Progress> progress(long now) {
    LateSnapshot passing = present;
    return passing == null ? Optional.empty() : passing.progress(now);
  }

  @Override
  public SourceLink open(Optional<ResumePoint> resume, SourceListener listener) {
    return driver.open(resume, listener);
  }

  @Override
  public Optional<String> history() {
    return driver.history();
  }

  @Override
  public void onFullResync() {
    driver.onFullResync();
  }

  @Override
  public void onLateSnapshotEnded(LateSnapshot ended) {
    if (ended.equals(present)) {
      present = null;
    }
  }

  @Override
  public void onLateSnapshotLost(LinkLoss loss) {
    driver.onLateSnapshotLost(loss);
  }
}
