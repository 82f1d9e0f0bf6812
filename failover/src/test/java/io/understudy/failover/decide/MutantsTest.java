package io.understudy.failover.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.sim.Simulation;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Of every rule and every guard: what goes wrong without it. */
@Execution(ExecutionMode.SAME_THREAD)
class MutantsTest {
  /** A rule that nothing in so many schedules misses would not be worth having. */
  private static final int MAX_SCHEDULES = 4_000;

  private static final int BATCH = 16;

  @ParameterizedTest
  @MethodSource("mutants")
  void shouldViolateAnInvariantWithout(Mutants.Mutant mutant) {
    Optional<Simulation.Result> violated = Optional.empty();
    for (int from = 1; violated.isEmpty() && from <= MAX_SCHEDULES; from += BATCH) {
      violated =
          LongStream.range(from, from + BATCH)
              .parallel()
              .mapToObj(seed -> Simulation.run(seed, mutant.setting(), false))
              .filter(r -> r.violation().isPresent() && isWellWithNothingMissing(r.seed(), mutant))
              .findFirst();
    }

    assertThat(violated)
        .as("%s, nothing goes wrong in %d schedules", mutant, MAX_SCHEDULES)
        .isPresent();
  }

  /** What goes wrong does so because of what is missing. */
  private static boolean isWellWithNothingMissing(long seed, Mutants.Mutant mutant) {
    return Simulation.run(seed, mutant.whole(), false).violation().isEmpty();
  }

  static List<Mutants.Mutant> mutants() {
    return Mutants.all();
  }
}
