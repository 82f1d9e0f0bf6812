package io.understudy.replication;

import io.understudy.replication.source.FetchedValue;
import io.understudy.replication.source.LinkLoss;
import io.understudy.replication.source.SourceOptions;
import io.understudy.replication.source.SourceServer;
import io.understudy.replication.source.ValueLink;
import io.understudy.replication.stage.KeyName;
import io.understudy.replication.stage.StreamStage;
import io.understudy.wire.frame.FrameLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads values of the source again where a command made a kept key from keys outside, and puts each
 * into its feed's stream at the place at which it was read.
 *
 * <p>The stream is held before the next command while a value is asked for: only then is it known
 * which of the following commands are already in it. The source's event loop.
 */
final class ValueReader {
  private static final Logger LOG = LoggerFactory.getLogger(ValueReader.class);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int MAX_DEPTH = 4;

  /** What reading needs from the one who follows the stream. */
  interface Driver {
    /** Connects a link that reads values. */
    void connect(ValueLink link);

    /** The history that is followed. */
    Optional<String> history();

    /** Does what putting a value in asked for. */
    void onOutcome(Feed feed, StreamStage.Outcome outcome);

    /** Everything that was asked for is there: the stream may go on. */
    void onAllRead();
  }

  /**
   * A value that a feed waits for; it is void when the feed has another stage by then.
   *
   * @param answer who asked for it from outside; empty if the feed's own stream needs it
   */
  private record Wanted(
      Feed feed,
      StreamStage stage,
      KeyName key,
      Optional<Consumer<Optional<FetchedValue>>> answer) {
    boolean isVoid() {
      return feed.isStopped() || feed.stage() != stage;
    }

    void fail() {
      answer.ifPresent(to -> to.accept(Optional.empty()));
    }
  }

  /** A value that is there, and waits for the stream to come to its place. */
  private record Read(Wanted wanted, FetchedValue value) {}

  private final String name;
  private final Driver driver;
  private final FrameLimits limits;
  private final Deque<Wanted> wanted = new ArrayDeque<>();
  private final List<Read> read = new ArrayList<>();
  private @Nullable ValueLink link;
  private long retryNanos;
  private boolean retrying;
  private Optional<String> trouble = Optional.empty();

  ValueReader(String name, Driver driver, int maxValueBytes) {
    this.name = name;
    this.driver = driver;
    this.limits = new FrameLimits(maxValueBytes, Integer.MAX_VALUE, MAX_DEPTH);
  }

  /** Whether something is asked for, so that the stream must be held. */
  boolean isAsking() {
    return !wanted.isEmpty();
  }

  /** Asks for values of a feed. */
  void ask(Feed feed, List<KeyName> keys, SourceOptions source, SourceServer server) {
    for (KeyName key : keys) {
      want(new Wanted(feed, feed.stage(), key, Optional.empty()), source, server);
    }
  }

  /**
   * Asks for a value on behalf of another one.
   *
   * @param answer gets it when the stream has come to its place; or nothing, if it never will
   */
  void ask(
      Feed feed,
      KeyName key,
      Consumer<Optional<FetchedValue>> answer,
      SourceOptions source,
      SourceServer server) {
    want(new Wanted(feed, feed.stage(), key, Optional.of(answer)), source, server);
  }

  private void want(Wanted next, SourceOptions source, SourceServer server) {
    wanted.add(next);
    ValueLink asking = link;
    if (asking != null) {
      asking.ask(next.key());
    } else if (!retrying) {
      open(source, server);
    }
  }

  /** Why what is asked for is not there yet; empty while all is well. */
  Optional<String> trouble() {
    return isAsking() ? trouble : Optional.empty();
  }

  private void open(SourceOptions source, SourceServer server) {
    Consumer<LinkLoss> onLost = this::onLost;
    ValueLink opened = new ValueLink(source, server, limits, this::onValue, onLost);
    link = opened;
    for (Wanted each : wanted) {
      opened.ask(each.key());
    }
    driver.connect(opened);
  }

  private void onValue(FetchedValue value) {
    Wanted next = wanted.remove();
    if (!driver.history().equals(Optional.of(value.replicationId()))) {
      // The source failed over: the stream will tell, and then the value can be placed.
      wanted.addFirst(next);
      onLost(new LinkLoss("the source has another history than the stream", false));
      return;
    }
    trouble = Optional.empty();
    read.add(new Read(next, value));
    if (wanted.isEmpty()) {
      driver.onAllRead();
    }
  }

  private void onLost(LinkLoss loss) {
    ValueLink failed = link;
    link = null;
    if (failed != null) {
      failed.close();
    }
    if (wanted.isEmpty()) {
      return;
    }
    LOG.warn("{}: {}; the stream waits for a value", name, loss.reason());
    trouble = Optional.of(loss.reason() + "; the stream waits for a value");
    if (loss.fatal()) {
      for (Wanted each : wanted) {
        if (each.answer().isEmpty()) {
          each.feed().stop("the value of " + each.key() + " cannot be read: " + loss.reason());
        }
        each.fail();
      }
      wanted.clear();
      driver.onAllRead();
      return;
    }
    retrying = true;
  }

  /** Asks again after a loss. */
  void tick(long nowNanos, SourceOptions source, SourceServer server) {
    if (retrying && nowNanos - retryNanos >= RETRY_NANOS) {
      retryNanos = nowNanos;
      retrying = false;
      if (!wanted.isEmpty()) {
        open(source, server);
      }
    }
  }

  /** The stream came to an offset, outside of a transaction: what was read up to there goes in. */
  void onAdvance(long sourceOffset) {
    if (read.isEmpty()) {
      return;
    }
    Iterator<Read> all = read.iterator();
    while (all.hasNext()) {
      Read next = all.next();
      if (next.value().offset() <= sourceOffset) {
        all.remove();
        if (next.wanted().isVoid()) {
          next.wanted().fail();
        } else if (next.wanted().answer().isPresent()) {
          next.wanted().answer().get().accept(Optional.of(next.value()));
        } else {
          Feed feed = next.wanted().feed();
          driver.onOutcome(feed, feed.fetched(next.value(), sourceOffset));
        }
      }
    }
  }

  /** Forgets everything: a new history begins. */
  void clear() {
    List<Wanted> dropped = new ArrayList<>(wanted);
    read.forEach(each -> dropped.add(each.wanted()));
    wanted.clear();
    read.clear();
    retrying = false;
    close();
    dropped.forEach(Wanted::fail);
  }

  void close() {
    ValueLink open = link;
    link = null;
    if (open != null) {
      open.close();
    }
  }
}
