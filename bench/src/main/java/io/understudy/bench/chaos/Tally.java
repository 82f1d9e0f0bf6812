package io.understudy.bench.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** The outcomes of all schedules so far. Any thread. */
final class Tally {
  private static final double MILLION = 1e6;
  private static final double HIGH = 0.99;
  private final List<Outcome> outcomes = new ArrayList<>();

  synchronized void add(Outcome outcome) {
    outcomes.add(outcome);
  }

  synchronized int size() {
    return outcomes.size();
  }

  synchronized long violations() {
    return outcomes.stream().mapToLong(o -> o.violations().size()).sum();
  }

  /** The table, and every violation. */
  synchronized String text() {
    var text = new StringBuilder();
    Map<String, List<Outcome>> byKind = new TreeMap<>();
    outcomes.forEach(
        o -> byKind.computeIfAbsent(o.schedule().kind(), k -> new ArrayList<>()).add(o));
    text.append(
        String.format(
            "%-32s %5s %24s %9s %6s %8s %8s %6s %5s%n",
            "fault",
            "runs",
            "outage ms: median/p99/max",
            "acked",
            "lost",
            "unknown",
            "refused",
            "twice",
            "past"));
    byKind.forEach((kind, some) -> text.append(line(kind, some)));
    text.append(line("all", outcomes));
    Map<Fault, Integer> faults = new TreeMap<>();
    outcomes.stream()
        .flatMap(o -> o.schedule().injections().stream())
        .forEach(i -> faults.merge(i.fault(), 1, Integer::sum));
    text.append("\nfaults injected: ").append(faults.values().stream().mapToInt(i -> i).sum());
    faults.forEach((f, n) -> text.append(", ").append(f.text()).append(' ').append(n));
    text.append(
        String.format(
            Locale.ROOT,
            "%nwhole again after the healing: median %.1f s, max %.1f s%n",
            quantile(outcomes, Outcome::wholeNanos, 0.5) / 1000,
            quantile(outcomes, Outcome::wholeNanos, 1) / 1000));
    for (Outcome outcome : outcomes) {
      if (!outcome.violations().isEmpty()) {
        text.append("VIOLATION in ").append(outcome.schedule()).append(": ");
        text.append(String.join("; ", outcome.violations())).append('\n');
      }
    }
    text.append(
        String.format(
            "a person had to choose the primary: %d times, and %d writes were lost there;"
                + " %d in all other schedules%n",
            outcomes.stream().filter(Outcome::forced).count(),
            lost(outcomes, true),
            lost(outcomes, false)));
    text.append(
        String.format(
            "%d schedules, %d invariants violated%n",
            outcomes.size(), outcomes.stream().mapToInt(o -> o.violations().size()).sum()));
    return text.toString();
  }

  private static long lost(List<Outcome> outcomes, boolean forced) {
    return sum(outcomes.stream().filter(o -> o.forced() == forced).toList(), Outcome::lost);
  }

  private static String line(String kind, List<Outcome> some) {
    return String.format(
        Locale.ROOT,
        "%-32s %5d %24s %9d %6d %8d %8d %6d %5d%n",
        kind,
        some.size(),
        String.format(
            Locale.ROOT,
            "%.0f/%.0f/%.0f",
            quantile(some, Outcome::outageNanos, 0.5),
            quantile(some, Outcome::outageNanos, HIGH),
            quantile(some, Outcome::outageNanos, 1)),
        sum(some, Outcome::acknowledged),
        sum(some, Outcome::lost),
        sum(some, Outcome::unknown),
        sum(some, Outcome::refused),
        sum(some, Outcome::doubled),
        sum(some, Outcome::ofThePast));
  }

  private static long sum(List<Outcome> some, ToLongFunction<Outcome> what) {
    return some.stream().mapToLong(what).sum();
  }

  /** In milliseconds; 0 where there is none. */
  private static double quantile(List<Outcome> some, ToLongFunction<Outcome> what, double share) {
    long[] sorted = some.stream().mapToLong(what).sorted().toArray();
    if (sorted.length == 0) {
      return 0;
    }
    int index = (int) Math.ceil(share * sorted.length) - 1;
    return sorted[Math.max(0, index)] / MILLION;
  }
}
