package io.understudy.failover.decide;

import java.util.Optional;

/**
 * One row of the table.
 *
 * @param name what logs, REST and operators call it
 * @param holdsWhen its condition, for the documentation
 * @param does what is done, for the documentation
 * @param effect what it is in the table for
 * @param judge the condition and the actions, as code
 */
record Rule(String name, String holdsWhen, String does, Effect effect, Judge judge) {

  /** What a rule is in the table for. */
  enum Effect {
    /** It gives orders or publishes. */
    ACTS,
    /** It gives none, and keeps the rules below it from giving any. */
    HOLDS_BACK,
    /** It gives none, and none below it would: it tells an operator why nothing is done. */
    EXPLAINS
  }

  /** Judges one situation. */
  @FunctionalInterface
  interface Judge {
    /**
     * Says why the rule holds, having drafted what is to be done; or that it does not hold, having
     * drafted nothing.
     */
    Optional<String> judge(Situation situation, Draft draft);
  }
}
