package io.understudy.replication;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.source.LinkLoss;
import io.understudy.replication.source.ResumePoint;
import io.understudy.replication.source.SnapshotException;
import io.understudy.replication.source.SourceLink;
import io.understudy.replication.source.SourceListener;
import io.understudy.replication.source.SourceOptions;
import io.understudy.replication.source.SourceServer;
import io.understudy.replication.stage.KeyName;
import io.understudy.replication.stage.StreamCommand;
import io.understudy.replication.stage.StreamStage;
import io.understudy.replication.state.ResumeState;
import io.understudy.topology.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
    implements Feed.Driver, StreamFollower.Wishes, Questions.Driver, LateSnapshots.Driver {
  private static final Logger LOG = LoggerFactory.getLogger(Replicator.class);
  private static final long TICK_MILLIS = 50;

  /** So long somebody who asks waits for a busy event loop; then gets the answer before. */
  private static final long STATUS_MILLIS = 1_000;

  private final SourcePlan plan;
  private final Sockets sockets;
  private final EventLoop loop;
  private final LongSupplier nanoTime;
  private final List<Feed> feeds;
  private final StreamFollower follower;
  private final Questions questions;
  private final Memory memory;
  private final LateSnapshots late;
  private final Demand demand;
  private final Retry retry;
  private SourceOptions source;
  private SourceStatus.State state = SourceStatus.State.IDLE;
  private String reason = "";
  private SourceServer server = SourceServer.UNKNOWN;
  private Optional<String> history = Optional.empty();
  private @Nullable SourceLink main;
  private @Nullable SnapshotTransfer transfer;
  private @Nullable ScheduledFuture<?> ticks;
  private boolean gathering;
  private boolean asked;
  private long askedSafe;
  private long savedOffset = -1;
  private long fullResyncs;
  private long partialResyncs;
  private volatile SourceStatus status;

  Replicator(
      SourcePlan plan,
      Sockets sockets,
      EventLoop loop,
      Memory memory,
      Supplier<String> newId,
      LongSupplier nanoTime)
      throws ReplicationException {
    this.plan = plan;
    this.sockets = sockets;
    this.loop = loop;
    this.nanoTime = nanoTime;
    this.source = plan.source();
    this.memory = memory;
    this.retry = new Retry(nanoTime.getAsLong());
    List<Feed> made = new ArrayList<>();
    for (FeedPlan each : plan.feeds()) {
      made.add(new Feed(each, this, memory.backlog(each), newId, nanoTime));
    }
    this.feeds = List.copyOf(made);
    this.demand = new Demand(feeds, plan.gather());
    this.late = new LateSnapshots(plan.name(), feeds, this, nanoTime);
    this.questions = new Questions(plan.name(), this, plan.maxCommandBytes(), nanoTime);
    this.follower = new StreamFollower(feeds, this, questions.lookup(), plan.maxCommandBytes());
    memory.earlier().ifPresent(this::resume);
    this.status = statusNow();
  }

  /** Goes on where an earlier process was. Feeds that it did not have begin here. */
  private void resume(ResumeState earlier) {
    history = Optional.of(earlier.history());
    server = earlier.server();
    follower.restart(earlier.offset(), earlier.database());
    for (Feed feed : feeds) {
      memory
          .earlier(feed.plan())
          .ifPresentOrElse(
              known -> feed.resume(known, earlier.offset()),
              () -> feed.restart(earlier.offset(), "this feed is new"));
    }
  }

  String name() {
    return plan.name();
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
        () -> {
          for (Feed feed : feeds) {
            List<KeyName> pending = feed.stage().fenced();
            if (!pending.isEmpty()) {
              onOutcome(feed, new StreamStage.Outcome.Fetch(pending));
            }
          }
          ticks =
              loop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        });
  }

  /** Ends all connections. The event loop. */
  void close() {
    ScheduledFuture<?> ticking = ticks;
    if (ticking != null) {
      ticking.cancel(false);
    }
    dropLinks("this feed is shut down");
    questions.close();
    feeds.forEach(feed -> feed.server().close());
    onSending();
    memory.close();
  }

  /** What there is to say now; after the end, what there was. Any thread. */
  SourceStatus status() {
    if (!loop.inEventLoop()) {
      try {
        loop.submit(() -> status = statusNow()).awaitUninterruptibly(STATUS_MILLIS);
      } catch (RejectedExecutionException e) {
        return status; // it has ended
      }
    }
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
            retry.now(nanoTime.getAsLong());
          }
        });
  }

  private void tick() {
    long now = nanoTime.getAsLong();
    for (Feed feed : feeds) {
      feed.server().tick();
      feed.admission().tick(now);
    }
    SnapshotTransfer passing = transfer;
    if (passing != null) {
      passing.keepAlive(now);
    }
    late.keepAlive(now);
    late.onAdvance(follower.offset());
    if (gathering && demand.isGathered(now)) {
      gathering = false;
      SourceLink link = main;
      if (link != null) {
        link.reads(true);
      }
    }
    questions.tick(now);
    satisfy(now);
    if (memory.isKept() && savedOffset != follower.offset()) {
      onSending(); // what is left out moves the source's offset, too
    }
  }

  @Override
  public void onSending() {
    boolean resumable = history.isPresent() && state != SourceStatus.State.SYNCING;
    savedOffset = follower.offset();
    memory.save(
        resumable
            ? Optional.of(
                new ResumeState(
                    history.get(),
                    follower.offset(),
                    follower.database(),
                    server,
                    feeds.stream().filter(f -> !f.isStopped()).map(Feed::state).toList()))
            : Optional.empty());
  }

  /** Does what the replicas need next, if it is time. */
  private void satisfy(long now) {
    if (main == null) {
      boolean needed = history.isPresent() || demand.isThere();
      if (needed && retry.isDue(now) && (history.isPresent() || demand.isGathered(now))) {
        connect();
      }
    } else if (state == SourceStatus.State.STREAMING
        && !late.isUnderWay()
        && demand.isThere()
        && demand.isGathered(now)
        && retry.isDue(now)) {
      demand.met();
      late.start(follower.offset());
    }
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
  public void onLateSnapshotLost(LinkLoss loss) {
    LOG.warn("{}: {}", plan.name(), loss.reason());
    retry.later(loss, nanoTime.getAsLong());
  }

  @Override
  public SourceServer source() {
    return server;
  }

  @Override
  public void connect(
      Address to, boolean secure, ChannelHandler handler, Consumer<Throwable> onFailed) {
    SourceOptions replica =
        SourceOptions.of(to, Optional.empty(), 0).over(secure ? source.tls() : Optional.empty());
    sockets.connect(loop, replica, handler, onFailed);
  }

  @Override
  public void onRetarget(Feed feed) {
    LOG.info(
        "{}: {} is fed as {}",
        plan.name(),
        feed.plan().listen(),
        feed.target().map(RdbTarget::toString).orElse("the source's own version"));
    late.end("a feed begins anew for replicas of another version");
    feed.restart(follower.offset(), "the feed begins anew for replicas of another version");
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
    late.onReceiverReady();
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
        questions.ask(feed, keys);
        SourceLink link = main;
        if (link != null) {
          link.reads(false);
        }
      }
      case StreamStage.Outcome.Resync(String why) -> {
        LOG.info("{}: {} takes a new snapshot: {}", plan.name(), feed.plan().listen(), why);
        late.end(why);
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
  public void onStrange(StreamCommand command) {
    questions.ask(command);
    SourceLink link = main;
    if (link != null) {
      link.reads(false);
    }
  }

  @Override
  public void connect(ChannelHandler handler, Consumer<Throwable> onFailed) {
    sockets.connect(loop, source, handler, onFailed);
  }

  @Override
  public SourceOptions options() {
    return source;
  }

  @Override
  public Optional<String> history() {
    return history;
  }

  @Override
  public void onAllAnswered() {
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
    questions.onAdvance(sourceOffset);
    late.onAdvance(sourceOffset);
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
    follower.halt(questions.isAskingValues());
    retry.later(loss, nanoTime.getAsLong());
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
    late.end(why);
  }

  private void streaming() {
    state = SourceStatus.State.STREAMING;
    reason = "";
    retry.reset();
    onSending();
  }

  private SourceStatus statusNow() {
    long now = nanoTime.getAsLong();
    SnapshotTransfer passing = transfer;
    Optional<SourceStatus.Progress> progress =
        passing != null ? Optional.of(passing.progress(now)) : late.progress(now);
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
      feeds.forEach(feed -> feed.admission().review());
    }

    @Override
    public boolean onGreeted() {
      return true;
    }

    @Override
    public void onFullResync(String replicationId, long offset) {
      fullResyncs++;
      state = SourceStatus.State.SYNCING;
      late.end("the source has a new history");
      memory.save(Optional.empty());
      boolean hadHistory = history.isPresent();
      history = Optional.of(replicationId);
      questions.clear();
      follower.restart(offset, 0);
      for (Feed feed : feeds) {
        if (!feed.isStopped()) {
          feed.restart(offset, "the source has a new history, which needs a new snapshot");
        }
      }
      if (hadHistory) {
        // The replicas that were just cut off come back at once: this snapshot is for them.
        demand.expect(nanoTime.getAsLong());
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
      questions.onLink();
      streaming();
      SourceLink link = main;
      if (questions.isAskingValues() && link != null) {
        link.reads(false);
      }
      LOG.info("{}: the stream goes on at offset {}", plan.name(), follower.offset());
    }

    @Override
    public void onSnapshotBegin(OptionalLong bytes) {
      demand.met();
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
