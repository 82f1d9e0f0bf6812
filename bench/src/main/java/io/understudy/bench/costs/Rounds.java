package io.understudy.bench.costs;

import io.understudy.bench.measure.Median;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The rounds of one command at one depth.
 *
 * <p>A round in which a variant's plain way was more than {@link #TOLERANCE} away from its own
 * median was disturbed, and is left out of that variant's ratios.
 *
 * @param rounds one sample of every variant each, in time order
 */
record Rounds(String command, int depth, List<Map<Variant, Sample>> rounds) {
  /** How far the plain way may be from its median, as a share of it. */
  static final double TOLERANCE = 0.15;

  Rounds {
    rounds = rounds.stream().map(Map::copyOf).toList();
  }

  /** The rounds that count for a variant: all, where fewer than half are undisturbed. */
  List<Map<Variant, Sample>> kept(Variant variant) {
    List<Map<Variant, Sample>> kept = undisturbed(variant);
    return kept.size() * 2 >= rounds.size() ? kept : rounds;
  }

  /** The rounds in which the plain way was near its median. */
  List<Map<Variant, Sample>> undisturbed(Variant variant) {
    Variant plain = variant.baseline();
    double median = Median.of(rounds, round -> of(round, plain).requestsPerSecond());
    return rounds.stream()
        .filter(round -> Math.abs(of(round, plain).requestsPerSecond() / median - 1) <= TOLERANCE)
        .toList();
  }

  /** The median of one property over the rounds that count. */
  double median(Variant variant, ToDoubleFunction<Sample> property) {
    return Median.of(kept(variant), round -> property.applyAsDouble(of(round, variant)));
  }

  /** The median of the ratios inside each round: the variant's divided by its plain way's. */
  double ratio(Variant variant, ToDoubleFunction<Sample> property) {
    return Median.of(
        kept(variant),
        round ->
            property.applyAsDouble(of(round, variant))
                / property.applyAsDouble(of(round, variant.baseline())));
  }

  /** Whether anything in it reads. */
  boolean reads() {
    return command.equals(SameCommand.READ) || command.equals(WriteThenRead.NAME);
  }

  private static Sample of(Map<Variant, Sample> round, Variant variant) {
    Sample sample = round.get(variant);
    if (sample == null) {
      throw new IllegalStateException("a round without " + variant.shown());
    }
    return sample;
  }
}
