package io.understudy.bench.costs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The rounds of one command at one depth as lines for a person. */
final class CostTable {
  private CostTable() {}

  /** A head, then a line for each variant. */
  static List<String> of(Rounds series, Set<Variant> variants, double loadAverage) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%n%s, depth %d: %d rounds; load average %.1f",
            series.command(),
            series.depth(),
            series.rounds().size(),
            loadAverage));
    lines.add(
        String.format(
            Locale.ROOT,
            "  %-14s %9s %10s %8s %8s %8s %8s %7s %5s",
            "",
            "CPU ratio",
            "throughput",
            "CPU us",
            "server",
            "k req/s",
            "p99 ms",
            "replica",
            "calm"));
    for (Variant variant : variants) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-14s %9.2f %10.2f %8.2f %8.2f %8.1f %8.3f %7s %5d  %s",
              variant.shown(),
              series.ratio(variant, Sample::proxyMicros),
              series.ratio(variant, Sample::requestsPerSecond),
              series.median(variant, Sample::proxyMicros),
              series.median(variant, Sample::serverMicros),
              series.median(variant, Sample::requestsPerSecond) / 1000,
              series.median(variant, sample -> sample.load().p99Millis()),
              replica(series, variant),
              series.undisturbed(variant).size(),
              variant.meaning()));
    }
    return lines;
  }

  /** Which part of the reads the replica answered; nothing where none was to. */
  private static String replica(Rounds series, Variant variant) {
    return variant.readsReplica() && series.reads()
        ? String.format(Locale.ROOT, "%.0f %%", 100 * series.median(variant, Sample::replicaShare))
        : "-";
  }
}
