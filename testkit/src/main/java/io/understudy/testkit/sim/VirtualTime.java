package io.understudy.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A scheduler whose clock moves only when the next event is due, with the one source of randomness
 * of a simulation.
 *
 * <p>Events of the same instant run in the order in which they were scheduled. Not thread-safe.
 */
public final class VirtualTime {
  /** So many events in one run are a loop, not a schedule. */
  public static final long MAX_EVENTS = 3_000_000;

  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final double NANOS_PER_SECOND = 1e9;

  private record Event(long atNanos, long number, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Random random;
  private final List<String> trace = new ArrayList<>();
  private final boolean tracing;
  private long nowNanos;
  private long numbers;
  private Runnable afterEach = () -> {};

  /**
   * A world at time 0.
   *
   * @param seed decides everything
   * @param tracing whether {@link #trace} keeps what it is told
   */
  public VirtualTime(long seed, boolean tracing) {
    this.random = new Random(seed);
    this.tracing = tracing;
  }

  public long nowNanos() {
    return nowNanos;
  }

  public Random random() {
    return random;
  }

  /** A random whole number of milliseconds from {@code low} to {@code high}, as nanoseconds. */
  public long millis(int low, int high) {
    return (low + random.nextInt(high - low + 1)) * NANOS_PER_MILLI;
  }

  /** A random time between two, in nanoseconds. */
  public long between(long lowNanos, long highNanos) {
    return lowNanos + (long) (random.nextDouble() * (highNanos - lowNanos));
  }

  /** Runs {@code action} after {@code delayNanos}, which may be 0. */
  public void after(long delayNanos, Runnable action) {
    events.add(new Event(nowNanos + Math.max(0, delayNanos), numbers++, action));
  }

  /** What is run after every event: the place for invariants. */
  public void afterEach(Runnable check) {
    afterEach = check;
  }

  /** Runs everything that is due until {@code untilNanos}, and moves the clock there. */
  public void runUntil(long untilNanos) {
    while (!events.isEmpty() && events.peek().atNanos <= untilNanos) {
      Event next = events.remove();
      if (next.number > MAX_EVENTS) {
        throw new IllegalStateException("more than " + MAX_EVENTS + " events: something loops");
      }
      nowNanos = next.atNanos;
      next.action.run();
      afterEach.run();
    }
    nowNanos = Math.max(nowNanos, untilNanos);
  }

  /** Keeps a line of the trace, with the time in front. */
  public void trace(String who, String what) {
    if (tracing) {
      trace.add(
          String.format(Locale.ROOT, "%9.4f %-14s %s", nowNanos / NANOS_PER_SECOND, who, what));
    }
  }

  /** Whether {@link #trace} keeps anything, for callers whose lines are costly. */
  public boolean isTracing() {
    return tracing;
  }

  /** The lines so far. */
  public List<String> lines() {
    return List.copyOf(trace);
  }
}
