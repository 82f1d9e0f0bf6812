package io.understudy.app.demo;

import io.understudy.app.rest.Operator;
import io.understudy.app.wiring.StartException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Planned changes of primary, one after another under steady writes, and what clients saw. */
final class SwitchoverDemo {
  private static final Duration POLL = Duration.ofMillis(2);
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Duration CALM = Duration.ofMillis(300);
  private static final double HIGH = 0.99;

  private final Optional<String> server;
  private final int port;
  private final LongSupplier nanos;
  private final ThreadFactory threads;

  SwitchoverDemo(Optional<String> server, int port, LongSupplier nanos, ThreadFactory threads) {
    this.server = server;
    this.port = port;
    this.nanos = nanos;
    this.threads = threads;
  }

  /**
   * Runs the rounds and prints what came of them.
   *
   * @return whether nothing failed, was lost, ran twice or needed a full resync
   */
  boolean run(int rounds, PrintStream out) throws StartException, IOException {
    try (Stage stage = Stage.open(server, port, news -> {}, nanos, threads)) {
      awaitReady(stage);
      long fullBefore = fullSyncs(stage);
      stage.startWriting();
      pause(CALM);
      List<Double> stalls = new ArrayList<>();
      List<String> refusals = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        round(stage, stalls, refusals);
      }
      stage.stopWriting();
      new Auditor(stage.address(), stage.log()).audit(0);
      return print(out, stage, rounds, stalls, refusals, fullSyncs(stage) - fullBefore);
    }
  }

  private void round(Stage stage, List<Double> stalls, List<String> refusals) {
    stage.log().forgetPause();
    long begun = nanos.getAsLong();
    Operator.Result result = stage.switchover(false);
    stage.log().mark(nanos.getAsLong());
    await(() -> stage.log().firstAckAfterMark().isPresent());
    pause(CALM);
    if (result.done()) {
      stalls.add(stage.log().sums().longestPauseNanos() / 1e6);
    } else {
      refusals.add(
          String.join("; ", result.lines()) + " " + (nanos.getAsLong() - begun) / 1_000_000);
    }
    awaitReady(stage);
  }

  /** Until every replica is in sync, and the keeper has seen it. */
  private void awaitReady(Stage stage) {
    await(() -> inSync(stage) == stage.servers().size() - 1);
    await(() -> stage.switchover(true).done());
  }

  private static long inSync(Stage stage) {
    return stage.servers().stream()
        .filter(s -> s.info("master_link_status").equals(Optional.of("up")))
        .count();
  }

  private static long fullSyncs(Stage stage) {
    return stage.servers().stream()
        .mapToLong(s -> Long.parseLong(s.info("sync_full").orElse("0")))
        .sum();
  }

  private static boolean print(
      PrintStream out,
      Stage stage,
      int rounds,
      List<Double> stalls,
      List<String> refusals,
      long fullSyncs) {
    WriteLog.Sums sums = stage.log().sums();
    line(out, "server", stage.serverName());
    line(out, "switchovers done", stalls.size() + " of " + rounds);
    line(out, "writes acknowledged", sums.acknowledged());
    line(out, "failed", sums.failed() + sums.lastFailure().map(f -> " (" + f + ")").orElse(""));
    line(out, "unknown", sums.unknown());
    line(out, "acknowledged but lost", sums.lost());
    line(out, "run twice", sums.twice());
    line(out, "full resyncs", fullSyncs);
    if (!stalls.isEmpty()) {
      Collections.sort(stalls);
      line(
          out,
          "longest pause a client saw, per switchover",
          String.format(
              Locale.ROOT,
              "median %.1f ms, p99 %.1f ms, max %.1f ms",
              stalls.get(stalls.size() / 2),
              stalls.get((int) Math.min(stalls.size() - 1, Math.ceil(stalls.size() * HIGH) - 1)),
              stalls.getLast()));
    }
    refusals.forEach(r -> line(out, "not done", r));
    boolean good =
        sums.failed() + sums.unknown() + sums.lost() + sums.twice() + fullSyncs == 0
            && stalls.size() == rounds;
    out.println(good ? "GOOD: nothing failed, nothing was lost, no full resync" : "NOT GOOD");
    return good;
  }

  private static void line(PrintStream out, String what, Object value) {
    out.printf(Locale.ROOT, "%-44s %s%n", what, value);
  }

  private void await(BooleanSupplier condition) {
    long deadlineNanos = nanos.getAsLong() + DEADLINE.toNanos();
    while (!condition.getAsBoolean() && nanos.getAsLong() < deadlineNanos) {
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private void pause(Duration duration) {
    long endNanos = nanos.getAsLong() + duration.toNanos();
    await(() -> nanos.getAsLong() >= endNanos);
  }
}
