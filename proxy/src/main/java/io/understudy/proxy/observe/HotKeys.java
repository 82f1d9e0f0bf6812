package io.understudy.proxy.observe;

import java.util.HashMap;
import java.util.Map;

/**
 * The keys that are asked for most often, from a sample of all commands: the space-saving
 * algorithm. A key that is new takes the place, and the count, of the one that was seen least, so
 * each count is too high by at most that. Counts are halved again and again, so that they tell of
 * the last half minute or so.
 */
final class HotKeys {
  /** How many keys are kept. */
  static final int CAPACITY = 128;

  private static final long HALF_LIFE_NANOS = 15_000_000_000L;

  private final Map<KeyName, Seen> keys = new HashMap<>(CAPACITY * 2);
  private double total;
  private long halvedNanos;

  /** How often a key was seen, and by how much that may be too high. */
  private static final class Seen {
    private double weight;
    private double excess;
  }

  /** Notes a command. */
  void note(KeyName key, int weight, long nowNanos) {
    age(nowNanos);
    total += weight;
    Seen seen = keys.get(key);
    if (seen == null) {
      seen = new Seen();
      if (keys.size() == CAPACITY) {
        KeyName least = least();
        Seen gone = keys.remove(least);
        seen.weight = gone == null ? 0 : gone.weight;
        seen.excess = seen.weight;
      }
      keys.put(key, seen);
    }
    seen.weight += weight;
  }

  private KeyName least() {
    KeyName least = null;
    double weight = Double.MAX_VALUE;
    for (Map.Entry<KeyName, Seen> each : keys.entrySet()) {
      if (least == null || each.getValue().weight < weight) {
        least = each.getKey();
        weight = each.getValue().weight;
      }
    }
    if (least == null) {
      throw new IllegalStateException("nothing was seen yet");
    }
    return least;
  }

  /** Halves everything for each half-life that has passed. */
  void age(long nowNanos) {
    if (total == 0) {
      halvedNanos = nowNanos;
    }
    while (nowNanos - halvedNanos >= HALF_LIFE_NANOS && total > 0) {
      halvedNanos += HALF_LIFE_NANOS;
      total = total < 1 ? 0 : total / 2;
      keys.values()
          .forEach(
              seen -> {
                seen.weight /= 2;
                seen.excess /= 2;
              });
      if (total == 0) {
        keys.clear();
      }
    }
  }

  /** Adds what was seen to the sums of other event loops. */
  void addTo(Map<KeyName, KeysSeen.Hot> sums) {
    keys.forEach(
        (key, seen) ->
            sums.merge(key, new KeysSeen.Hot(key, seen.weight, seen.excess), KeysSeen.Hot::plus));
  }

  /** The weight of all commands that were seen. */
  double total() {
    return total;
  }
}
