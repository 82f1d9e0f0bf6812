package io.understudy.failover.decide;

import java.util.List;

/**
 * The table: the first rule that holds decides. Its order says that safety outranks failover, and
 * failover outranks repair.
 *
 * <p>{@code bereft} comes before {@code budget}: closing a gate costs a partial resync, and waiting
 * for a budget with the gates open could cost the data. {@code blind} comes before the rules that
 * it holds back.
 */
final class Rules {
  private Rules() {}

  static final List<Rule> TABLE =
      List.of(
          SafetyRules.NOT_MY_TURN,
          SafetyRules.PAUSED,
          SafetyRules.CARRY_ON,
          StartRules.UNLED,
          LossRules.BEREFT,
          LossRules.BLIND,
          LossRules.BUDGET,
          LossRules.CRASHED,
          LossRules.DEPOSED,
          LossRules.SILENT,
          LossRules.SUSPECT,
          RepairRules.USURPER,
          RepairRules.STRAY,
          RepairRules.UNMARKED,
          RepairRules.STEADY);
}
