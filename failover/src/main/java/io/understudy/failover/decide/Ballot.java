package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.topology.RunId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether a node must have every write that was acknowledged as durable: so many voters were read
 * after they were gated that one of them has any such write, and none is ahead of the node.
 */
final class Ballot {
  private Ballot() {}

  /** Why that is not certain of the candidate; empty when it is, or nobody asked for it. */
  static Optional<String> objection(Situation s, Candidates.Candidate best) {
    Reign reign = s.journal().reign().orElse(null);
    if (reign == null) {
      return Optional.empty();
    }
    return counting(s, reign).stream()
        .flatMap(electorate -> objection(s, reign, electorate, best).stream())
        .findFirst();
  }

  /** Why going on with a node that holds nothing may lose acknowledged writes. */
  static Optional<String> blankObjection(Situation s) {
    return s.journal()
        .reign()
        .filter(reign -> !counting(s, reign).isEmpty())
        .map(
            reign ->
                "every node of the group is back and all are empty, and writes of epoch "
                    + reign.epoch()
                    + " may have been acknowledged as durable; an operator may force one"
                    + " (failover --force)");
  }

  private static List<Electorate> counting(Situation s, Reign reign) {
    if (s.policy().durability().isEmpty()) {
      return List.of();
    }
    List<Electorate> all = reign.electorates();
    int from = s.enforces(Guard.FORMER_VOTERS_COUNT) ? 0 : Math.max(0, all.size() - 1);
    return all.subList(from, all.size()).stream().filter(Electorate::couldConfirm).toList();
  }

  private static Optional<String> objection(
      Situation s, Reign reign, Electorate electorate, Candidates.Candidate best) {
    OptionalLong reach =
        isPrimarysFile(s, reign, electorate, best)
            ? OptionalLong.of(best.facts().replication().offsetIn(electorate.history()))
            : reachOf(s, reign, electorate, best.facts());
    List<String> heard = new ArrayList<>();
    boolean primaryHeard = false;
    for (NodeView node : s.view().nodes()) {
      NodeFacts facts = node.readableFacts().orElse(null);
      if (facts == null || !standsStill(s, facts)) {
        continue;
      }
      boolean wasPrimary = facts.runId().equals(electorate.primary());
      OptionalLong its = reachOf(s, reign, electorate, facts);
      if (its.isEmpty() || !(wasPrimary || hasVote(s, electorate, facts.runId()))) {
        continue;
      }
      primaryHeard |= wasPrimary;
      heard.add(node.address().toString());
      if (reach.isEmpty() || reach.getAsLong() < its.getAsLong()) {
        return Optional.of(
            best.node().address()
                + " lacks what "
                + node.address()
                + " holds, and that may have been acknowledged as durable");
      }
    }
    int enough = electorate.needed() - (s.enforces(Guard.ENOUGH_VOTERS) ? 0 : 1);
    if (primaryHeard || heard.size() >= enough) {
      return Optional.empty();
    }
    return Optional.of(
        best.node().address()
            + " may lack writes that were acknowledged as durable in epoch "
            + electorate.epoch()
            + ": "
            + electorate.needed()
            + " of its "
            + electorate.voters().size()
            + " voters must be heard, and "
            + (heard.isEmpty() ? "none is" : "only " + String.join(", ", heard) + " is")
            + ". A voter is a run: one that was started again has no vote. An operator may force"
            + " it (failover --force), and may lose them");
  }

  /**
   * Whether the primary of the electorate was started again: its file tells how far in the history
   * it is, and holds all before that. It has no vote, but may have more than any voter.
   */
  private static boolean isPrimarysFile(
      Situation s, Reign reign, Electorate electorate, Candidates.Candidate best) {
    return electorate.epoch().equals(reign.epoch())
        && best.node().address().equals(reign.primary().address())
        && !best.facts().runId().equals(reign.primary().runId())
        && best.facts().upstream().isEmpty()
        && best.facts().replication().knows(electorate.history())
        && reign.isMarkedIn(best.facts(), s.journal().owner());
  }

  private static boolean standsStill(Situation s, NodeFacts facts) {
    return !facts.loading()
        && !s.needsReading(facts)
        && (facts.isGated() || facts.upstream().isEmpty() || !s.enforces(Guard.GATE_BEFORE_CHOICE));
  }

  private static boolean hasVote(Situation s, Electorate electorate, RunId run) {
    return electorate.voters().contains(run) || !s.enforces(Guard.VOTERS_ARE_RUNS);
  }

  private static OptionalLong reachOf(
      Situation s, Reign reign, Electorate electorate, NodeFacts facts) {
    return electorate.reachOf(facts, reign.history(), s.journal().owner());
  }
}
