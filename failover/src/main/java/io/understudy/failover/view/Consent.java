package io.understudy.failover.view;

import java.time.Duration;
import java.util.Optional;

/**
 * What the hooks say that are asked before something is done.
 *
 * @param failovers whether any is asked before a failover
 * @param switchovers whether any is asked before a switchover
 * @param subject the journal's number for what they were asked about last; 0 for nothing
 * @param answered whether all of them have answered
 * @param untilNanos answers that are missing then are not waited for any longer, and an objection
 *     counts no longer
 * @param objection what speaks against it
 */
public record Consent(
    boolean failovers,
    boolean switchovers,
    long subject,
    boolean answered,
    long untilNanos,
    Optional<String> objection) {
  /** No hook may take longer to answer; whoever waits for longer waits for nothing. */
  public static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /** Whether an answer about {@code number} may still come. */
  public boolean isAwaited(long number, long nowNanos) {
    return number != subject || (!answered && nowNanos - untilNanos < 0);
  }

  /** Why {@code number} must not be done now. */
  public Optional<String> objectionTo(long number, long nowNanos) {
    return number == subject && nowNanos - untilNanos < 0 ? objection : Optional.empty();
  }
}
