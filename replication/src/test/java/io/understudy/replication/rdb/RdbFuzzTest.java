package io.understudy.replication.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Damaged files of real servers through everything of this package.
 *
 * <p>The usual run takes a fixed number of seeds; {@code build/fuzz SECONDS} goes on from a seed of
 * its own for as long as it is told.
 */
class RdbFuzzTest {
  private static final int USUAL_SEEDS = 20_000;

  private final List<byte[]> files =
      ServerFiles.servers().stream().map(ServerFiles::small).toList();

  @Test
  void shouldSurviveDamagedFiles() {
    long read = LongStream.range(0, USUAL_SEEDS).filter(this::run).count();
    assertThat(read).as("files that were still readable").isBetween(1L, USUAL_SEEDS - 1L);
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

  private boolean run(long seed) {
    try {
      return new RdbFuzzer(seed, files).run();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    }
  }
}
