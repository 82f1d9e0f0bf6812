package io.understudy.replication;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.understudy.replication.sink.FeedOwner;
import io.understudy.replication.source.LinkLoss;
import io.understudy.replication.source.ResumePoint;
import io.understudy.replication.source.SnapshotException;
import io.understudy.replication.source.SourceLink;
import io.understudy.replication.source.SourceListener;
import io.understudy.replication.source.SourceOptions;
import io.understudy.replication.source.SourceServer;
import io.understudy.replication.source.ValueLink;
import io.understudy.replication.stage.KeyName;
import io.understudy.replication.stage.StreamStage;
import io.understudy.topology.Address;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One source and its feeds: connects when a replica needs something, follows the stream, comes back
 * after a loss, and asks for another snapshot beside the stream when a replica comes late. All of
 * it on one event loop.
 */
final class Replicator
    implements FeedOwner, StreamFollower.Wishes, ValueReader.Driver, LateSnapshot.Driver {
  private static final Logger LOG = LoggerFactory.getLogger(Replicator.class);
  private static final long TICK_MILLIS = 50;
  private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LAST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Every try of a broken source may cost it a snapshot. */
  private static final long BROKEN_RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final SourcePlan plan;
  private final Sockets sockets;
  private final EventLoop loop;
  private final LongSupplier nanoTime;
  private final List<Feed> feeds;
  private final StreamFollower follower;
  private final ValueReader values;
  private SourceOptions source;
  private SourceStatus.State state = SourceStatus.State.IDLE;
  private String reason = "";
  private SourceServer server = SourceServer.UNKNOWN;
  private Optional<String> history = Optional.empty();
  private @Nullable SourceLink main;
  private @Nullable SnapshotTransfer transfer;
  private @Nullable LateSnapshot late;
  private @Nullable ScheduledFuture<?> ticks;
  private boolean gathering;
  private boolean asked;
  private long askedSafe;
  private long wantedNanos;
  private boolean wanted;
  private long retryNanos;
  private long retryDelayNanos = FIRST_RETRY_NANOS;
  private long fullResyncs;
  private long partialResyncs;
  private volatile SourceStatus status;

  Replicator(
      SourcePlan plan,
      Sockets sockets,
      EventLoop loop,
      Supplier<String> newId,
      LongSupplier nanoTime) {
    this.plan = plan;
    this.sockets = sockets;
    this.loop = loop;
    this.nanoTime = nanoTime;
    this.source = plan.source();
    this.retryNanos = nanoTime.getAsLong();
    this.feeds = plan.feeds().stream().map(f -> new Feed(f, this, newId, nanoTime)).toList();
    this.follower = new StreamFollower(feeds, this, plan.maxCommandBytes());
    this.values = new ValueReader(plan.name(), this, plan.maxCommandBytes());
    this.status = statusNow();
  }

  List<Feed> feeds() {
    return feeds;
  }

  EventLoop loop() {
    return loop;
  }

  /** Begins to work. Any thread. */
  void start() {
    loop.execute(
        () ->
            ticks =
                loop.scheduleAtFixedRate(
                    this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS));
  }

  /** Ends all connections. The event loop. */
  void close() {
    ScheduledFuture<?> ticking = ticks;
    if (ticking != null) {
      ticking.cancel(false);
    }
    dropLinks("this feed is shut down");
    values.close();
    feeds.forEach(feed -> feed.server().close());
  }

  /** What there is to say, as of the last tick. Any thread. */
  SourceStatus status() {
    return status;
  }

  /** The source is at another address now: it failed over. Any thread. */
  void follow(Address address) {
    loop.execute(
        () -> {
          if (!source.address().equals(address)) {
            LOG.info("{}: the source is {} now", plan.name(), address);
            source = source.at(address);
            if (main != null) {
              lost(new LinkLoss("the source moved to " + address, false));
            }
            retryNanos = nanoTime.getAsLong();
          }
        });
  }

  private void tick() {
    long now = nanoTime.getAsLong();
    feeds.forEach(feed -> feed.server().tick());
    SnapshotTransfer passing = transfer;
    if (passing != null) {
      passing.keepAlive(now);
    }
    LateSnapshot beside = late;
    if (beside != null) {
      beside.keepAlive(now);
      beside.onAdvance(follower.offset());
    }
    if (gathering && isGathered(now)) {
      gathering = false;
      SourceLink link = main;
      if (link != null) {
        link.reads(true);
      }
    }
    values.tick(now, source, server);
    satisfy(now);
    status = statusNow();
  }

  /** Does what the replicas need next, if it is time. */
  private void satisfy(long now) {
    if (main == null) {
      boolean needed = history.isPresent() || isWanted();
      if (needed && now - retryNanos >= 0 && (history.isPresent() || isGathered(now))) {
        connect();
      }
    } else if (state == SourceStatus.State.STREAMING
        && late == null
        && isWanted()
        && isGathered(now)
        && now - retryNanos >= 0) {
      LateSnapshot beside = new LateSnapshot(plan.name(), feeds, this, nanoTime);
      late = beside;
      wanted = false;
      beside.start(follower.offset());
    }
  }

  private boolean isWanted() {
    return feeds.stream().anyMatch(feed -> feed.server().isSnapshotWanted());
  }

  /** Whether every feed has somebody who waits, or has waited long enough for the others. */
  private boolean isGathered(long now) {
    if (!wanted && isWanted()) {
      wanted = true;
      wantedNanos = now;
    }
    boolean complete =
        feeds.stream()
            .allMatch(
                f -> f.isStopped() || f.server().isSnapshotWanted() || f.server().attached() > 0);
    return complete || (wanted && now - wantedNanos >= plan.gather().toNanos());
  }

  private void connect() {
    state = SourceStatus.State.CONNECTING;
    Optional<ResumePoint> resume = history.map(id -> new ResumePoint(id, follower.offset()));
    main = open(resume, new MainListener());
  }

  @Override
  public SourceLink open(Optional<ResumePoint> resume, SourceListener listener) {
    SourceLink link = new SourceLink(source, resume, listener, nanoTime);
    sockets.connect(loop, source, link, link::connectFailed);
    return link;
  }

  @Override
  public void onFullResync() {
    fullResyncs++;
  }

  @Override
  public void onLateSnapshotEnded(LateSnapshot ended) {
    if (ended.equals(late)) {
      late = null;
    }
  }

  @Override
  public void onLateSnapshotLost(LinkLoss loss) {
    LOG.warn("{}: {}", plan.name(), loss.reason());
    retryLater(loss);
  }

  /** Each try in a row waits longer; one that an operator must help waits long at once. */
  private void retryLater(LinkLoss loss) {
    retryNanos = nanoTime.getAsLong() + (loss.fatal() ? BROKEN_RETRY_NANOS : retryDelayNanos);
    retryDelayNanos = Math.min(2 * retryDelayNanos, LAST_RETRY_NANOS);
  }

  @Override
  public void onSnapshotWanted() {
    satisfy(nanoTime.getAsLong());
  }

  @Override
  public void onAcknowledged() {
    // The link tells the source each second; sooner only if it asked.
    SourceLink link = main;
    if (link != null && asked && safeOffset() > askedSafe) {
      asked = false;
      link.acknowledge();
    }
  }

  @Override
  public void onReceiverReady() {
    SnapshotTransfer passing = transfer;
    SourceLink link = main;
    if (passing != null && link != null && passing.takesMore() && !gathering) {
      link.reads(true);
    }
    LateSnapshot beside = late;
    if (beside != null) {
      beside.onReceiverReady();
    }
  }

  private long safeOffset() {
    long safe = Long.MAX_VALUE;
    for (Feed feed : feeds) {
      if (!feed.isStopped()) {
        safe = Math.min(safe, feed.safeOffset());
      }
    }
    return safe == Long.MAX_VALUE ? follower.offset() : safe;
  }

  @Override
  public void onOutcome(Feed feed, StreamStage.Outcome outcome) {
    switch (outcome) {
      case StreamStage.Outcome.Done() -> {}
      case StreamStage.Outcome.Fetch(List<KeyName> keys) -> {
        follower.halt(true);
        values.ask(feed, keys, source, server);
        SourceLink link = main;
        if (link != null) {
          link.reads(false);
        }
      }
      case StreamStage.Outcome.Resync(String why) -> {
        LOG.info("{}: {} takes a new snapshot: {}", plan.name(), feed.plan().listen(), why);
        LateSnapshot beside = late;
        if (beside != null) {
          beside.end(why);
        }
        feed.restart(follower.offset(), why);
      }
      case StreamStage.Outcome.Stop(String why) -> stop(feed, why);
    }
  }

  private void stop(Feed feed, String why) {
    LOG.error(
        "{}: the feed at {} is stopped, and its replicas keep what they have: {}",
        plan.name(),
        feed.plan().listen(),
        why);
    feed.stop(why);
  }

  @Override
  public void connect(ValueLink link) {
    sockets.connect(loop, source, link, link::connectFailed);
  }

  @Override
  public Optional<String> history() {
    return history;
  }

  @Override
  public void onAllRead() {
    follower.halt(false);
    onAdvance(follower.offset());
    SourceLink link = main;
    if (link != null && state == SourceStatus.State.STREAMING) {
      link.reads(true);
      run();
    }
  }

  @Override
  public void onAdvance(long sourceOffset) {
    values.onAdvance(sourceOffset);
    LateSnapshot beside = late;
    if (beside != null) {
      beside.onAdvance(sourceOffset);
    }
  }

  /** Follows what came, and tells what it led to. */
  private void run() {
    String broken = follower.run();
    if (broken != null) {
      LOG.error("{}: {}", plan.name(), broken);
      lost(new LinkLoss(broken, true));
      return;
    }
    SourceLink link = main;
    if (link != null && follower.takeAcknowledgementWanted()) {
      asked = true;
      askedSafe = safeOffset();
      link.acknowledge();
    }
  }

  private void lost(LinkLoss loss) {
    LOG.warn("{}: {}", plan.name(), loss.reason());
    if (state == SourceStatus.State.SYNCING) {
      // What came of the snapshot is of no use, and nobody has the history that it began.
      history = Optional.empty();
    }
    reason = loss.reason();
    state = loss.fatal() ? SourceStatus.State.BROKEN : SourceStatus.State.RETRYING;
    dropMain(loss.reason());
    follower.interrupt();
    follower.halt(values.isAsking());
    retryLater(loss);
  }

  private void dropMain(String why) {
    SourceLink link = main;
    main = null;
    gathering = false;
    asked = false;
    if (link != null) {
      link.close();
    }
    SnapshotTransfer passing = transfer;
    transfer = null;
    if (passing != null) {
      passing.fail(why);
    }
  }

  private void dropLinks(String why) {
    dropMain(why);
    LateSnapshot beside = late;
    if (beside != null) {
      beside.end(why);
    }
  }

  private void streaming() {
    state = SourceStatus.State.STREAMING;
    reason = "";
    retryDelayNanos = FIRST_RETRY_NANOS;
  }

  private SourceStatus statusNow() {
    long now = nanoTime.getAsLong();
    SnapshotTransfer passing = transfer;
    LateSnapshot beside = late;
    Optional<SourceStatus.Progress> progress =
        passing != null
            ? Optional.of(passing.progress(now))
            : beside != null ? beside.progress(now) : Optional.empty();
    return new SourceStatus(
        plan.name(),
        source.address().toString(),
        state,
        reason,
        server.toString(),
        history.orElse(""),
        follower.offset(),
        fullResyncs,
        partialResyncs,
        progress,
        feeds.stream().map(Feed::status).toList());
  }

  /** The link that the stream comes on. */
  private final class MainListener implements SourceListener {
    @Override
    public void onIdentified(SourceServer identified) {
      server = identified;
    }

    @Override
    public boolean onGreeted() {
      return true;
    }

    @Override
    public void onFullResync(String replicationId, long offset) {
      fullResyncs++;
      state = SourceStatus.State.SYNCING;
      LateSnapshot beside = late;
      if (beside != null) {
        beside.end("the source has a new history");
      }
      boolean hadHistory = history.isPresent();
      history = Optional.of(replicationId);
      values.clear();
      follower.restart(offset, 0);
      for (Feed feed : feeds) {
        if (!feed.isStopped()) {
          feed.restart(offset, "the source has a new history, which needs a new snapshot");
        }
      }
      if (hadHistory) {
        // The replicas that were just cut off come back at once: this snapshot is for them.
        wanted = true;
        wantedNanos = nanoTime.getAsLong();
        gathering = true;
        SourceLink link = main;
        if (link != null) {
          link.reads(false);
        }
      }
      LOG.info("{}: a snapshot begins at offset {}", plan.name(), offset);
    }

    @Override
    public void onContinue(String replicationId) {
      partialResyncs++;
      if (!history.equals(Optional.of(replicationId))) {
        LOG.info("{}: the history goes on as {}", plan.name(), replicationId);
      }
      history = Optional.of(replicationId);
      streaming();
      SourceLink link = main;
      if (values.isAsking() && link != null) {
        link.reads(false);
      }
      LOG.info("{}: the stream goes on at offset {}", plan.name(), follower.offset());
    }

    @Override
    public void onSnapshotBegin(OptionalLong bytes) {
      wanted = false;
      transfer =
          new SnapshotTransfer(
              feeds.stream()
                  .map(
                      f ->
                          new SnapshotTransfer.Target(
                              f, new OffsetTrace.Place(f.server().backlog().end(), -1)))
                  .toList(),
              bytes,
              ByteBufAllocator.DEFAULT,
              nanoTime.getAsLong());
    }

    @Override
    public boolean onSnapshot(ByteBuf bytes) throws SnapshotException {
      SnapshotTransfer passing = transfer;
      if (passing == null) {
        throw new IllegalStateException("no snapshot is passing");
      }
      boolean ended = passing.read(bytes, nanoTime.getAsLong());
      SourceLink link = main;
      if (!ended && !passing.takesMore() && link != null) {
        link.reads(false);
      }
      return ended;
    }

    @Override
    public void onSnapshotEnd() {
      SnapshotTransfer passing = transfer;
      transfer = null;
      if (passing != null) {
        SourceStatus.Progress progress = passing.progress(nanoTime.getAsLong());
        passing.end();
        LOG.info(
            "{}: the snapshot passed: {} keys, {} bytes, {} ms",
            plan.name(),
            progress.keys(),
            progress.bytes(),
            TimeUnit.NANOSECONDS.toMillis(progress.elapsedNanos()));
      }
      streaming();
    }

    @Override
    public void onStream(ByteBuf bytes) {
      follower.add(bytes);
      run();
    }

    @Override
    public void onLost(LinkLoss loss) {
      lost(loss);
    }

    @Override
    public long safeOffset() {
      return Replicator.this.safeOffset();
    }
  }
}
