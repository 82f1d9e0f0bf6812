package io.understudy.failover.decide;

import java.util.List;
import java.util.Locale;

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

  /** The table and the guards as a page of documentation. */
  static String describe() {
    var page = new StringBuilder();
    page.append("# The rules\n\n")
        .append("Generated from the code by `RulesTest`; the build fails when they differ.\n\n")
        .append("At every turn the first rule that holds decides. Its name and its reason are in")
        .append(" the log, in `status` and in `explain`.\n\n")
        .append("| # | rule | holds when | what is done |\n|---|---|---|---|\n");
    int number = 1;
    for (Rule rule : TABLE) {
      page.append(
          String.format(
              Locale.ROOT,
              "| %d | %s | %s | %s |%n",
              number++,
              rule.name(),
              rule.holdsWhen(),
              rule.does()));
    }
    page.append("\n## The guards\n\n")
        .append(
            "Conditions inside the rules. A test leaves out each rule and each guard in turn and")
        .append(" shows which invariant breaks.\n\n");
    for (Guard guard : Guard.values()) {
      page.append("- ").append(guard.sentence()).append('\n');
    }
    return page.toString();
  }
}
