package io.understudy.failover.decide;

import java.time.Duration;

/**
 * How a group is kept complete while nothing is wrong with its primary.
 *
 * @param replicaGrace how long a replica may not answer before a standby takes its place
 */
public record Upkeep(Duration replicaGrace) {
  /** What is used where nothing is configured. */
  public static final Upkeep DEFAULT = new Upkeep(Duration.ofMinutes(1));

  public Upkeep {
    if (replicaGrace.isNegative()) {
      throw new IllegalArgumentException("replicaGrace must not be negative: " + replicaGrace);
    }
  }
}
