package io.understudy.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waiting for a condition, with a generous bound that only a broken thing reaches. */
public final class Eventually {
  /** How long any condition may take to come true. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos();

  private Eventually() {}

  /**
   * Returns when {@code condition} is true. A condition that throws is one that is not true yet.
   *
   * @param what says in the failure what was waited for
   * @throws AssertionError after {@link #PATIENCE}, with what the condition last threw as its cause
   */
  public static void holds(String what, Callable<Boolean> condition) {
    long start = System.nanoTime();
    @Nullable Throwable last = null;
    while (System.nanoTime() - start < PATIENCE.toNanos()) {
      try {
        if (condition.call()) {
          return;
        }
        last = null;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting until " + what, e);
      } catch (Exception | AssertionError e) {
        last = e;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    throw new AssertionError("not true after " + PATIENCE.toSeconds() + " s: " + what, last);
  }
}
