package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.route.PoolKey;
import io.understudy.topology.Durability;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import io.understudy.wire.scan.ReplyScanner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether writes that the primary has answered are held by enough replicas, for all
 * sessions of one event loop and one group at a time.
 *
 * <p>On a connection of its own, which carries nothing else, it sends a tiny write, {@code WAIT},
 * and a question for how often a replica has attached. What was answered before that write was
 * executed before it, so a replica that has it has all of them, whichever connection they came on.
 * One round is under way at a time; the answers that come meanwhile share the next.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a timer of the loop fails only with the loop
public final class Confirmer implements Waiter, Receiver, Flushable {
  /** What became of the writes of a round. */
  public enum Outcome {
    /** Enough voters have them. */
    CONFIRMED,
    /** They were executed, and too few voters have them. */
    NOT_REPLICATED,
    /** The primary was lost before that was known. */
    UNKNOWN
  }

  /** Whoever keeps answers back until they are confirmed. On the loop. */
  public interface Keeping {
    /** What was kept for this round, and for earlier ones of this confirmer, has this outcome. */
    void settled(Confirmer by, long round, Outcome outcome);
  }

  /** The key of the write; its value says nothing. */
  static final String KEY = "{understudy}:durable";

  /** One WAIT takes no longer, so that terms that change meanwhile are heeded. */
  private static final Duration SLICE = Duration.ofMillis(100);

  /** A server that does not even answer WAIT in time is not waited for much longer. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private static final long TICK_MS = 50;
  private static final int REPLIES = 3;
  private static final long NEVER = Long.MAX_VALUE;

  private final Loop loop;
  private final BackendPool pool;
  private final TopologyFeed feed;
  private final Supplier<Access> access;
  private ReplyScanner scanner = new ReplyScanner();
  private final StringBuilder answer = new StringBuilder();
  private Set<Keeping> gathered = new LinkedHashSet<>();
  private Set<Keeping> asked = new LinkedHashSet<>();
  private long round = 1;
  private @Nullable Backend backend;
  private boolean waiting;
  private boolean flushAsked;
  private boolean ticking;

  /** The terms of the question under way; null while none is. */
  private @Nullable Durability terms;

  private long gatheredSinceNanos;
  private long keptUntilNanos = NEVER;
  private long deadlineNanos = NEVER;
  private int answers;
  private String refusal = "";
  private long holders;

  /** How many attached after the terms were made, as far as this round has seen. */
  private int later;

  Confirmer(Loop loop, BackendPool pool, TopologyFeed feed, Supplier<Access> access) {
    this.loop = loop;
    this.pool = pool;
    this.feed = feed;
    this.access = access;
  }

  /**
   * Says that an answer is kept back from now on.
   *
   * @return the round that will confirm it
   */
  public long keep(Keeping keeping) {
    if (gathered.isEmpty()) {
      gatheredSinceNanos = loop.turn().nowNanos();
    }
    gathered.add(keeping);
    if (asked.isEmpty()) {
      flushSoon();
    }
    return round;
  }

  /** The keeper of answers is gone. */
  public void forget(Keeping keeping) {
    gathered.remove(keeping);
  }

  /** Something else was published: what is not known yet may be known on other terms. */
  void published() {
    if (!asked.isEmpty() && terms == null) {
      flushSoon();
    }
  }

  /** The reign in which the writes were executed is over. */
  void lost() {
    close();
    settleAsked(Outcome.UNKNOWN);
    if (!gathered.isEmpty()) {
      begin();
      settleAsked(Outcome.UNKNOWN);
    }
  }

  private void flushSoon() {
    if (!flushAsked) {
      flushAsked = true;
      loop.turn().flushAtEnd(this);
    }
  }

  @Override
  public void flush() {
    flushAsked = false;
    if (asked.isEmpty() && !gathered.isEmpty()) {
      begin();
    }
    if (!asked.isEmpty() && terms == null) {
      ask();
    }
  }

  /** What was gathered is asked about from now on. */
  private void begin() {
    asked = gathered;
    gathered = new LinkedHashSet<>();
    round++;
    // A reign that cannot confirm yet is waited for like a primary.
    keptUntilNanos = gatheredSinceNanos + loop.limits().hold().toNanos();
    deadlineNanos = NEVER;
    later = 0;
    tickLater();
  }

