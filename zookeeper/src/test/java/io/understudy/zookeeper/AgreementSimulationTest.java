package io.understudy.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real leases, journal and publications on a simulated ensemble: processes that stop, die and
 * are cut off, sessions that expire, a majority that is lost, answers that are lost, late requests.
 */
class AgreementSimulationTest {
  /** Set {@code -Dagreement.schedules} for more. */
  private static final int SCHEDULES = Integer.getInteger("agreement.schedules", 100);

  private static final int MAX_SCHEDULES = 400;
  private static final int BATCH = 16;

  @Test
  void shouldNeverHaveTwoLeadersOrTwoPrimariesInAnySchedule() {
    List<AgreementWorld.Result> results =
        LongStream.rangeClosed(1, SCHEDULES)
            .parallel()
            .mapToObj(seed -> AgreementWorld.run(seed, Set.of(), false))
            .toList();

    assertThat(results.stream().filter(r -> r.violation().isPresent()).toList())
        .as("seeds with a violation")
        .isEmpty();
    assertThat(results.stream().mapToInt(AgreementWorld.Result::promotions).sum())
        .as("a world in which nothing happens proves nothing")
        .isGreaterThan(SCHEDULES * 2);
  }

  @Test
  void shouldGiveTheSameTraceForTheSameSeed() {
    for (long seed = 1; seed <= 3; seed++) {
      assertThat(AgreementWorld.run(seed, Set.of(), true).trace())
          .as("seed %d", seed)
          .isEqualTo(AgreementWorld.run(seed, Set.of(), true).trace())
          .isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wait for outputs",
        "wait as long as a proxy's lease",
        "lease shorter than silence"
      })
  void shouldBeCaughtWithout(String safeguard) {
    Optional<AgreementWorld.Result> violated = Optional.empty();
    for (int from = 1; violated.isEmpty() && from <= MAX_SCHEDULES; from += BATCH) {
      violated =
          LongStream.range(from, from + BATCH)
              .parallel()
              .mapToObj(seed -> AgreementWorld.run(seed, Set.of(safeguard), false))
              .filter(r -> r.violation().isPresent())
              .findFirst();
    }
    assertThat(violated)
        .as("without '%s' nothing goes wrong in %d schedules", safeguard, MAX_SCHEDULES)
        .isPresent();
  }
}
