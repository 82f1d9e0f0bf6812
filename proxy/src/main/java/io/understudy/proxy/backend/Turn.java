package io.understudy.proxy.backend;

import io.understudy.proxy.observe.Histogram;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What one event loop has still to write before it waits for events again.
 *
 * <p>Backends are asked once at the end of a turn (and write sooner when many commands wait, later
 * when their node is busy), sessions are flushed whenever a backend's read is complete. Belongs to
 * one event loop.
 */
public final class Turn implements Runnable {
  /**
   * With so many commands and replies in a turn, others may run at its end: one alone is of a
   * client that waits for it, and nobody else has anything to bring.
   */
  private static final int YIELD_CARRIED = 2;

  private final Executor loop;
  private final ArrayDeque<Flushable> backends = new ArrayDeque<>();
  private final ArrayDeque<Flushable> sessions = new ArrayDeque<>();
  private final LongSupplier nanoTime;
  private boolean scheduled;
  private boolean timed;
  private int carried;
  private long nowNanos;
  private long begunNanos;
  private final Histogram lengths = new Histogram();

  /**
   * Makes the turn of one event loop.
   *
   * @param loop runs a task on the loop behind the events of the present turn
   * @param nanoTime the clock, on {@link System#nanoTime}'s scale
   */
  public Turn(Executor loop, LongSupplier nanoTime) {
    this.loop = loop;
    this.nanoTime = nanoTime;
  }

  /** Flushes a backend at the end of this turn. The caller sees to it that it asks once. */
  public void flushAtEnd(Flushable backend) {
    backends.add(backend);
    schedule();
  }

  /** Flushes a session with the next {@link #flushSessions}. The caller asks once. */
  public void touched(Flushable session) {
    sessions.add(session);
    schedule();
  }

  /** Notes that so many commands of one session, or replies to it, were passed on. */
  public void carried(int count) {
    carried += count;
  }

  /** Flushes the sessions that were touched. */
  public void flushSessions() {
    for (Flushable session = sessions.poll(); session != null; session = sessions.poll()) {
      session.flush();
    }
  }

  /** The time of the present turn: the clock is read once for all that comes with it. */
  public long nowNanos() {
    if (!timed) {
      timed = true;
      nowNanos = nanoTime.getAsLong();
      begunNanos = nowNanos;
      schedule();
    }
    return nowNanos;
  }

  /** Reads the clock anew, once for many answers: the time of the present turn from now on. */
  public long laterNanos() {
    if (!timed) {
      return nowNanos();
    }
    nowNanos = nanoTime.getAsLong();
    return nowNanos;
  }

  /** How long turns took: for so long whatever arrived meanwhile was not looked at. */
  public Histogram lengths() {
    return lengths;
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      loop.execute(this);
    }
  }

  /** The end of the turn. */
  @Override
  public void run() {
    boolean was = timed;
    long begun = begunNanos;
    scheduled = false;
    timed = false;
    for (Flushable backend = backends.poll(); backend != null; backend = backends.poll()) {
      backend.flush();
    }
    flushSessions();
    if (was) {
      lengths.record(nanoTime.getAsLong() - begun, 1);
    }
    if (carried >= YIELD_CARRIED) {
      letOthersRun();
    }
    carried = 0;
  }

  /**
   * Lets clients and servers on the same processor run, if they are ready to. They bring the next
   * events while this thread is still awake, and being woken costs as much as a send. Where nobody
   * else wants the processor, it is one short system call.
   */
  @SuppressWarnings("ThreadPriorityCheck") // Nothing depends on it.
  private static void letOthersRun() {
    Thread.yield();
  }
}
