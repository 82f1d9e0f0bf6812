package io.understudy.failover.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Runs simulations from a command line: {@code RUNS [FIRST_SEED]} runs that many seeds and prints
 * those that violate an invariant; {@code replay SEED} prints one run's trace, {@code shrink SEED}
 * the shortest story that still violates one.
 */
public final class SimulationMain {
  private static final int SHOWN = 20;

  private SimulationMain() {}

  /** Exits with 1 when an invariant was violated. */
  public static void main(String[] arguments) {
    if (arguments.length == 2 && arguments[0].equals("replay")) {
      var result = Simulation.run(Long.parseLong(arguments[1]), Simulation.Setting.real(), true);
      result.trace().forEach(System.out::println);
      System.exit(result.violation().isPresent() ? 1 : 0);
    }
    if (arguments.length == 2 && arguments[0].equals("shrink")) {
      var shortest = Shrinking.of(Long.parseLong(arguments[1]), Simulation.Setting.real());
      System.out.println(shortest.map(Object::toString).orElse("the seed violates nothing"));
      System.exit(shortest.isPresent() ? 1 : 0);
    }
    long runs = arguments.length > 0 ? Long.parseLong(arguments[0]) : 2_000;
    long first = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
    long started = System.nanoTime();
    List<Simulation.Result> violated = new ArrayList<>();
    long failovers = 0;
    long acknowledged = 0;
    long lost = 0;
    long switchovers = 0;
    List<Simulation.Result> results =
        LongStream.range(first, first + runs)
            .parallel()
            .mapToObj(seed -> Simulation.run(seed, Simulation.Setting.real(), false))
            .toList();
    for (var result : results) {
      failovers += result.failovers();
      acknowledged += result.acknowledged();
      lost += result.lost();
      switchovers += result.switchovers();
      if (result.violation().isPresent()) {
        violated.add(result);
      }
    }
    violated.stream()
        .limit(SHOWN)
        .forEach(
            r ->
                System.out.println(
                    "seed " + r.seed() + ": " + r.violation().orElseThrow().getMessage()));
    System.out.printf(
        "%d schedules, %d violations, %d failovers, %d switchovers, %d writes acknowledged, %d of"
            + " them lost within the configured bound, %.1f s%n",
        runs,
        violated.size(),
        failovers,
        switchovers,
        acknowledged,
        lost,
        (System.nanoTime() - started) / 1e9);
    System.exit(violated.isEmpty() ? 0 : 1);
  }
}
