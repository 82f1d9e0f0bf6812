package io.understudy.failover.decide;

/**
 * An order that was given and whose end is not known for certain.
 *
 * @param order what was ordered
 * @param state how much is known of it
 * @param sinceNanos when it came into that state, on the clock of the running process
 */
public record SentOrder(Action.Order order, State state, long sinceNanos) {

  /** How much is known of an order that was given. */
  public enum State {
    /** Given; its outcome is still to come. */
    SENT,
    /** Its reply did not come, or the keeper died waiting: it may run at any later time. */
    UNKNOWN,
    /** In doubt, and a {@link Action.Settle} for it is under way. */
    SETTLING
  }
}
