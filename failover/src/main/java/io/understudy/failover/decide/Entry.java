package io.understudy.failover.decide;

import io.understudy.topology.Epoch;
import java.util.List;

/**
 * One change in a group's life, kept for people and for replay.
 *
 * @param number grows from each entry to the next, with gaps: orders take numbers too
 * @param wallMillis when
 * @param epoch the journal's epoch then
 * @param rule the rule that held
 * @param reason its sentence
 * @param actions what was ordered, in words
 * @param inputs everything the decision looked at, encoded: replayed, it gives the same decision
 */
public record Entry(
    long number,
    long wallMillis,
    Epoch epoch,
    String rule,
    String reason,
    List<String> actions,
    String inputs) {
  /** The inputs of an entry that no rule decided: an operator made it, or a hook answered. */
  public static final String NOTHING_TO_REPLAY = "";

  public Entry {
    actions = List.copyOf(actions);
  }
}
