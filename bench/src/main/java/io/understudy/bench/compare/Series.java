package io.understudy.bench.compare;

import io.understudy.bench.measure.Median;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The rounds of one command at one depth, and what follows from them.
 *
 * <p>A round in which direct Redis was more than {@link #TOLERANCE} away from its own median over
 * the series was disturbed by something else on the machine, and is left out of everything.
 *
 * @param command GET or SET
 * @param depth requests per pipeline
 * @param targets in the order of the tables; the first is direct Redis
 * @param rounds one measurement of every target each, in time order
 */
record Series(
    String command, int depth, List<Target> targets, List<Map<Target, Measurement>> rounds) {
  /** How far direct Redis may be from its median, as a share of it. */
  static final double TOLERANCE = 0.15;

  Series {
    targets = List.copyOf(targets);
    rounds = rounds.stream().map(Map::copyOf).toList();
  }

  /** The rounds that count. */
  List<Map<Target, Measurement>> kept() {
    if (rounds.isEmpty()) {
      return List.of();
    }
    Target direct = targets.getFirst();
    double median = Median.of(rounds, round -> of(round, direct).requestsPerSecond());
    List<Map<Target, Measurement>> kept = new ArrayList<>();
    for (Map<Target, Measurement> round : rounds) {
      double deviation = Math.abs(of(round, direct).requestsPerSecond() / median - 1);
      if (deviation <= TOLERANCE) {
        kept.add(round);
      }
    }
    return kept;
  }

  /** The median of one property of one target over the rounds that count. */
  double median(Target target, ToDoubleFunction<Measurement> property) {
    return Median.of(kept(), round -> property.applyAsDouble(of(round, target)));
  }

  /**
   * The median of the per-round ratios of one property: {@code target} divided by {@code other}.
   */
  double medianRatio(Target target, Target other, ToDoubleFunction<Measurement> property) {
    return Median.of(
        kept(),
        round ->
            property.applyAsDouble(of(round, target)) / property.applyAsDouble(of(round, other)));
  }

  List<Target> ofKind(Target.Kind kind) {
    return targets.stream().filter(target -> target.kind() == kind).toList();
  }

  private static Measurement of(Map<Target, Measurement> round, Target target) {
    Measurement measurement = round.get(target);
    if (measurement == null) {
      throw new IllegalStateException("a round without " + target.name());
    }
    return measurement;
  }
}
