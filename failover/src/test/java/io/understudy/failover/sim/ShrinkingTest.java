package io.understudy.failover.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.decide.Mutants;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ShrinkingTest {
  @Test
  void shouldTellTheShortestStoryOfAViolation() {
    Simulation.Setting broken =
        Mutants.all().stream()
            .filter(m -> m.missing().equals("the guard GATE_BEFORE_CHOICE"))
            .findFirst()
            .orElseThrow()
            .setting();
    long seed =
        LongStream.rangeClosed(1, 4_000)
            .filter(
                s -> {
                  var result = Simulation.run(s, broken, false);
                  return result.violation().isPresent() && result.faults() > 2;
                })
            .findFirst()
            .orElseThrow();
    Simulation.Result whole = Simulation.run(seed, broken, false);

    Shrinking shortest = Shrinking.of(seed, broken).orElseThrow();

    assertThat(shortest.violation().invariant())
        .isEqualTo(whole.violation().orElseThrow().invariant());
    assertThat(shortest.faults()).isBetween(1, whole.faults() - 1);
    assertThat(shortest.story())
        .hasSizeLessThanOrEqualTo(200)
        .last()
        .asString()
        .contains("VIOLATED");
    for (int fault = 1; fault <= whole.faults(); fault++) {
      if (!shortest.skipped().contains(fault)) {
        assertThat(shortest.toString()).contains("fault " + fault + " ");
      }
    }
  }

  @Test
  void shouldTellNothingOfARunThatViolatesNothing() {
    assertThat(Shrinking.of(1, Simulation.Setting.real())).isEqualTo(Optional.empty());
  }
}
