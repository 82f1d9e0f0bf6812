package io.understudy.bench.measure;

import java.util.Arrays;
import java.util.List;

/**
 * What redis-benchmark says of one run.
 *
 * @param requestsPerSecond over the whole run
 * @param p50Millis median latency of a request; of a whole pipeline when it is deeper than 1
 * @param p99Millis the same at the 99th percentile
 */
public record LoadResult(double requestsPerSecond, double p50Millis, double p99Millis) {
  /**
   * Reads the output of {@code redis-benchmark --csv} (redis-tools 6.2 and up, which print a line
   * of column names first).
   *
   * @throws IllegalArgumentException when a column is missing; the message holds the output
   */
  public static LoadResult parseCsv(String output) {
    List<String> lines = output.lines().filter(line -> line.startsWith("\"")).toList();
    if (lines.size() != 2) {
      throw new IllegalArgumentException(
          "redis-benchmark --csv printed no result (6.2 or newer is needed): " + output.strip());
    }
    List<String> names = cells(lines.get(0));
    List<String> values = cells(lines.get(1));
    return new LoadResult(
        column("rps", names, values, output),
        column("p50_latency_ms", names, values, output),
        column("p99_latency_ms", names, values, output));
  }

  /** This and another run at the same time: rates add up; the median is that of the greater. */
  public LoadResult and(LoadResult other) {
    LoadResult greater = requestsPerSecond >= other.requestsPerSecond ? this : other;
    return new LoadResult(
        requestsPerSecond + other.requestsPerSecond,
        greater.p50Millis,
        Math.max(p99Millis, other.p99Millis));
  }

  private static double column(
      String name, List<String> names, List<String> values, String output) {
    int index = names.indexOf(name);
    if (index < 0 || index >= values.size()) {
      throw new IllegalArgumentException(
          "redis-benchmark --csv printed no column " + name + ": " + output.strip());
    }
    return Double.parseDouble(values.get(index));
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.split(",", -1)).map(cell -> cell.replace("\"", "").strip()).toList();
  }
}
