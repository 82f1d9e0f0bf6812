package io.understudy.failover.decide;

import io.understudy.topology.Epoch;
import java.util.List;

/**
 * One change in a group's life, kept for people and for replay.
 *
 * @param number 1 and up, without gaps
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
  /** The inputs of an entry that an operator made and no rule decided. */
  public static final String NOTHING_TO_REPLAY = "";

  public Entry {
    actions = List.copyOf(actions);
  }

  /** The next entry of a journal. */
  static Entry after(
      GroupJournal journal,
      long wallMillis,
      String rule,
      String reason,
      List<String> actions,
      String inputs) {
    long last = journal.entries().isEmpty() ? 0 : journal.entries().getLast().number();
    return new Entry(last + 1, wallMillis, journal.epoch(), rule, reason, actions, inputs);
  }
}
