package io.understudy.failover.decide;

import java.util.List;

/**
 * What was decided and why.
 *
 * @param rule the name of the rule that held, one of those in {@code docs/rules.md}
 * @param reason one or more sentences for an operator, with the evidence in them
 * @param actions what to do, in order; empty when nothing is to be done
 */
public record Decision(String rule, String reason, List<Action> actions) {
  public Decision {
    actions = List.copyOf(actions);
  }
}
