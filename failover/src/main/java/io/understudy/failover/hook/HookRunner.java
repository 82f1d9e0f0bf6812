package io.understudy.failover.hook;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls hooks of all groups on a few threads. Any thread; what is called never holds up the caller.
 */
public final class HookRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.keeper");

  /** How many hooks run at once. */
  public static final int THREADS = 8;

  /** How many may wait for that; more are not called, and said to have failed. */
  public static final int MOST_WAITING = 1_024;

  private volatile List<Hook> hooks = List.of();
  private final ExecutorService threads;
  private final ExecutorService readers;
  private final LongSupplier nanoTime;
  private final ProgramCall programs;
  private final LongSupplier wallMillis;

  /** Made for the first address. */
  private volatile Optional<WebCall> web = Optional.empty();

  private boolean closed;

  /**
   * Takes the hooks to call, until it is told to {@link #follow} others.
   *
   * @param threads at most {@link #THREADS}, with a queue of at most {@link #MOST_WAITING}; closed
   *     with this
   * @param readers one task for each hook that runs; closed with this
   * @param wallMillis the time that signatures carry
   */
  public HookRunner(
      List<Hook> hooks,
      ExecutorService threads,
      ExecutorService readers,
      LongSupplier nanoTime,
      LongSupplier wallMillis) {
    this.threads = threads;
    this.readers = readers;
    this.nanoTime = nanoTime;
    this.wallMillis = wallMillis;
    this.programs = new ProgramCall(readers);
    follow(hooks);
  }

  /** Calls others from now on. What is under way goes on, and its answers count. */
  public synchronized void follow(List<Hook> others) {
    boolean needsWeb = others.stream().anyMatch(hook -> hook.call() instanceof Hook.Call.Web);
    if (needsWeb && web.isEmpty() && !closed) {
      web = Optional.of(new WebCall(readers, nanoTime, wallMillis));
    }
    hooks = List.copyOf(others);
  }

  List<Hook> at(HookPoint point) {
    return hooks.stream().filter(hook -> hook.at().contains(point)).toList();
  }

  /** Calls one; {@code answered} gets its answer exactly once, on another thread. */
  void call(Hook hook, HookEvent event, Consumer<HookAnswer> answered) {
    long calledNanos = nanoTime.getAsLong();
    try {
      threads.execute(() -> answered.accept(answer(hook, event, calledNanos)));
    } catch (RejectedExecutionException e) {
      answered.accept(
          new HookAnswer(hook.name(), HookAnswer.Kind.FAILED, "too many hooks are due", 0));
    }
  }

  private HookAnswer answer(Hook hook, HookEvent event, long calledNanos) {
    long endNanos = calledNanos + hook.deadline().toNanos();
    Said said;
    try {
      said =
          endNanos - nanoTime.getAsLong() <= 0
              ? new Said(HookAnswer.Kind.LATE, "other hooks were before it")
              : switch (hook.call()) {
                case Hook.Call.Program program ->
                    programs.run(program.command(), event, endNanos - nanoTime.getAsLong());
                case Hook.Call.Web address -> web.orElseThrow().post(address, event, endNanos);
              };
    } catch (RuntimeException e) {
      LOG.error("hook {} could not be called", hook.name(), e);
      said = new Said(HookAnswer.Kind.FAILED, e.getClass().getSimpleName());
    }
    long tookMillis = (nanoTime.getAsLong() - calledNanos) / 1_000_000;
    return new HookAnswer(hook.name(), said.kind(), said.words(), tookMillis);
  }

  /** How a call ended, and what was said. */
  record Said(HookAnswer.Kind kind, String words) {
    private static final int MOST_CHARACTERS = 300;

    /** One line of it. */
    static Said of(HookAnswer.Kind kind, String output) {
      String line = output.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
      return new Said(
          kind,
          line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "...");
    }
  }

  /** Calls nothing any more; programs that run are killed. */
  @Override
  public synchronized void close() {
    closed = true;
    threads.shutdownNow();
    web.ifPresent(WebCall::close);
    readers.shutdownNow();
  }
}
