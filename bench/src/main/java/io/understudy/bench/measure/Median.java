package io.understudy.bench.measure;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Medians: what a few disturbed rounds cannot move. */
public final class Median {
  private Median() {}

  /**
   * The middle value, or the mean of the two middle ones.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static double of(Collection<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no value, so no median");
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The median of one property of several things. */
  public static <T> double of(List<T> things, ToDoubleFunction<T> property) {
    return of(things.stream().map(thing -> property.applyAsDouble(thing)).toList());
  }
}
