package io.understudy.replication;

import io.netty.channel.ChannelHandler;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.sink.Backlog;
import io.understudy.replication.sink.Downstream;
import io.understudy.replication.sink.FeedOwner;
import io.understudy.replication.sink.FeedServer;
import io.understudy.replication.sink.Inquiries;
import io.understudy.replication.source.FeedQuestion;
import io.understudy.replication.source.FetchedValue;
import io.understudy.replication.source.SourceServer;
import io.understudy.replication.stage.CommandBytes;
import io.understudy.replication.stage.KeyName;
import io.understudy.replication.stage.LeftOut;
import io.understudy.replication.stage.StreamCommand;
import io.understudy.replication.stage.StreamStage;
import io.understudy.replication.stage.Tally;
import io.understudy.replication.stage.UncuttableException;
import io.understudy.replication.state.ResumeState;
import io.understudy.topology.Address;
import io.understudy.wire.frame.Frame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One feed of a source: its stage, its replicas, and how the two streams' offsets belong together.
 */
final class Feed implements Admission.Desk, Inquiries {
  private static final Frame BEGUN_ANEW = new Frame.Failure("NOMASTERLINK the feed begins anew");
  private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
  private static final int MAX_TRANSACTION_BYTES = 256 << 20;
  private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What a feed asks of the one who feeds it. */
  interface Driver extends FeedOwner {
    /** Who feeds it. */
    SourceServer source();

    /**
     * Connects to a replica.
     *
     * @param secure whether over TLS, if the source is reached so
     */
    void connect(Address to, boolean secure, ChannelHandler handler, Consumer<Throwable> onFailed);

    /** Reads a value of the source; see {@link Questions#ask}. */
    void askValue(Feed feed, KeyName key, Consumer<Optional<FetchedValue>> answer);

    /** Asks the source about a command. */
    void askCommand(String name, Consumer<Frame> answer);

    /** A feed that serves nobody begins anew, in other words, where the stream is now. */
    void onRetarget(Feed feed);
  }

  private final FeedPlan plan;
  private final LongSupplier nanoTime;
  private final Driver driver;
  private final Admission admission;
  private final FeedServer server;
  private final OffsetMap offsets = new OffsetMap();
  private final OffsetTrace trace = new OffsetTrace();
  private final Tally tally = new Tally();
  private Optional<RdbTarget> target;
  private StreamStage stage;
  private Optional<String> stopped = Optional.empty();
  private int highestDatabase;
  private long snapshotKeys;
  private Map<LeftOut, Long> snapshotLeftOut = Map.of();
  private Optional<String> lastLost = Optional.empty();
  private long lostNanos;

  Feed(
      FeedPlan plan,
      Driver driver,
      Backlog backlog,
      Supplier<String> newId,
      LongSupplier nanoTime) {
    this.plan = plan;
    this.nanoTime = nanoTime;
    this.driver = driver;
    this.admission =
        new Admission(
            plan,
            this,
            (to, handler, onFailed) ->
                driver.connect(to, plan.tls().isPresent(), handler, onFailed),
            nanoTime);
    this.target = plan.target();
    this.stage = newStage();
    this.server =
        new FeedServer(
            plan.listen().toString(),
            plan.listen().port(),
            plan.options(),
            driver,
            admission,
            this,
            backlog,
            newId,
            nanoTime);
  }

  /** Goes on where an earlier process was when the source's stream was at an offset. */
  void resume(ResumeState.FeedState earlier, long sourceOffset) {
    target = earlier.target();
    stage = newStage();
    stage.select(earlier.selected());
    stage.fence(earlier.pending());
    server.resume(earlier.replicationId());
    offsets.resume(earlier.end(), sourceOffset, earlier.safeOffset());
  }

  /** What another process needs to go on. */
  ResumeState.FeedState state() {
    return new ResumeState.FeedState(
        plan.listen().toString(),
        plan.identity(),
        server.replicationId(),
        server.backlog().start(),
        server.backlog().end(),
        offsets.safe(),
        stage.selected(),
        target,
        stage.fenced());
  }

  private StreamStage newStage() {
    return new StreamStage(
        plan.selection(),
        plan.contents(),
        plan.rename(),
        plan.policies(),
        target,
        MAX_TRANSACTION_BYTES,
        tally,
        this::onLost);
  }

