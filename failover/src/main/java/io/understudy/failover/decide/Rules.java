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
          AskedRules.ASKED,
          LossRules.BLIND,
          LossRules.BUDGET,
          LossRules.CRASHED,
          LossRules.DEPOSED,
          LossRules.SILENT,
          LossRules.SUSPECT,
          RepairRules.USURPER,
          RepairRules.STRAY,
          RepairRules.UNMARKED,
          StandbyRules.SHORT_HANDED,
          PlacementRules.PREFERRED,
          RepairRules.STEADY);

  private static final String SILENCE =
      """

      ## What counts as silence

      A primary that takes connections and answers nothing may hang, may have lost its network, or may
      only be out of the keeper's reach. The replicas tell: one whose link is up and that heard from the
      primary within its ping period (`repl-ping-replica-period`, and a second for the rounding) speaks
      for it. An offset that stands still does not speak against it: an idle primary has nothing to say
      but its pings. The keeper therefore sets the ping period of the primary to one second when it
      promotes or marks it; where its user may not, or where somebody sets it back, an idle primary's
      silence takes that much longer to prove.

      A script that runs for long looks like a hang at first: until `busy-reply-threshold`
      (`lua-time-limit`; 5 s if nothing is set) the server answers nobody, pings nobody, and its
      connections stay up, just as those of a stopped process do. Nothing outside can tell the two
      apart, so `downAfter` decides. From then on it answers BUSY, which is alive, and no failover
      happens for however long the script runs. Where scripts run for longer than `downAfter`, set
      `downAfter` above the threshold, or the threshold below `downAfter`.
      """;

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
    page.append(SILENCE);
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
