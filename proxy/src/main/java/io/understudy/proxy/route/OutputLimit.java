package io.understudy.proxy.route;

import java.time.Duration;

/**
 * How much may wait for a client that does not read.
 *
 * @param hardBytes beyond this it is closed at once; {@link Long#MAX_VALUE} for no such bound
 * @param softBytes beyond this it is closed if that lasts; {@link Long#MAX_VALUE} for no such bound
 * @param softNanos how long it may last
 */
public record OutputLimit(long hardBytes, long softBytes, long softNanos) {
  /** Refuses bounds that would close everybody. */
  public OutputLimit {
    if (hardBytes < 1 || softBytes < 1 || softNanos < 0) {
      throw new IllegalArgumentException("a limit of a client's output is negative, or zero");
    }
  }

  /** One that says at once what is too much. */
  public static OutputLimit hard(long bytes) {
    return new OutputLimit(bytes, Long.MAX_VALUE, 0);
  }

  /** What is to become of a client. */
  public enum Verdict {
    /** It may stay. */
    FINE,
    /** It may stay for a while. */
    LATE,
    /** More waits for it than may. */
    OVER_HARD,
    /** Too much has waited for it for too long. */
    OVER_SOFT
  }

  /**
   * Decides about a client.
   *
   * @param waitingBytes what waits for it to read
   * @param lateForNanos for how long that has been more than the soft bound; 0 if it was not
   */
  public Verdict of(long waitingBytes, long lateForNanos) {
    if (waitingBytes > hardBytes) {
      return Verdict.OVER_HARD;
    }
    if (waitingBytes <= softBytes) {
      return Verdict.FINE;
    }
    return lateForNanos >= softNanos && lateForNanos > 0 ? Verdict.OVER_SOFT : Verdict.LATE;
  }

  /**
   * The limits of the two kinds of clients.
   *
   * @param normal of those that are sent what they asked for
   * @param pubsub of those that are sent more than that: messages, invalidations, lines of MONITOR
   */
  public record Classes(OutputLimit normal, OutputLimit pubsub) {
    /** What a server has for subscribers; others have one bound. */
    public static Classes usual(long normalBytes) {
      return new Classes(
          hard(normalBytes), new OutputLimit(32L << 20, 8L << 20, Duration.ofMinutes(1).toNanos()));
    }
  }
}
