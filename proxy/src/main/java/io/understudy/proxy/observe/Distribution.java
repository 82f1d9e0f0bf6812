package io.understudy.proxy.observe;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a histogram held at one moment.
 *
 * @param counts how often, by the steps of {@link Histogram#boundsSeconds()} and one for longer
 * @param sumNanos all times together
 */
public record Distribution(List<Long> counts, long sumNanos) {
  /** Nothing yet. */
  public static final Distribution NONE =
      new Distribution(Collections.nCopies(Histogram.boundsSeconds().size() + 1, 0L), 0);

  /** Makes the list unmodifiable. */
  public Distribution {
    counts = List.copyOf(counts);
  }

  /** How often in all. */
  public long count() {
    return counts.stream().mapToLong(Long::longValue).sum();
  }

  /** Both together. */
  public Distribution plus(Distribution other) {
    List<Long> sums = new ArrayList<>(counts.size());
    for (int step = 0; step < counts.size(); step++) {
      sums.add(counts.get(step) + other.counts.get(step));
    }
    return new Distribution(sums, sumNanos + other.sumNanos);
  }
}
