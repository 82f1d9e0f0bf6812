package io.understudy.topology;

import java.time.Duration;

/**
 * On which terms an output that has lost the coordinator may go on with a primary: while every
 * published replica is shown to have followed it a moment ago.
 *
 * <p>A keeper takes the replicas away before it makes another primary, and waits until no output
 * can believe in the old one any more: see {@link #doubt}.
 *
 * @param lease how long an output believes in the primary after a moment at which all replicas
 *     still followed it; above 0, at most {@link #MAX_LEASE}
 */
public record Verification(Duration lease) {
  /** A longer lease would only make failovers wait longer. */
  public static final Duration MAX_LEASE = Duration.ofSeconds(1);

  /** What is used where it is asked for. */
  public static final Verification USUAL = new Verification(MAX_LEASE);

  public Verification {
    if (lease.isNegative() || lease.isZero() || lease.compareTo(MAX_LEASE) > 0) {
      throw new IllegalArgumentException(
          "the lease of a verification is above 0 and at most 1 s: " + lease);
    }
  }

  /**
   * How long a replica must have been away from the primary before another node is promoted: the
   * lease, and a quarter more for clocks that run unevenly.
   */
  public Duration doubt() {
    return lease.multipliedBy(5).dividedBy(4);
  }
}
