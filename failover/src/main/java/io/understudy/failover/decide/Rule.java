package io.understudy.failover.decide;

import java.util.Optional;

/**
 * One row of the table.
 *
 * @param name what logs, REST and operators call it
 * @param holdsWhen its condition, for the documentation
 * @param does what is done, for the documentation
 * @param acts whether it ever gives an order or publishes; others only explain why nothing is done
 * @param judge the condition and the actions, as code
 */
record Rule(String name, String holdsWhen, String does, boolean acts, Judge judge) {

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
