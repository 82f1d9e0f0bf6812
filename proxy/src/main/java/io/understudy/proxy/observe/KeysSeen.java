package io.understudy.proxy.observe;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was seen of a group's keys at one moment.
 *
 * @param hot the keys that are asked for most, the first most of all
 * @param total the weight of all commands that the hot ones are counted among
 * @param big the keys with the largest requests or replies, the largest first
 */
public record KeysSeen(List<Hot> hot, double total, List<Big> big) {
  /** Makes the lists unmodifiable. */
  public KeysSeen {
    hot = List.copyOf(hot);
    big = List.copyOf(big);
  }

  /**
   * A key that is asked for often.
   *
   * @param weight how often, on the scale of {@link KeysSeen#total}
   * @param excess by how much that may be too high
   */
  public record Hot(KeyName key, double weight, double excess) {
    Hot plus(Hot other) {
      return new Hot(key, weight + other.weight, excess + other.excess);
    }
  }

  /**
   * A key with a large request or reply.
   *
   * @param bytes how long it was
   * @param reply whether it was the reply
   * @param command the command's name
   * @param seenNanos when, on the clock of the loops
   */
  public record Big(KeyName key, long bytes, boolean reply, String command, long seenNanos) {
    Big larger(Big other) {
      return other.bytes >= bytes ? other : this;
    }
  }

  /** Adds up what the event loops saw. */
  public static KeysSeen of(List<KeySamples> loops, long nowNanos) {
    Map<KeyName, Hot> hot = new HashMap<>();
    Map<KeyName, Big> big = new HashMap<>();
    double total = 0;
    for (KeySamples each : loops) {
      total += each.addTo(hot, big, nowNanos);
    }
    return new KeysSeen(
        hot.values().stream()
            .sorted(Comparator.comparingDouble(Hot::weight).reversed())
            .limit(HotKeys.CAPACITY)
            .toList(),
        total,
        big.values().stream()
            .sorted(Comparator.comparingLong(Big::bytes).reversed())
            .limit(BigKeys.CAPACITY)
            .toList());
  }
}
