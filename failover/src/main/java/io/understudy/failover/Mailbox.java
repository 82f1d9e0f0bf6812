package io.understudy.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a group and was not looked at yet, in order. Any thread puts in; the group's
 * thread takes out.
 *
 * <p>What can wait is bounded by what can be under way: for each node one PING, one reading, one
 * connection attempt, one lost connection and one order.
 */
final class Mailbox implements Executor {
  /** So many are handled before the group looks at the whole again. */
  private static final int MAX_BATCH = 256;

  private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();

  @Override
  public void execute(Runnable event) {
    waiting.add(event);
  }

  /** Runs what waits, once, without waiting for more. Called when nobody takes out any more. */
  void end() {
    List<Runnable> rest = new ArrayList<>();
    waiting.drainTo(rest);
    rest.forEach(Runnable::run);
  }

  /** Runs what waits, after waiting for the first for at most {@code nanos}. */
  void runWaiting(long nanos) throws InterruptedException {
    Runnable event = waiting.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    for (int i = 0; event != null && i < MAX_BATCH; i++) {
      event.run();
      event = next();
    }
    if (event != null) {
      event.run();
    }
  }

  private @Nullable Runnable next() {
    return waiting.poll();
  }
}
