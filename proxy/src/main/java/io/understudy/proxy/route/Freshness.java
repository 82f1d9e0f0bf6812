package io.understudy.proxy.route;

/**
 * What was measured of one node: by its replication offset, never by a guess.
 *
 * @param caughtUpNanos the latest moment of which it is known that the node has all the primary had
 *     then, on {@link System#nanoTime}'s scale; {@link #NEVER} if there is none
 * @param lagBytes how many bytes of the primary's stream it had not applied when both were asked
 * @param roundTripNanos how long it took to answer
 * @param heardNanos when it answered last, on the same scale; {@link #NEVER} if it did not
 */
public record Freshness(long caughtUpNanos, long lagBytes, long roundTripNanos, long heardNanos) {
  /** No moment. */
  public static final long NEVER = Long.MIN_VALUE;

  /** Of a node that was not heard yet. */
  public static final Freshness UNKNOWN =
      new Freshness(NEVER, Long.MAX_VALUE, Long.MAX_VALUE, NEVER);

  /** Whether anything was measured. */
  public boolean isKnown() {
    return caughtUpNanos != NEVER;
  }
}
