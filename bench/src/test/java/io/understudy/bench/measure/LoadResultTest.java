package io.understudy.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LoadResultTest {
  private static final String NAMES =
      "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\","
          + "\"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\"\n";

  @Test
  void shouldReadColumnsByName() {
    String output =
        NAMES + "\"GET\",\"612745.10\",\"0.9\",\"0.1\",\"0.895\",\"1.2\",\"1.911\",\"4.0\"\n";

    assertThat(LoadResult.parseCsv(output)).isEqualTo(new LoadResult(612_745.10, 0.895, 1.911));
  }

  @Test
  void shouldSkipWarningsAroundTheTable() {
    String output =
        "WARNING: Could not fetch server CONFIG\n"
            + NAMES
            + "\"SET\",\"1000.00\",\"1\",\"1\",\"2\",\"3\",\"4\",\"5\"\n";

    assertThat(LoadResult.parseCsv(output)).isEqualTo(new LoadResult(1000, 2, 4));
  }

  @Test
  void shouldAddRatesOfTwoRunsAtTheSameTimeAndTakeTheMedianOfTheGreater() {
    LoadResult reads = new LoadResult(800, 1, 4);
    LoadResult writes = new LoadResult(200, 2, 5);

    assertThat(reads.and(writes)).isEqualTo(new LoadResult(1000, 1, 5));
    assertThat(writes.and(reads)).isEqualTo(new LoadResult(1000, 1, 5));
  }

  @Test
  void shouldQuoteOutputThatIsNoTable() {
    assertThatThrownBy(() -> LoadResult.parseCsv("Error: Connection reset by peer\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Connection reset by peer");
  }

  @Test
  void shouldNameMissingColumn() {
    assertThatThrownBy(() -> LoadResult.parseCsv("\"test\",\"rps\"\n\"GET\",\"5\"\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("p50_latency_ms");
  }
}
