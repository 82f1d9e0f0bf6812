package io.understudy.failover.decide;

import io.understudy.topology.Address;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A switchover that was asked for a later time. A group has at most one.
 *
 * @param to which node is to become primary; empty to take the best then
 * @param by who asked, in words for an operator
 * @param atWallMillis when it is to begin
 */
public record Scheduled(Optional<Address> to, String by, long atWallMillis) {
  /** One that could not begin for so long after its time is dropped. */
  static final Duration MAX_LATE = Duration.ofMinutes(1);

  /** A longer time ahead is more likely a mistake in the date. */
  static final Duration MAX_AHEAD = Duration.ofDays(30);

  /** It in words. */
  public String describe() {
    return "a switchover"
        + to.map(a -> " to " + a).orElse("")
        + " at "
        + Instant.ofEpochMilli(atWallMillis)
        + ", asked for by "
        + by;
  }
}
