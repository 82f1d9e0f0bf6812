package io.understudy.failover.observe;

import io.understudy.failover.link.Attempt;
import io.understudy.failover.link.Connector;
import io.understudy.failover.link.Credentials;
import io.understudy.failover.link.Link;
import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Address;
import io.understudy.topology.RunId;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one address: keeps one connection to it, asks PING and INFO on it, and knows how the last
 * attempt to talk to it ended.
 *
 * <p>Confined to the group's thread, which calls {@link #advance} whenever {@link #nextNanos} is
 * reached; every reply comes back through the executor given at construction, which must run on
 * that same thread.
 */
public final class NodeWatch {
  private static final Logger LOG = LoggerFactory.getLogger(NodeWatch.class);

  /** The shortest wait between two readings, and after the first refused attempts. */
  private static final long MIN_GAP_NANOS = Duration.ofMillis(4).toNanos();

  /** How many times the wait for silence a silent connection is kept. */
  private static final int GIVE_UP_FACTOR = 4;

  private final Address address;
  private Optional<Credentials> credentials;
  private final String owner;
  private final Cadence cadence;
  private final Connector connector;
  private final Executor thread;
  private final LongSupplier clock;
  private final RunMemory memory = new RunMemory();
  private final Verdicts verdicts = new Verdicts();

  private Reachability reachability = new Reachability.Unprobed();
  private @Nullable Conversation conversation;
  private boolean connecting;
  private long connectSinceNanos;
  private long nextConnectNanos;
  private long pauseNanos = MIN_GAP_NANOS;
  private boolean wantReading;
  private boolean wantKeepers;
  private boolean closed;

  /**
   * Begins to watch at the first {@link #advance}.
   *
   * @param owner whose keeper this is; other keepers see it in the connection's name
   * @param clock the monotonic clock all times come from
   */
  public NodeWatch(
      Address address,
      Optional<Credentials> credentials,
      String owner,
      Cadence cadence,
      Connector connector,
      Executor thread,
      LongSupplier clock) {
    this.address = address;
    this.credentials = credentials;
    this.owner = owner;
    this.cadence = cadence;
    this.connector = connector;
    this.thread = thread;
    this.clock = clock;
    this.nextConnectNanos = clock.getAsLong();
  }

  /** What the connections of an owner's keepers are called, in every life of it. */
  public static String connectionName(String owner) {
    return Conversation.NAME_PREFIX + owner;
  }

  /** Logs in otherwise on connections that are opened from now on. */
  public void login(Optional<Credentials> other) {
    credentials = other;
  }

  /** What is known now. */
  public NodeView view() {
    return new NodeView(address, reachability, memory.facts());
  }

  /** The open connection to a run; empty when there is none that was confirmed to lead to it. */
  public Optional<Link> linkTo(RunId runId) {
    Conversation current = conversation;
    return current == null
        ? Optional.empty()
        : Optional.of(current.link())
            .filter(l -> l.isOpen() && l.runId().equals(Optional.of(runId)));
  }

  /** Asks for a reading as soon as one may begin; harmless while one is wanted or under way. */
  public void readSoon() {
    wantReading = true;
  }

  /** Takes what was read of a run's mark beside the regular readings. */
  public void markFound(RunId runId, Optional<EpochMark> mark) {
    memory.markFound(runId, mark);
  }

  /** Whether readings also look which keepers are connected, which costs the server some time. */
  public void lookForKeepers(boolean wanted) {
    wantKeepers = wanted;
    Conversation current = conversation;
    if (current != null) {
      current.lookForKeepers(wanted);
    }
  }

  /** Ends the watch and its connection; nothing is due any more. */
  public void close() {
    closed = true;
    replaceLink();
  }

  /** Does what has become due: connect, ask, or notice silence. */
  public void advance(long nowNanos) {
    Conversation current = conversation;
    if (current == null) {
      if (!connecting && nowNanos - nextConnectNanos >= 0) {
        connect(nowNanos);
      } else if (connecting && nowNanos - connectSinceNanos > cadence.silentAfter().toNanos()) {
        silent(connectSinceNanos);
      }
      return;
    }
    current.advance(nowNanos, wantReading);
    if (current.isReading()) {
      wantReading = false;
    }
    long unansweredSince = current.unansweredSinceNanos(nowNanos);
    if (nowNanos - unansweredSince > cadence.silentAfter().toNanos()) {
      silent(unansweredSince);
      if (nowNanos - unansweredSince > giveUpNanos()) {
        replaceLink(); // after a cut network only a new connection comes through soon
      }
    }
  }

  /** When {@link #advance} has something to do, if nothing else happens before. */
  public long nextNanos(long nowNanos) {
    Conversation current = conversation;
    if (current == null) {
      return connecting ? nowNanos + cadence.silentAfter().toNanos() : nextConnectNanos;
    }
    return current.nextNanos(nowNanos, wantReading);
  }

  /**
   * Forgets how long anything took so far, because this process itself did not run: nobody may be
   * called silent for that.
   */
  public void forget(long nowNanos) {
    reachability = new Reachability.Unprobed();
    verdicts.clear();
    connectSinceNanos = nowNanos;
    Conversation current = conversation;
    if (current != null) {
      current.forget(nowNanos);
    }
    wantReading = true;
  }

  /** Leaves the connection, whatever waits on it, and opens another. */
  public void replaceLink() {
    Conversation current = conversation;
    conversation = null;
    if (current != null) {
      current.link().close();
    }
    nextConnectNanos = clock.getAsLong();
  }

  private long giveUpNanos() {
    return cadence.silentAfter().toNanos() * GIVE_UP_FACTOR;
  }

