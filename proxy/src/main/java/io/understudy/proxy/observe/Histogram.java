package io.understudy.proxy.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often something took how long: two steps for each doubling of the time, from 16 µs to 67 s.
 *
 * <p>Written by one thread, without a lock and without allocation; read by any, which sees each
 * number a moment late.
 */
public final class Histogram {
  /** The first step ends at 2 to this power of microseconds. */
  private static final int FIRST_POWER = 4;

  private static final int LAST_POWER = 26;
  private static final int STEPS = 1 + 2 * (LAST_POWER - FIRST_POWER);
  private static final long NANOS_PER_MICRO = 1_000;
  private static final double MICROS_PER_SECOND = 1e6;

  private static final List<Double> BOUNDS = bounds();

  /** By step; the last is for what took longer. */
  private final AtomicLongArray counts = new AtomicLongArray(STEPS + 1);

  private final AtomicLong sumNanos = new AtomicLong();

  /** Starts from zero. */
  public Histogram() {}

  private static List<Double> bounds() {
    List<Double> bounds = new ArrayList<>(STEPS);
    bounds.add((1 << FIRST_POWER) / MICROS_PER_SECOND);
    for (int power = FIRST_POWER; power < LAST_POWER; power++) {
      bounds.add((3L << (power - 1)) / MICROS_PER_SECOND);
      bounds.add((2L << power) / MICROS_PER_SECOND);
    }
    return List.copyOf(bounds);
  }

  /** The longest time of each step in seconds, without the last, which has no bound. */
  public static List<Double> boundsSeconds() {
    return BOUNDS;
  }

  /**
   * Notes what took equally long. On the writing thread.
   *
   * @param nanos how long; less than nothing is nothing
   * @param times how often
   */
  public void record(long nanos, int times) {
    long took = Math.max(0, nanos);
    int step = step(took);
    counts.setRelease(step, counts.getPlain(step) + times);
    sumNanos.setRelease(sumNanos.getPlain() + took * times);
  }

  static int step(long nanos) {
    long above = (nanos + NANOS_PER_MICRO - 1) / NANOS_PER_MICRO - 1;
    if (above < 1 << FIRST_POWER) {
      return 0;
    }
    int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(above);
    int half = (int) (above >> (power - 1)) & 1;
    return Math.min(STEPS, 1 + 2 * (power - FIRST_POWER) + half);
  }

  /** What was noted so far. Any thread. */
  public Distribution read() {
    List<Long> read = new ArrayList<>(STEPS + 1);
    for (int step = 0; step <= STEPS; step++) {
      read.add(counts.getAcquire(step));
    }
    return new Distribution(read, sumNanos.getAcquire());
  }
}
