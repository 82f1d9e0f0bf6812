package io.understudy.app.wiring;

/**
 * Something that was noticed, decided or done about a group, told as it happens.
 *
 * @param atNanos when, on the process's monotonic clock
 * @param step what kind of news it is
 * @param rule the rule that holds
 * @param text one line for a person
 */
public record News(long atNanos, String group, Step step, String rule, String text) {
  /** The kinds of news, in the order of a failover. */
  public enum Step {
    NOTICED,
    GATED,
    DECIDED,
    PROMOTED,
    PUBLISHED,
    REPAIRED,
    OTHER
  }
}