  private void connect(long nowNanos) {
    connecting = true;
    connectSinceNanos = nowNanos;
    connector.connect(address, thread, this::attempted, this::lost);
  }

  private void attempted(Attempt attempt) {
    long now = clock.getAsLong();
    LOG.debug("{}: {}", address, attempt);
    connecting = false;
    if (closed) {
      if (attempt instanceof Attempt.Connected(Link link)) {
        link.close();
      }
      return;
    }
    switch (attempt) {
      case Attempt.Connected(Link link) -> {
        verdicts.clear();
        conversation =
            new Conversation(link, credentials, owner, cadence, memory, thread, clock, this::heard);
        wantReading = false;
        conversation.lookForKeepers(wantKeepers);
        conversation.greet(now);
      }
      case Attempt.Refused refused -> {
        reachability =
            reachability instanceof Reachability.Refused earlier
                ? new Reachability.Refused(earlier.sinceNanos(), now, earlier.times() + 1)
                : new Reachability.Refused(now, now, 1);
        retryLater(now);
      }
      case Attempt.Unanswered unanswered -> {
        silent(connectSinceNanos);
        retryLater(now);
      }
      case Attempt.Unresolvable(String detail) -> {
        reachability = new Reachability.Unresolvable(detail);
        retryLater(now);
      }
    }
  }

  private void retryLater(long nowNanos) {
    nextConnectNanos = nowNanos + pauseNanos;
    pauseNanos = Math.min(pauseNanos * 2, cadence.reconnectEvery().toNanos());
  }

  private void lost(Link link) {
    Conversation current = conversation;
    if (current == null || current.link() != link) {
      return; // it was left before
    }
    long now = clock.getAsLong();
    conversation = null;
    if (reachability instanceof Reachability.NotRedis
        || reachability instanceof Reachability.NoAuth
        || reachability instanceof Reachability.NoPerm) {
      retryLater(now); // it hung up because it was not pleased, and that is what is told
    } else if (current.wasAnswered()) {
      reachability = new Reachability.Broken(now);
      // At once: whether it is refused is what tells a crash from a lost connection.
      pauseNanos = MIN_GAP_NANOS;
      nextConnectNanos = now;
    } else {
      // Taken and dropped without a word, as a forwarder does whose server is gone.
      silent(current.openedNanos());
      retryLater(now);
    }
  }

  private void silent(long sinceNanos) {
    if (!(reachability instanceof Reachability.Silent)) {
      reachability = new Reachability.Silent(sinceNanos);
    }
  }

  /** Takes what a reply says; from a connection that was left it still counts as a sign of life. */
  private void heard(Conversation from, Conversation.Question question, Answer answer) {
    if (from != conversation) {
      return;
    }
    long now = clock.getAsLong();
    LOG.debug("{}: {} {}", address, question, answer);
    if (answer instanceof Answer.Fine) {
      pauseNanos = MIN_GAP_NANOS;
    }
    verdicts.note(question, answer, now);
    if (question == Conversation.Question.PING && verdicts.changed()) {
      wantReading = true;
    }
    Optional<Reachability> seen = verdicts.reachability(now);
    seen.ifPresent(r -> reachability = r);
  }

  /** What the newest answers to each question say together. */
  private static final class Verdicts {
    private @Nullable Answer ping;
    private @Nullable Answer info;
    private long busySinceNanos;
    private boolean busy;
    private boolean changed;

    void clear() {
      ping = null;
      info = null;
      busy = false;
    }

    void note(Conversation.Question question, Answer answer, long nowNanos) {
      switch (question) {
        case PING -> {
          changed = ping != null && !ping.getClass().equals(answer.getClass());
          ping = answer;
        }
        case INFO -> {
          changed = false;
          info = answer;
        }
      }
      boolean nowBusy = ping instanceof Answer.Busy || info instanceof Answer.Busy;
      if (nowBusy && !busy) {
        busySinceNanos = nowNanos;
      }
      busy = nowBusy;
    }

    boolean changed() {
      return changed;
    }

    /** Empty until INFO was answered: before that, nothing is known of the run at the other end. */
    Optional<Reachability> reachability(long nowNanos) {
      Answer fromInfo = info;
      Answer fromPing = ping;
      if (fromInfo == null) {
        return Optional.empty();
      }
      if (!(fromInfo instanceof Answer.Fine)
          && !(fromInfo instanceof Answer.Loading)
          && !(fromInfo instanceof Answer.Busy)) {
        return state(fromInfo, nowNanos);
      }
      if (busy) {
        return Optional.of(new Reachability.Busy(busySinceNanos, nowNanos));
      }
      if (fromInfo instanceof Answer.Loading) {
        return state(fromInfo, nowNanos);
      }
      return state(fromPing == null ? fromInfo : fromPing, nowNanos);
    }

    private static Optional<Reachability> state(Answer answer, long now) {
      return switch (answer) {
        case Answer.Fine f -> Optional.of(new Reachability.Answering(now));
        case Answer.Loading(OptionalLong eta) -> Optional.of(new Reachability.Loading(now, eta));
        case Answer.Busy b -> Optional.of(new Reachability.Busy(now, now));
        case Answer.Misconf(String detail) -> Optional.of(new Reachability.Misconf(now, detail));
        case Answer.NoAuth(String detail) -> Optional.of(new Reachability.NoAuth(now, detail));
        case Answer.NoPerm(String detail) -> Optional.of(new Reachability.NoPerm(now, detail));
        case Answer.NotRedis(String detail) -> Optional.of(new Reachability.NotRedis(detail));
        case Answer.ClusterMode c -> Optional.of(new Reachability.ClusterMode());
        case Answer.TooOld(String version) -> Optional.of(new Reachability.TooOld(version));
        case Answer.Lost l -> Optional.empty();
      };
    }
  }
}
