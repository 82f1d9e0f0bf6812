package io.understudy.failover.decide;

import io.understudy.failover.sim.Simulation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The decision core and its surroundings, each time with one thing that keeps data safe left out.
 */
public final class Mutants {

  /**
   * One of them.
   *
   * @param missing what is left out
   * @param setting what to simulate
   */
  public record Mutant(String missing, Simulation.Setting setting) {
    /** The same worlds with nothing missing. */
    Simulation.Setting whole() {
      return new Simulation.Setting(
          GroupMachine::new,
          setting.policy(),
          false,
          Set.of(),
          setting.trouble(),
          setting.skipped());
    }

    @Override
    public String toString() {
      return "without " + missing;
    }
  }

  /** What holds only where durability is asked for. */
  private static final Set<Guard> OF_DURABILITY =
      EnumSet.of(
          Guard.VOTERS_ARE_RUNS,
          Guard.ENOUGH_VOTERS,
          Guard.OTHERS_HAVE_NO_VOTE,
          Guard.FORMER_VOTERS_COUNT);

  /** What is rarely missed but in one kind of trouble. */
  private static final Map<String, String> TROUBLE =
      Map.of(
          "the guard UNSEEN_HISTORY_COUNTS", "FIRST_REPLICA", "the guard WITHDRAW_FIRST", "FREEZE");

  private Mutants() {}

  /** Without each rule that acts or holds others back, each guard, and each safeguard outside. */
  public static List<Mutant> all() {
    List<Mutant> all = new ArrayList<>();
    for (Rule rule : Rules.TABLE) {
      if (rule.effect() == Rule.Effect.EXPLAINS) {
        continue;
      }
      List<Rule> rest = Rules.TABLE.stream().filter(r -> !r.equals(rule)).toList();
      all.add(mutant("the rule " + rule.name(), rest, EnumSet.allOf(Guard.class), Set.of()));
    }
    for (Guard guard : Guard.values()) {
      Set<Guard> rest = EnumSet.complementOf(EnumSet.of(guard));
      Mutant without = mutant("the guard " + guard, Rules.TABLE, rest, Set.of());
      all.add(
          OF_DURABILITY.contains(guard)
              ? durable(without)
              : guard == Guard.DOUBT_IS_WAITED_OUT ? verifying(without) : without);
    }
    for (String outside :
        List.of(
            "compare mark",
            "check lease before reply",
            "check run on connect",
            "ask the majority",
            "wait for outputs")) {
      all.add(
          mutant(
              "the safeguard '" + outside + "'",
              Rules.TABLE,
              EnumSet.allOf(Guard.class),
              Set.of(outside)));
    }
    all.add(
        durable(
            mutant(
                "the safeguard 'count attachments'",
                Rules.TABLE,
                EnumSet.allOf(Guard.class),
                Set.of("count attachments"))));
    for (String outside : List.of("count from sending", "look at offsets")) {
      all.add(
          verifying(
              mutant(
                  "the safeguard '" + outside + "'",
                  Rules.TABLE,
                  EnumSet.allOf(Guard.class),
                  Set.of(outside))));
    }
    return List.copyOf(all);
  }

  private static Mutant verifying(Mutant mutant) {
    Simulation.Setting setting = mutant.setting();
    return new Mutant(
        mutant.missing(),
        new Simulation.Setting(
            setting.machine(),
            Simulation::drawVerifyingPolicy,
            false,
            setting.without(),
            setting.trouble(),
            Set.of()));
  }

  private static Mutant durable(Mutant mutant) {
    Simulation.Setting setting = mutant.setting();
    return new Mutant(
        mutant.missing(),
        new Simulation.Setting(
            setting.machine(),
            Simulation::drawDurablePolicy,
            false,
            setting.without(),
            setting.trouble(),
            Set.of()));
  }

  private static Mutant mutant(
      String missing, List<Rule> table, Set<Guard> guards, Set<String> without) {
    return new Mutant(
        missing,
        new Simulation.Setting(
            policy -> new GroupMachine(policy, table, guards),
            Simulation::drawPolicy,
            false,
            without,
            Optional.ofNullable(TROUBLE.get(missing)),
            Set.of()));
  }
}
