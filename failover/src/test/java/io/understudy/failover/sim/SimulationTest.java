package io.understudy.failover.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

public class SimulationTest {
  /**
   * Seeds whose violation is understood and not mended yet; the test fails when one of them is
   * mended and still listed, or when any other violates.
   *
   * <ul>
   *   <li>469: somebody puts an old state file back, and every server that carries a newer mark
   *       that this owner wrote is already marked by another owner: I2
   *   <li>1652, 1971: a failover waits for the budget while the primary is restarted empty. The
   *       wait then counts as time that the replicas were cut off before the loss, so that none may
   *       be promoted until an operator forces it: I10
   * </ul>
   */
  public static final Set<Long> KNOWN_OPEN = Set.of(469L, 1652L, 1971L);

  /**
   * Set {@code -Dsimulation.schedules} for more; {@code build/simulate} runs any number and replays
   * one seed.
   */
  private static final int SCHEDULES = Integer.getInteger("simulation.schedules", 2_000);

  @Test
  void shouldKeepEveryInvariantInEverySchedule() {
    List<Simulation.Result> results =
        LongStream.rangeClosed(1, SCHEDULES)
            .parallel()
            .mapToObj(seed -> Simulation.run(seed, Simulation.Setting.real(), false))
            .toList();

    List<Simulation.Result> violated =
        results.stream().filter(r -> r.violation().isPresent()).toList();
    assertThat(violated.stream().filter(r -> !KNOWN_OPEN.contains(r.seed())).toList())
        .as("seeds with a violation; replay one with build/simulate replay SEED")
        .isEmpty();
    assertThat(violated.stream().map(Simulation.Result::seed).toList())
        .as("seeds that are listed as open; those that are mended leave the list")
        .containsExactlyInAnyOrderElementsOf(
            KNOWN_OPEN.stream().filter(seed -> seed <= SCHEDULES).toList());
    // A world in which nothing happens keeps every invariant: these say that much did.
    assertThat(results.stream().mapToInt(Simulation.Result::failovers).sum())
        .isGreaterThan(SCHEDULES);
    assertThat(results.stream().mapToInt(Simulation.Result::acknowledged).sum())
        .isGreaterThan(SCHEDULES * 200);
  }

  @Test
  void shouldGiveTheSameTraceForTheSameSeed() {
    for (long seed = 1; seed <= 5; seed++) {
      var first = Simulation.run(seed, Simulation.Setting.real(), true);
      var second = Simulation.run(seed, Simulation.Setting.real(), true);

      assertThat(second.trace()).as("seed %d", seed).isEqualTo(first.trace()).isNotEmpty();
    }
  }
}
