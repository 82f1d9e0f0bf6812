package io.understudy.proxy.observe;

import java.util.HashMap;
import java.util.Map;

/** The keys whose requests or replies were largest, as far as they were looked at. */
final class BigKeys {
  /** How many keys are kept. */
  static final int CAPACITY = 64;

  private final Map<KeyName, KeysSeen.Big> keys = new HashMap<>(CAPACITY * 2);

  /** Notes one; the largest of a key counts. */
  void note(KeysSeen.Big big) {
    if (keys.containsKey(big.key()) || keys.size() < CAPACITY) {
      keys.merge(big.key(), big, KeysSeen.Big::larger);
      return;
    }
    KeysSeen.Big least = big;
    for (KeysSeen.Big each : keys.values()) {
      least = each.bytes() < least.bytes() ? each : least;
    }
    if (!least.key().equals(big.key())) {
      keys.remove(least.key());
      keys.put(big.key(), big);
    }
  }

  /** Adds what was seen to what other event loops saw. */
  void addTo(Map<KeyName, KeysSeen.Big> all) {
    keys.values().forEach(big -> all.merge(big.key(), big, KeysSeen.Big::larger));
  }
}
