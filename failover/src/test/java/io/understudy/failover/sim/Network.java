package io.understudy.failover.sim;

import io.understudy.testkit.sim.VirtualTime;
import java.util.HashMap;
import java.util.Map;

/**
 * Who can send to whom. A cut is one-way. What was sent into a cut is not lost: it arrives after
 * the cut heals, as TCP's retransmissions do, unless the connection was closed by then, when chance
 * decides.
 */
final class Network {
  private static final long RETRY_NANOS = 20_000_000L;
  private static final double LOST_WHEN_CLOSED = 0.5;

  private record Path(String from, String to) {}

  private final VirtualTime time;
  private final Map<Path, Long> cuts = new HashMap<>();
  private final Map<Path, Long> lastCut = new HashMap<>();
  private long slowUntilNanos;

  Network(VirtualTime time) {
    this.time = time;
  }

  void cut(String from, String to) {
    cuts.put(new Path(from, to), time.nowNanos());
    lastCut.put(new Path(from, to), Long.MAX_VALUE);
    time.trace("network", "cut " + from + " -> " + to);
  }

  void heal(String from, String to) {
    if (cuts.remove(new Path(from, to)) != null) {
      lastCut.put(new Path(from, to), time.nowNanos());
      time.trace("network", "heal " + from + " -> " + to);
    }
  }

  void slowUntil(long untilNanos) {
    slowUntilNanos = untilNanos;
    time.trace("network", "slow");
  }

  boolean isCut(String from, String to) {
    return cuts.containsKey(new Path(from, to));
  }

  /** Whether both directions were open since {@code sinceNanos}. */
  boolean wasOpenSince(String a, String b, long sinceNanos) {
    return lastCut.getOrDefault(new Path(a, b), -1L) < sinceNanos
        && lastCut.getOrDefault(new Path(b, a), -1L) < sinceNanos
        && slowUntilNanos < sinceNanos;
  }

  long delay() {
    return time.nowNanos() < slowUntilNanos
        ? time.between(1_000_000L, 300_000_000L)
        : time.between(50_000L, 1_500_000L);
  }

  /** A connection, as far as it matters here: whether its sender has given it up. */
  static final class Connection {
    boolean closed;

    /** The server killed it: nothing more of it is read. */
    boolean killed;
  }

  void send(String from, String to, Connection connection, Runnable arrival) {
    time.after(delay(), () -> arrive(from, to, connection, arrival));
  }

  private void arrive(String from, String to, Connection connection, Runnable arrival) {
    if (!isCut(from, to)) {
      arrival.run();
      return;
    }
    if (connection.closed && time.random().nextDouble() < LOST_WHEN_CLOSED) {
      return;
    }
    time.after(RETRY_NANOS, () -> arriveLater(from, to, connection, arrival));
  }

  private void arriveLater(String from, String to, Connection connection, Runnable arrival) {
    if (isCut(from, to)) {
      time.after(RETRY_NANOS, () -> arriveLater(from, to, connection, arrival));
    } else {
      arrival.run();
    }
  }
}
