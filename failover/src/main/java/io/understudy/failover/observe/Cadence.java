package io.understudy.failover.observe;

import java.time.Duration;

/**
 * How often servers are asked, and how long they may take.
 *
 * @param pingEvery between the reply to one PING and the next PING
 * @param infoEvery between readings of INFO while nothing is wrong
 * @param silentAfter when an unanswered request starts to be called silence
 * @param connectTimeout how long an attempt to connect may take
 * @param reconnectEvery the longest wait between attempts that fail
 * @param turnEvery the longest wait between two decisions while nothing new is observed; what is
 *     new is decided on at once
 */
public record Cadence(
    Duration pingEvery,
    Duration infoEvery,
    Duration silentAfter,
    Duration connectTimeout,
    Duration reconnectEvery,
    Duration turnEvery) {
  /** What is used where nothing is configured. */
  public static final Cadence DEFAULT =
      new Cadence(
          Duration.ofMillis(100),
          Duration.ofSeconds(1),
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          Duration.ofMillis(250),
          Duration.ofMillis(100));

  public Cadence {
    for (Duration each :
        new Duration[] {
          pingEvery, infoEvery, silentAfter, connectTimeout, reconnectEvery, turnEvery
        }) {
      if (each.isNegative() || each.isZero()) {
        throw new IllegalArgumentException("a cadence is longer than 0: " + each);
      }
    }
  }
}
