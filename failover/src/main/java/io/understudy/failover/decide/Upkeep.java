package io.understudy.failover.decide;

import java.time.Duration;
import java.util.Optional;

/**
 * How a group is kept as it should be while nothing is wrong with its primary.
 *
 * @param replicaGrace how long a replica may not answer before a standby takes its place
 * @param placement where the primary should be
 * @param returnAfter how long after the last change, and after the start of the better placed node,
 *     the primary returns to that by a switchover; empty for never
 */
public record Upkeep(Duration replicaGrace, Placement placement, Optional<Duration> returnAfter) {
  /** What is used where nothing is configured. */
  public static final Upkeep DEFAULT = new Upkeep(Duration.ofMinutes(1));

  /** With any node as good as another. */
  public Upkeep(Duration replicaGrace) {
    this(replicaGrace, Placement.NONE, Optional.empty());
  }

  public Upkeep {
    if (replicaGrace.isNegative() || returnAfter.filter(Duration::isNegative).isPresent()) {
      throw new IllegalArgumentException("times must not be negative");
    }
  }

  /** The same with another placement. */
  public Upkeep with(Placement other) {
    return new Upkeep(replicaGrace, other, returnAfter);
  }
}
