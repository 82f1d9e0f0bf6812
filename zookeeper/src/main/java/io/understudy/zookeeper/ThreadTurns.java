package io.understudy.zookeeper;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Turns on a thread. */
final class ThreadTurns implements Turns {
  private final ScheduledExecutorService thread;

  ThreadTurns(ScheduledExecutorService thread) {
    this.thread = thread;
  }

  @Override
  public void soon(Runnable work) {
    after(Duration.ZERO, work);
  }

  @Override
  public void after(Duration delay, Runnable work) {
    try {
      var _ = thread.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // It is ended.
    }
  }

  @Override
  public void every(Duration pause, Runnable work) {
    var _ = thread.scheduleWithFixedDelay(work, 0, pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Takes no more work and interrupts what is under way. */
  void end() {
    thread.shutdownNow();
  }

  /** Waits until nothing is under way; says whether that came true in time. */
  boolean awaitEnd(Duration deadline) throws InterruptedException {
    return thread.awaitTermination(deadline.toNanos(), TimeUnit.NANOSECONDS);
  }
}
