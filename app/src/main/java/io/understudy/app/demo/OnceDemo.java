package io.understudy.app.demo;

import io.understudy.app.wiring.News;
import io.understudy.app.wiring.StartException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The unattended demo: in each round steady writes, {@code kill -9} of the primary, the return of
 * the old primary, and then every write looked up.
 */
final class OnceDemo {
  private static final Duration POLL = Duration.ofMillis(5);

  /** What takes longer has failed. */
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** Writes before the kill and after the return. */
  private static final Duration CALM = Duration.ofSeconds(1);

  private final Optional<String> server;
  private final int port;
  private final LongSupplier nanos;
  private final ThreadFactory threads;

  OnceDemo(Optional<String> server, int port, LongSupplier nanos, ThreadFactory threads) {
    this.server = server;
    this.port = port;
    this.nanos = nanos;
    this.threads = threads;
  }

  /** Starts everything anew, runs one round, and stops everything. */
  Round run() throws StartException, IOException {
    Milestones milestones = new Milestones();
    try (Stage stage = Stage.open(server, port, milestones::told, nanos, threads)) {
      await(() -> isInOrder(stage));
      stage.startWriting();
      pause(CALM);
      Optional<DemoServer> victim = stage.primary();
      if (victim.isEmpty()) {
        throw new StartException("Understudy found no primary: " + stage.report().reason());
      }
      long killedNanos = nanos.getAsLong();
      milestones.killed(killedNanos);
      victim.get().kill();
      await(() -> milestones.afterKillNanos(News.Step.PUBLISHED).isPresent());
      milestones
          .afterKillNanos(News.Step.PUBLISHED)
          .ifPresent(published -> stage.log().mark(killedNanos + published));
      await(() -> stage.log().firstAckAfterMark().isPresent());
      pause(CALM);
      long returnedNanos = nanos.getAsLong();
      victim.get().restart();
      await(() -> isInOrder(stage));
      long backNanos = nanos.getAsLong();
      pause(CALM);
      stage.stopWriting();
      new Auditor(stage.address(), stage.log()).audit(0);
      Map<String, Double> steps = steps(milestones, stage.log(), killedNanos);
      steps.put(
          "old primary back as replica, after its restart", (backNanos - returnedNanos) / 1e6);
      return new Round(stage.log().sums(), steps, ending(stage), isInOrder(stage));
    }
  }

  private static Map<String, Double> steps(Milestones milestones, WriteLog log, long killedNanos) {
    Map<String, Double> steps = new LinkedHashMap<>();
    step(steps, "noticed", milestones.afterKillNanos(News.Step.NOTICED));
    step(steps, "replicas gated", milestones.afterKillNanos(News.Step.GATED));
    step(steps, "failover decided", milestones.afterKillNanos(News.Step.DECIDED));
    step(steps, "replica promoted", milestones.afterKillNanos(News.Step.PROMOTED));
    step(steps, "new primary published", milestones.afterKillNanos(News.Step.PUBLISHED));
    step(steps, "first write acknowledged", log.firstAckAfterMark().map(at -> at - killedNanos));
    return steps;
  }

  private static void step(Map<String, Double> steps, String name, Optional<Long> afterKillNanos) {
    afterKillNanos.ifPresent(after -> steps.put(name, after / 1e6));
  }

  /** Asks the servers themselves, since Understudy could be wrong about them. */
  private static boolean isInOrder(Stage stage) {
    List<DemoServer> primaries =
        stage.servers().stream().filter(s -> s.info("role").equals(Optional.of("master"))).toList();
    if (primaries.size() != 1 || !stage.primary().equals(Optional.of(primaries.getFirst()))) {
      return false;
    }
    Optional<String> port = Optional.of(Integer.toString(primaries.getFirst().address().port()));
    return stage.servers().stream()
        .filter(s -> !s.equals(primaries.getFirst()))
        .allMatch(
            s ->
                s.info("role").equals(Optional.of("slave"))
                    && s.info("master_port").equals(port)
                    && s.info("master_link_status").equals(Optional.of("up")));
  }

  private static List<String> ending(Stage stage) {
    return stage.servers().stream()
        .map(
            s ->
                s.address()
                    + "  "
                    + s.info("role")
                        .map(
                            role ->
                                role.equals("master")
                                    ? "primary"
                                    : "replica of port " + s.info("master_port").orElse("?"))
                        .orElse("does not answer"))
        .toList();
  }

  /** Waits until it holds, or the deadline has passed: what did not come shows in the result. */
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
