package io.understudy.zookeeper;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which keeper leads which group: the content of {@code leaders}, one line per group with the
 * group's name, the keeper's id and its incarnation.
 *
 * @param holders by group
 */
record Assignments(SortedMap<String, Holder> holders) {
  private static final int FIELDS = 3;
  private static final long HASH_START = 0xcbf29ce484222325L;
  private static final long HASH_PRIME = 0x100000001b3L;

  Assignments {
    holders = new TreeMap<>(holders);
  }

  static Assignments none() {
    return new Assignments(new TreeMap<>());
  }

  /**
   * Reads what {@link #bytes} wrote; a line that is none is left out, and its group is nobody's.
   */
  static Assignments parse(byte[] bytes) {
    SortedMap<String, Holder> holders = new TreeMap<>();
    for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
      String[] fields = line.split(" ", -1);
      if (fields.length == FIELDS && fields[2].matches("\\d{1,18}")) {
        holders.put(fields[0], new Holder(fields[1], Long.parseLong(fields[2])));
      }
    }
    return new Assignments(holders);
  }

  byte[] bytes() {
    var text = new StringBuilder();
    for (Map.Entry<String, Holder> each : holders.entrySet()) {
      text.append(each.getKey())
          .append(' ')
          .append(each.getValue().keeper())
          .append(' ')
          .append(each.getValue().incarnation())
          .append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  Optional<Holder> of(String group) {
    return Optional.ofNullable(holders.get(group));
  }

  /** The same with another holder for some groups. */
  Assignments with(Map<String, Holder> changes) {
    SortedMap<String, Holder> all = new TreeMap<>(holders);
    all.putAll(changes);
    return new Assignments(all);
  }

  /**
   * Which of the keepers is to lead a group, so that each leads about as many and few groups move
   * when one comes or goes: the one whose hash with the group is highest.
   *
   * @param keepers at least one
   */
  static String preferred(String group, Collection<String> keepers) {
    return keepers.stream()
        .max(
            Comparator.<String>comparingLong(keeper -> hash(group + ' ' + keeper))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  private static long hash(String text) {
    long hash = HASH_START;
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ each) * HASH_PRIME;
    }
    // The last characters differ most and must reach the high bits, by which the order goes.
    hash ^= hash >>> 32;
    hash *= 0xd6e8feb86659fd93L;
    return hash ^ hash >>> 32;
  }
}
