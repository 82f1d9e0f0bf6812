package io.understudy.bench.outage;

import java.util.List;
import java.util.Locale;

/**
 * What clients saw of all rounds on one server version.
 *
 * @param changed for each round, the longest time that any client waited, in milliseconds
 * @param calm the same in as much time in which nothing was changed
 * @param count what became of all requests
 * @param fullResyncs how many whole copies were sent
 */
record Result(
    List<Double> changed, List<Double> calm, CountingClient.Count count, long fullResyncs) {
  private static final double HIGH = 0.99;

  /** The columns of {@link #line}. */
  static final String HEADER =
      String.format(
          "%-12s %22s %22s %9s %7s %7s %5s %5s %7s",
          "",
          "ms calm: med/p99/max",
          "changed: med/p99/max",
          "acked",
          "unknown",
          "refused",
          "lost",
          "twice",
          "resyncs");

  Result {
    changed = List.copyOf(changed);
    calm = List.copyOf(calm);
  }

  /** One line of the table. */
  String line(String name) {
    return String.format(
        Locale.ROOT,
        "%-12s %22s %22s %9d %7d %7d %5d %5d %7d",
        name,
        spread(calm),
        spread(changed),
        count.acknowledged(),
        count.unknown(),
        count.refused(),
        count.lost(),
        count.twice(),
        fullResyncs);
  }

  private static String spread(List<Double> millis) {
    return String.format(
        Locale.ROOT,
        "%.0f/%.0f/%.0f",
        quantile(millis, 0.5),
        quantile(millis, HIGH),
        quantile(millis, 1));
  }

  /** The value that a share of all is not above. */
  static double quantile(List<Double> all, double share) {
    List<Double> sorted = all.stream().sorted().toList();
    return sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
  }
}
