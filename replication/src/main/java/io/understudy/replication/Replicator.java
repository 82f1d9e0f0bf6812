package io.understudy.replication;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.source.FetchedValue;
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
import io.understudy.wire.frame.Frame;
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
  private static final String SHUT_DOWN = "this feed is shut down";
  private static final long TICK_MILLIS = 50;

  /** So long somebody who asks waits for a busy event loop; then gets the answer before. */
  private static final long STATUS_MILLIS = 1_000;

  private final SourcePlan plan;
  private final Sockets sockets;
  private final EventLoop loop;
  private final LongSupplier nanoTime;
  private final FeedList feedList;
  private final List<Feed> feeds;
  private final StreamFollower follower;
  private final Questions questions;
  private final Memory memory;
  private final LateSnapshots late;
  private final MainSnapshot snapshot;
  private final Acknowledgements acknowledgements;
  private final Demand demand;
  private final Retry retry;
  private SourceOptions source;
  private SourceStatus.State state = SourceStatus.State.IDLE;
  private String reason = "";
  private SourceServer server = SourceServer.UNKNOWN;
  private Optional<String> history = Optional.empty();
  private @Nullable SourceLink main;
  private @Nullable ScheduledFuture<?> ticks;
  private boolean gathering;

  /** Whether the source said what it is, or may not say. */
  private boolean identified;

  /** Whether the present link only asks what the source is. */
  private boolean greeting;

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
    this.feedList = new FeedList(plan.feeds(), this, memory, newId, nanoTime);
    this.feeds = feedList.all();
    this.acknowledgements = new Acknowledgements(feeds);
    this.demand = new Demand(feeds, plan.gather());
    this.snapshot = new MainSnapshot(plan.name(), feeds, nanoTime);
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
    feedList.resume(earlier);
  }

  /** Feeds one more part from now on. The event loop. */
  Feed add(FeedPlan part) throws ReplicationException {
    Feed feed = feedList.add(part, follower, history);
    onSending();
    return feed;
  }

  /** Feeds a part no more. The event loop. */
  void remove(Feed feed) {
    feedList.remove(feed);
    onSending();
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
    dropMain(SHUT_DOWN);
    late.end(SHUT_DOWN);
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
            identified = false;
            if (main != null) {
              lost(new LinkLoss("the source moved to " + address, false));
            }
            retry.now(nanoTime.getAsLong());
          }
        });
  }

  /** Logs in otherwise on connections that begin from now on. Any thread. */
  void reach(SourceOptions other) {
    loop.execute(() -> source = other.at(source.address()));
  }

  private void tick() {
    long now = nanoTime.getAsLong();
    for (Feed feed : feeds) {
      feed.server().tick();
      feed.admission().tick(now);
    }
    snapshot.keepAlive(now);
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
    savedOffset = follower.offset();
    memory.save(
        history
            .filter(id -> state != SourceStatus.State.SYNCING)
            .map(id -> feedList.state(id, follower, server)));
  }

  /** Does what the replicas need next, if it is time. */
  private void satisfy(long now) {
    if (main == null) {
      boolean ready = history.isPresent() || (demand.isThere() && demand.isGathered(now));
      if (retry.isDue(now) && (ready || !identified)) {
        connect(!ready);
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

  /**
   * @param onlyGreets whether to ask what the source is, and no more: nobody needs anything yet
   */
  private void connect(boolean onlyGreets) {
    greeting = onlyGreets;
    if (!onlyGreets) {
      state = SourceStatus.State.CONNECTING;
    }
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
    String why = "the feed begins anew for replicas of another version";
    late.end(why);
    feed.restart(follower.offset(), why);
  }

  @Override
  public void onSnapshotWanted() {
    satisfy(nanoTime.getAsLong());
  }

  @Override
  public void onAcknowledged() {
    // The link tells the source each second; sooner only if it asked.
    SourceLink link = main;
    if (link != null && acknowledgements.isDue(follower.offset())) {
      link.acknowledge();
    }
  }

  @Override
  public void onReceiverReady() {
    SourceLink link = main;
    if (link != null && snapshot.takesMore() && !gathering) {
      link.reads(true);
    }
    late.onReceiverReady();
  }

  @Override
  public void onOutcome(Feed feed, StreamStage.Outcome outcome) {
    switch (outcome) {
      case StreamStage.Outcome.Done() -> {}
      case StreamStage.Outcome.Fetch(List<KeyName> keys) -> {
        hold();
        questions.ask(feed, keys);
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
  public void askValue(Feed feed, KeyName key, Consumer<Optional<FetchedValue>> answer) {
    if (history.isEmpty()) {
      answer.accept(Optional.empty());
      return;
    }
    hold();
    questions.ask(feed, key, answer);
  }

  /** Stops before the next command. */
  private void hold() {
    follower.halt(true);
    SourceLink link = main;
    if (link != null) {
      link.reads(false);
    }
  }

  @Override
  public void askCommand(String name, Consumer<Frame> answer) {
    questions.relay(name, answer);
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
      acknowledgements.asked(follower.offset());
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
    acknowledgements.reset();
    if (link != null) {
      link.close();
    }
    snapshot.fail(why);
  }

  private void streaming() {
    state = SourceStatus.State.STREAMING;
    reason = "";
    retry.reset();
    onSending();
  }

  private SourceStatus statusNow() {
    long now = nanoTime.getAsLong();
    return new SourceStatus(
        plan.name(),
        source.address().toString(),
        state,
        reason.isEmpty() ? questions.trouble().orElse("") : reason,
        server.toString(),
        history.orElse(""),
        follower.offset(),
        fullResyncs,
        partialResyncs,
        snapshot.progress(now).or(() -> late.progress(now)),
        feeds.stream().map(Feed::status).toList());
  }

  /** The link that the stream comes on. */
  private final class MainListener implements SourceListener {
    @Override
    public void onIdentified(SourceServer told) {
      server = told;
      identified = true;
      feeds.forEach(feed -> feed.admission().review());
    }

    @Override
    public boolean onGreeted() {
      if (greeting) {
        main = null;
        state = SourceStatus.State.IDLE;
        reason = "";
        retry.now(nanoTime.getAsLong());
      }
      return !greeting;
    }

    @Override
    public void onFullResync(String replicationId, long offset) {
      fullResyncs++;
      state = SourceStatus.State.SYNCING;
      late.end("the source has a new history");
      memory.save(Optional.empty());
      boolean hadHistory = history.isPresent();
      if (hadHistory) {
        reason =
            "the source could not go on at offset "
                + follower.offset()
                + ", and sends a new snapshot; if that happens often, raise its repl-backlog-size";
        LOG.warn("{}: {}", plan.name(), reason);
      }
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
      snapshot.begin(bytes);
    }

    @Override
    public boolean onSnapshot(ByteBuf bytes) throws SnapshotException {
      boolean ended = snapshot.read(bytes);
      SourceLink link = main;
      if (!ended && !snapshot.takesMore() && link != null) {
        link.reads(false);
      }
      return ended;
    }

    @Override
    public void onSnapshotEnd() {
      snapshot.end();
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
      return acknowledgements.safe(follower.offset());
    }
  }
}
