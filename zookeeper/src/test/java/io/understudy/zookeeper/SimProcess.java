package io.understudy.zookeeper;

import io.understudy.testkit.sim.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A simulated process in which real, blocking code runs under virtual time: each piece of work has
 * a thread of its own, but the world waits for it, so that only one thing ever happens at a time.
 */
final class SimProcess {
  /** Thrown out of a call of a process that died in it. */
  private static final class Died extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Work under way. */
  private static final class Fiber {
    final Semaphore go = new Semaphore(0);
    final Semaphore back = new Semaphore(0);
    @Nullable Throwable failure;
  }

  private final VirtualTime time;
  private final List<Fiber> asleep = new ArrayList<>();
  final String name;

  /** How fast its clock runs; every process's runs a little differently. */
  private final double rate;

  private @Nullable Fiber current;
  private boolean alive = true;
  private long pausedUntilNanos;

  SimProcess(VirtualTime time, String name) {
    this.time = time;
    this.name = name;
    this.rate = 0.98 + 0.04 * time.random().nextDouble();
  }

  boolean isAlive() {
    return alive;
  }

  boolean isPaused() {
    return time.nowNanos() < pausedUntilNanos;
  }

  /** Its own monotonic clock. */
  long nanoTime() {
    return (long) (time.nowNanos() * rate);
  }

  void pause(long nanos) {
    time.trace(name, "is stopped for " + nanos / 1_000_000 + " ms");
    pausedUntilNanos = time.nowNanos() + nanos;
  }

  void wake() {
    pausedUntilNanos = time.nowNanos();
  }

  /** kill -9: what is under way ends where it stands. */
  void die() {
    time.trace(name, "dies");
    alive = false;
    List.copyOf(asleep).forEach(this::resume);
  }

  /** Begins a piece of work now. */
  void run(Runnable work) {
    var fiber = new Fiber();
    Thread.ofVirtual()
        .start(
            () -> {
              fiber.go.acquireUninterruptibly();
              try {
                work.run();
              } catch (Died e) {
                // As it should.
              } catch (RuntimeException | Error e) {
                fiber.failure = e;
              } finally {
                fiber.back.release();
              }
            });
    resume(fiber);
  }

  private void resume(Fiber fiber) {
    asleep.remove(fiber);
    Fiber before = current;
    current = fiber;
    fiber.go.release();
    fiber.back.acquireUninterruptibly();
    current = before;
    if (fiber.failure != null) {
      throw new IllegalStateException(name + " failed", fiber.failure);
    }
  }

  /**
   * Called by work under way: lets virtual time pass, and more of it while the process is paused.
   */
  void await(long nanos) {
    Fiber fiber = current;
    if (fiber == null) {
      throw new IllegalStateException("nothing is under way in " + name);
    }
    asleep.add(fiber);
    wakeAfter(fiber, nanos);
    fiber.back.release();
    fiber.go.acquireUninterruptibly();
    if (!alive) {
      throw new Died();
    }
  }

  private void wakeAfter(Fiber fiber, long nanos) {
    time.after(
        nanos,
        () -> {
          if (asleep.contains(fiber)) {
            if (isPaused()) {
              wakeAfter(fiber, pausedUntilNanos - time.nowNanos());
            } else {
              resume(fiber);
            }
          }
        });
  }

  /** A thread of this process. */
  Turns thread() {
    return new Turns() {
      private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
      private boolean busy;

      @Override
      public void soon(Runnable work) {
        after(Duration.ZERO, work);
      }

      @Override
      public void after(Duration delay, Runnable work) {
        time.after(
            (long) (delay.toNanos() / rate),
            () -> {
              waiting.add(work);
              next();
            });
      }

      @Override
      public void every(Duration pause, Runnable work) {
        soon(
            () -> {
              work.run();
              after(pause, () -> every(pause, work));
            });
      }

      private void next() {
        if (!alive || busy || waiting.isEmpty()) {
          return;
        }
        if (isPaused()) {
          time.after(pausedUntilNanos - time.nowNanos(), this::next);
          return;
        }
        busy = true;
        Runnable work = waiting.remove();
        run(
            () -> {
              try {
                work.run();
              } finally {
                busy = false;
                time.after(0, this::next);
              }
            });
      }
    };
  }
}
