package io.understudy.proxy.route;

import java.time.Duration;

/**
 * Where the reads of a listener go, and how far behind the primary what they find may be.
 *
 * @param from which nodes answer reads
 * @param balance how one of several is chosen
 * @param consistency what a read must find
 * @param maxLagTime for {@link Consistency#BOUNDED}: everything older than this must be there
 * @param maxLagBytes for {@link Consistency#BOUNDED}: at most so many bytes of the stream may be
 *     missing
 */
public record ReadPolicy(
    From from, Balance balance, Consistency consistency, Duration maxLagTime, long maxLagBytes) {
  /** Which nodes answer reads. */
  public enum From {
    /** The primary alone. */
    PRIMARY,
    /** Replicas, and the primary when none may. */
    REPLICAS,
    /** The node that answers soonest, be it the primary or a replica. */
    NEAREST
  }

  /** How one of several replicas is chosen. */
  public enum Balance {
    /** One after another. */
    ROUND_ROBIN,
    /** The one with the fewest unanswered requests. */
    LEAST_OUTSTANDING
  }

  /** What a read must find. */
  public enum Consistency {
    /** Anything a replica has. */
    ANY,
    /** All but what is younger, and shorter, than the bounds. */
    BOUNDED,
    /** Everything that the same client wrote. */
    SESSION
  }

  /** A node that was heard, and then was not for so long, is not asked for anything. */
  private static final Duration SILENT = Duration.ofSeconds(1);

  /** Everything from the primary. */
  public static final ReadPolicy PRIMARY =
      new ReadPolicy(
          From.PRIMARY, Balance.ROUND_ROBIN, Consistency.ANY, Duration.ofSeconds(1), 1 << 20);

  /** Refuses bounds that nothing could keep. */
  public ReadPolicy {
    if (maxLagTime.isNegative() || maxLagBytes < 0) {
      throw new IllegalArgumentException("a bound of lag is never negative");
    }
  }

  /** The same with another promise about what is found. */
  public ReadPolicy with(Consistency other) {
    return new ReadPolicy(from, balance, other, maxLagTime, maxLagBytes);
  }

  /** Whether reads may go anywhere but to the primary. */
  public boolean spreads() {
    return from != From.PRIMARY;
  }

  /**
   * Whether a replica may answer a read.
   *
   * @param nowNanos the present, on {@link System#nanoTime}'s scale
   * @param wroteNanos when the client's last write was answered, or {@link Freshness#NEVER}
   */
  public boolean allows(Freshness replica, long nowNanos, long wroteNanos) {
    return switch (consistency) {
      case ANY ->
          replica.heardNanos() == Freshness.NEVER
              || nowNanos - replica.heardNanos() <= SILENT.toNanos();
      case BOUNDED ->
          replica.isKnown()
              && replica.lagBytes() <= maxLagBytes
              && nowNanos - replica.caughtUpNanos() <= maxLagTime.toNanos();
      case SESSION ->
          wroteNanos == Freshness.NEVER
              || (replica.isKnown() && replica.caughtUpNanos() - wroteNanos >= 0);
    };
  }
}
