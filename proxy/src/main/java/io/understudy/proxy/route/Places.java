package io.understudy.proxy.route;

import io.understudy.topology.Address;
import java.util.Map;
import java.util.Set;

/**
 * What is said of a group's nodes as far as reads are concerned; of any other node, that it is
 * elsewhere and weighs 1.
 *
 * @param near the nodes in the proxy's own zone: they are asked before all others
 * @param weights how often a node is asked, compared with others; 0 for never
 */
public record Places(Set<Address> near, Map<Address, Integer> weights) {
  /** All nodes are alike. */
  public static final Places ALIKE = new Places(Set.of(), Map.of());

  /** The most that a node can weigh. */
  public static final int MAX_WEIGHT = 1_000;

  /** Refuses weights that nothing could keep. */
  public Places {
    near = Set.copyOf(near);
    weights = Map.copyOf(weights);
    if (weights.values().stream().anyMatch(weight -> weight < 0 || weight > MAX_WEIGHT)) {
      throw new IllegalArgumentException("a weight is from 0 to " + MAX_WEIGHT);
    }
  }

  /** Whether a node is in the proxy's own zone. */
  public boolean isNear(Address node) {
    return near.contains(node);
  }

  /** How often a node is asked, compared with others. */
  public int weight(Address node) {
    return weights.getOrDefault(node, 1);
  }
}