  private void ask() {
    Topology current = feed.current(pool.group());
    Durability now = current.durability().orElse(null);
    if (now == null) {
      // The group asks for it no longer, unless its primary was just withdrawn.
      if (current.primary().isPresent() && pool.isServing()) {
        settleAsked(Outcome.CONFIRMED);
      }
      return;
    }
    if (!now.confirms()) {
      return;
    }
    long nowNanos = loop.nanoTime().getAsLong();
    Backend open = backend;
    if (open == null || open.isClosed()) {
      if (!waiting) {
        waiting = true;
        pool.await(this);
      }
      return;
    }
    if (deadlineNanos == NEVER) {
      deadlineNanos = nowNanos + now.timeout().toNanos();
    }
    terms = now;
    answers = 0;
    refusal = "";
    long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - nowNanos);
    long slice = Math.max(1, Math.min(SLICE.toMillis(), left));
    send(open, "SET", KEY, "1");
    send(open, "WAIT", Integer.toString(wanted(now)), Long.toString(slice));
    send(open, "INFO", "stats");
  }

  /** Nobody can be waited for who is not known to have attached. */
  private int wanted(Durability now) {
    return (int) Math.min(Short.MAX_VALUE, (long) now.replicas() + now.others() + later);
  }

  private static void send(Backend to, String... command) {
    ByteBuf bytes = Requests.of(command);
    to.send(bytes, 0, bytes.readableBytes());
    bytes.release();
  }

  private void answered(String reply) {
    switch (answers++) {
      case 0 -> refusal = reply.startsWith("-") ? reply : "";
      case 1 -> {
        holders = reply.startsWith(":") ? number(reply, 1) : -1;
        refusal = reply.startsWith("-") ? reply : refusal;
      }
      default -> judge(reply);
    }
  }

  private void judge(String info) {
    Durability then = terms;
    terms = null;
    if (then == null) {
      return;
    }
    Durability now = feed.current(pool.group()).durability().orElse(null);
    long full = field(info, "sync_full:");
    long partial = field(info, "sync_partial_ok:");
    boolean known = refusal.isEmpty() && full >= 0 && partial >= 0;
    int required = known ? then.required(full + partial) : Integer.MAX_VALUE;
    if (then.equals(now) && holders >= required) {
      settleAsked(Outcome.CONFIRMED);
      return;
    }
    if (loop.nanoTime().getAsLong() - deadlineNanos >= 0) {
      settleAsked(Outcome.NOT_REPLICATED);
      return;
    }
    int before = later;
    later = required == Integer.MAX_VALUE ? 0 : required - then.replicas() - then.others();
    boolean waited = known && holders < then.replicas() + then.others() + before;
    if (waited || later > before || !then.equals(now)) {
      flushSoon(); // Anything else is looked at again with the next tick.
    }
  }

  private void settleAsked(Outcome outcome) {
    Set<Keeping> settled = asked;
    asked = new LinkedHashSet<>();
    terms = null;
    long through = round - 1;
    for (Keeping keeping : settled) {
      keeping.settled(this, through, outcome);
    }
    if (!gathered.isEmpty()) {
      flushSoon();
    }
  }

  private void tickLater() {
    if (!ticking) {
      ticking = true;
      loop.events().schedule(this::tick, TICK_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** Nothing is kept for ever: not for a reign that cannot confirm, nor for a server that hangs. */
  private void tick() {
    ticking = false;
    if (asked.isEmpty()) {
      return;
    }
    long now = loop.nanoTime().getAsLong();
    boolean hangs = deadlineNanos != NEVER && now - deadlineNanos >= GRACE.toNanos();
    if (hangs || (deadlineNanos == NEVER && now - keptUntilNanos >= 0)) {
      if (terms != null || backend != null) {
        close(); // What it would answer later is not what is asked then.
      }
      settleAsked(Outcome.NOT_REPLICATED);
    } else if (terms == null) {
      ask();
    }
    loop.turn().flushSessions();
    if (!asked.isEmpty()) {
      tickLater();
    }
  }

  private void close() {
    Backend open = backend;
    backend = null;
    terms = null;
    if (waiting) {
      waiting = false;
      pool.leave(this);
    }
    if (open != null) {
      open.close();
    }
  }

  private static long field(String info, String name) {
    int at = info.indexOf(name);
    return at < 0 ? -1 : number(info, at + name.length());
  }

  private static long number(String text, int from) {
    int end = from;
    while (end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    return end == from || end - from > 18 ? -1 : Long.parseLong(text.substring(from, end));
  }

  // ---- waiting for a connection

  @Override
  public PoolKey wanted() {
    return PoolKey.FRESH.withCredentials(access.get().credentials());
  }

  @Override
  public boolean isExclusive() {
    return true;
  }

  @Override
  public int granted(SharedBackend shared) {
    throw new IllegalStateException("a connection of its own is wanted");
  }

  @Override
  public void granted(Backend own) {
    waiting = false;
    backend = own;
    answer.setLength(0);
    scanner = new ReplyScanner();
    own.receiver(this);
    flushSoon();
  }

  @Override
  public void denied(String error) {
    waiting = false; // The next tick asks again.
  }

  @Override
  public boolean expire(long nowNanos, String reason) {
    return true;
  }

  // ---- the connection

  @Override
  public void received(Backend from, ByteBuf bytes) {
    if (from != backend) {
      return;
    }
    if (!from.reign().isCurrent()) {
      from.close();
      return;
    }
    scanner.feed(bytes, bytes.readerIndex(), bytes.writerIndex());
    int at = bytes.readerIndex();
    while (true) {
      ReplyScanner.Event event = scanner.next();
      answer.append(bytes.toString(at, scanner.end() - at, StandardCharsets.ISO_8859_1));
      at = scanner.end();
      switch (event) {
        case REPLY -> {
          String whole = answer.toString();
          answer.setLength(0);
          if (terms == null || answers >= REPLIES) {
            from.close();
            return;
          }
          answered(whole);
          from.outbox().answered(from.outbox().sentOffset());
        }
        case PUSH -> answer.setLength(0);
        case PARTIAL -> {
          return;
        }
        case ERROR -> {
          from.close();
          return;
        }
      }
    }
  }

  @Override
  public void writable(Backend ignored) {}

  @Override
  public boolean isAwaiting() {
    return !asked.isEmpty() || !gathered.isEmpty();
  }

  @Override
  public void closed(Backend old) {
    pool.lost(old);
    if (old != backend) {
      return;
    }
    backend = null;
    terms = null;
    if (!pool.isServing(old) && !pool.isRetiring(old)) {
      lost();
    }
  }
}
