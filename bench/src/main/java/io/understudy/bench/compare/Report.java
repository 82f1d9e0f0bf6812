package io.understudy.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The tables and verdicts as lines for a person. */
final class Report {
  private Report() {}

  /** The table of one series: medians over the rounds that count, and medians of ratios. */
  static List<String> table(Series series, double loadAverage) {
    List<String> lines = new ArrayList<>();
    int kept = series.kept().size();
    Target direct = series.targets().getFirst();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s, depth %d: %d rounds, %d rejected; load average %.1f, others used %.2f cores",
            series.command(),
            series.depth(),
            kept,
            series.rounds().size() - kept,
            loadAverage,
            kept == 0 ? 0 : series.median(direct, Measurement::outsideCores)));
    if (kept == 0) {
      return lines;
    }
    List<Target> peers = series.ofKind(Target.Kind.PEER);
    StringBuilder head =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "  %-11s %8s %8s %8s %9s %9s %9s %9s",
                "",
                "k req/s",
                "p50 ms",
                "p99 ms",
                "CPU us",
                "of which",
                "JIT+GC",
                "Redis us"));
    for (Target peer : peers) {
      head.append(String.format(Locale.ROOT, "  | %9s %5s", "k/" + abbreviated(peer), "CPU"));
    }
    lines.add(head.toString());
    for (Target target : series.targets()) {
      lines.add(row(series, target, peers));
    }
    return lines;
  }

  private static String row(Series series, Target target, List<Target> peers) {
    boolean direct = target.kind() == Target.Kind.DIRECT;
    StringBuilder row =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "  %-11s %8.1f %8.3f %8.3f %9s %9s %9s %9.2f",
                target.name(),
                series.median(target, Measurement::requestsPerSecond) / 1000,
                series.median(target, m -> m.load().p50Millis()),
                series.median(target, m -> m.load().p99Millis()),
                direct
                    ? "-"
                    : String.format(
                        Locale.ROOT, "%.2f", series.median(target, Measurement::proxyMicros)),
                direct
                    ? "-"
                    : String.format(
                        Locale.ROOT, "%.2f", series.median(target, Measurement::proxyWorkMicros)),
                direct
                    ? "-"
                    : String.format(
                        Locale.ROOT,
                        "%.2f",
                        series.median(target, Measurement::proxyRuntimeMicros)),
                series.median(target, Measurement::redisMicros)));
    for (Target peer : peers) {
      row.append(
          String.format(
              Locale.ROOT,
              "  | %9.2f %5s",
              series.medianRatio(target, peer, Measurement::requestsPerSecond),
              direct
                  ? "-"
                  : String.format(
                      Locale.ROOT,
                      "%.2f",
                      series.medianRatio(target, peer, Measurement::proxyMicros))));
    }
    return row.toString();
  }

  private static String abbreviated(Target peer) {
    return peer.name().length() <= 7 ? peer.name() : peer.name().substring(0, 7);
  }

  /** The verdicts, one line each, and a last line that sums up. */
  static List<String> verdicts(List<Verdict> verdicts) {
    List<String> lines = new ArrayList<>();
    for (Verdict verdict : verdicts) {
      lines.add(String.format(Locale.ROOT, "%-7s  %s", verdict.outcome(), verdict.sentence()));
    }
    long passed = verdicts.stream().filter(v -> v.outcome() == Verdict.Outcome.PASS).count();
    lines.add(String.format(Locale.ROOT, "%d of %d figures reached", passed, verdicts.size()));
    return lines;
  }

  /** One line of comma-separated values per measurement. */
  static List<String> csv(Series series) {
    List<String> lines = new ArrayList<>();
    int number = 0;
    for (var round : series.rounds()) {
      boolean kept = series.kept().contains(round);
      for (Target target : series.targets()) {
        Measurement m = round.get(target);
        if (m != null) {
          lines.add(
              String.format(
                  Locale.ROOT,
                  "%s,%d,%d,%s,%s,%.0f,%.3f,%.3f,%.4f,%.4f,%.4f,%.3f",
                  series.command(),
                  series.depth(),
                  number,
                  kept,
                  target.name(),
                  m.requestsPerSecond(),
                  m.load().p50Millis(),
                  m.load().p99Millis(),
                  m.proxyWorkMicros(),
                  m.proxyRuntimeMicros(),
                  m.redisMicros(),
                  m.outsideCores()));
        }
      }
      number++;
    }
    return lines;
  }
}