  /** Tells of what is left out although it concerns this feed: a line in a second at most. */
  private void onLost(String what) {
    lastLost = Optional.of(what);
    long now = nanoTime.getAsLong();
    if (tally.lost() == 1 || now - lostNanos >= LOST_NANOS) {
      lostNanos = now;
      LOG.warn("the feed at {}: {} ({} commands so far)", plan.listen(), what, tally.lost());
    }
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

  Admission admission() {
    return admission;
  }

  @Override
  public Optional<RdbTarget> target() {
    return target;
  }

  @Override
  public SourceServer source() {
    return driver.source();
  }

  @Override
  public int highestDatabase() {
    return highestDatabase;
  }

  /**
   * A database is used from now on: replicas that do not have it are cut off before they hear of
   * it, because they would take its keys for those of another one.
   */
  void uses(int database) {
    if (database > highestDatabase) {
      highestDatabase = database;
      for (Downstream replica : admission.lacking(database)) {
        replica.cut(Admission.lacks(database));
      }
    }
  }

  @Override
  public boolean isServing() {
    return server.attached() > 0;
  }

  @Override
  public List<Downstream> waiting() {
    return server.whoWait();
  }

  @Override
  public void retarget(Optional<RdbTarget> other) {
    target = other;
    driver.onRetarget(this);
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
      uses(stage.highestDatabase());
      server.append(out.array(), 0, out.size());
      out.clear();
    }
    trace.note(sourceOffset, server.backlog().end(), stage.selected());
  }

  /** Puts a value into the stream, at the place at which it was read from the source. */
  StreamStage.Outcome fetched(FetchedValue value, long sourceOffset) {
    StreamStage.Outcome outcome =
        stage.fetched(value.key(), value.commands(), admission.words().orElse(RdbTarget.OLDEST));
    advance(sourceOffset);
    return outcome;
  }

  @Override
  public void value(int database, byte[] key, Consumer<Frame> answer) {
    Optional<byte[]> name = plan.rename().invert(key);
    boolean kept =
        name.isPresent() && plan.selection().has(database, name.get(), 0, name.get().length);
    if (!kept) { // so it never had a value
      answer.accept(told(List.of(List.of("DEL".getBytes(StandardCharsets.US_ASCII), key))));
      return;
    }
    KeyName asked = new KeyName(database, name.get());
    driver.askValue(this, asked, read -> answer.accept(read.map(this::told).orElse(BEGUN_ANEW)));
  }

  /** A value, when the stream has come to its place. */
  private Frame told(FetchedValue value) {
    try {
      RdbTarget receivers = admission.words().orElse(RdbTarget.OLDEST);
      return told(stage.told(value.key(), value.commands(), receivers));
    } catch (UncuttableException e) {
      return new Frame.Failure("UNCUTTABLE " + e.getMessage());
    }
  }

  private Frame told(List<List<byte[]>> commands) {
    return FeedQuestion.answer(server.replicationId(), server.backlog().end(), commands);
  }

  @Override
  public void command(String name, Consumer<Frame> answer) {
    driver.askCommand(name, answer);
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

  /** A snapshot passed: how many keys of it were kept, and how many were not. */
  void snapshotPassed(long keys, Map<LeftOut, Long> leftOut) {
    snapshotKeys = keys;
    snapshotLeftOut = leftOut;
  }

  private static Map<String, Long> words(Map<LeftOut, Long> counts) {
    Map<String, Long> words = new TreeMap<>();
    counts.forEach((why, count) -> words.put(why.name().toLowerCase(Locale.ROOT), count));
    return words;
  }

  SourceStatus.FeedStatus status() {
    return new SourceStatus.FeedStatus(
        plan.listen().toString(),
        plan.description(),
        target.map(RdbTarget::toString).orElse(""),
        stopped,
        admission.refusal(),
        server.backlog().end(),
        server.backlog().end() - server.backlog().start(),
        snapshotKeys,
        words(snapshotLeftOut),
        tally.passed(),
        words(tally.leftOut()),
        tally.cut(),
        tally.fetched(),
        tally.translated(),
        tally.unsaid(),
        tally.lost(),
        lastLost,
        server.counters().fullResyncs(),
        server.counters().partialResyncs(),
        server.replicaStates().stream()
            .map(
                r ->
                    new SourceStatus.ReplicaStatus(
                        r.address(),
                        r.phase(),
                        r.lagBytes(),
                        TimeUnit.NANOSECONDS.toMillis(r.lagNanos()),
                        admission.server(r.connection()),
                        admission.refused(r.connection()),
                        admission.replaced(r.connection())))
            .toList());
  }
}
