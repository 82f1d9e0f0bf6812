package io.understudy.failover.sim;

import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;

/**
 * Runs simulations from a command line: {@code RUNS [FIRST_SEED]} runs that many seeds and prints
 * those that violate an invariant; {@code replay SEED} prints one run's trace, {@code shrink SEED}
 * the shortest story that still violates one. A third argument names the one kind of trouble that
 * every run concentrates on.
 */
public final class SimulationMain {
  private static final int SHOWN = 20;

  private SimulationMain() {}

  /** Exits with 1 when an invariant was violated. */
  public static void main(String[] arguments) {
    if (arguments.length >= 2 && arguments[0].equals("replay")) {
      var result = Simulation.run(Long.parseLong(arguments[1]), setting(arguments), true);
      result.trace().forEach(System.out::println);
      System.exit(result.violation().isPresent() ? 1 : 0);
    }
    if (arguments.length >= 2 && arguments[0].equals("shrink")) {
      var shortest = Shrinking.of(Long.parseLong(arguments[1]), setting(arguments));
      System.out.println(shortest.map(Object::toString).orElse("the seed violates nothing"));
      System.exit(shortest.isPresent() ? 1 : 0);
    }
    long runs = arguments.length > 0 ? Long.parseLong(arguments[0]) : 2_000;
    long first = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
    long started = System.nanoTime();
    List<Simulation.Result> results =
        LongStream.range(first, first + runs)
            .parallel()
            .mapToObj(seed -> Simulation.run(seed, setting(arguments), false))
            .toList();
    List<Simulation.Result> violated =
        results.stream().filter(r -> r.violation().isPresent()).toList();
    violated.stream()
        .limit(SHOWN)
        .forEach(
            r ->
                System.out.println(
                    "seed " + r.seed() + ": " + r.violation().orElseThrow().getMessage()));
    System.out.printf(
        "%d schedules, %d violations, %d failovers, %d switchovers, %d orders by hand, %d times"
            + " another keeper took over (%d of them with a change under way), %d writes"
            + " acknowledged, %d of them lost within the configured bound, %.1f s%n",
        runs,
        violated.size(),
        sum(results, Simulation.Result::failovers),
        sum(results, Simulation.Result::switchovers),
        sum(results, Simulation.Result::byHand),
        sum(results, Simulation.Result::takeovers),
        sum(results, Simulation.Result::inherited),
        sum(results, Simulation.Result::acknowledged),
        sum(results, Simulation.Result::lost),
        (System.nanoTime() - started) / 1e9);
    System.exit(violated.isEmpty() ? 0 : 1);
  }

  private static Simulation.Setting setting(String[] arguments) {
    var real = Simulation.Setting.real();
    return arguments.length > 2 ? real.troubledBy(arguments[2]) : real;
  }

  private static long sum(List<Simulation.Result> results, ToIntFunction<Simulation.Result> what) {
    return results.stream().mapToInt(what).sum();
  }
}
