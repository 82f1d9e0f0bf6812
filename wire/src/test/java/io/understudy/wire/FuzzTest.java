package io.understudy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.wire.scan.Fuzzer;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Damaged streams of requests and replies through everything of this module.
 *
 * <p>The usual run takes a fixed number of seeds; {@code build/fuzz SECONDS} goes on from a seed of
 * its own for as long as it is told.
 */
class FuzzTest {
  private static final int USUAL_SEEDS = 40_000;

  @Test
  void shouldSurviveDamagedStreams() {
    LongStream.range(0, USUAL_SEEDS).forEach(FuzzTest::run);
  }

  @Test
  void shouldSurviveForAsLongAsItIsTold() {
    Instant end =
        Instant.now().plus(Duration.ofSeconds(Long.getLong("understudy.fuzz.seconds", 0)));
    long first = Long.getLong("understudy.fuzz.seed", USUAL_SEEDS);
    long seed = first;
    do {
      run(seed++);
    } while (Instant.now().isBefore(end));
    assertThat(seed).isGreaterThan(first);
  }

  private static void run(long seed) {
    try {
      new Fuzzer(seed).run();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    }
  }
}
