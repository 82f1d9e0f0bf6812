package io.understudy.failover.decide;

import java.time.Duration;

/**
 * How many replicas must have a write before it is acknowledged.
 *
 * @param replicas 1 and up
 * @param timeout how long an output waits for them
 */
public record DurabilityPolicy(int replicas, Duration timeout) {
  public DurabilityPolicy {
    if (replicas < 1 || timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "durability wants at least 1 replica and a timeout longer than 0: "
              + replicas
              + ", "
              + timeout);
    }
  }
}
