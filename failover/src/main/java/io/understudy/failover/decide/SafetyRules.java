package io.understudy.failover.decide;

import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Role;
import java.util.List;
import java.util.Optional;

/** The rules that come first: who may act at all, and what was begun is ended. */
final class SafetyRules {
  private SafetyRules() {}

  static final Rule NOT_MY_TURN =
      new Rule(
          "not-my-turn",
          "this process does not lead, its lease is too short for an order, a node was not looked"
              + " at yet, a server carries the mark of another keeper that may be alive, or the"
              + " servers' marks are newer than the journal",
          "nothing is ordered; where another keeper may decide, outputs hold requests",
          Rule.Effect.ACTS,
          SafetyRules::notMyTurn);

  static final Rule PAUSED =
      new Rule(
          "paused",
          "an operator paused the group, or the node that is its primary",
          "observe only; nothing is ordered and nothing published",
          Rule.Effect.HOLDS_BACK,
          SafetyRules::paused);

  static final Rule CARRY_ON =
      new Rule(
          "carry-on",
          "an operation is in the journal",
          "its next step; back to the old primary while no promotion may have been sent",
          Rule.Effect.ACTS,
          (s, d) -> s.journal().operation().map(op -> Failover.advance(s, d)));

  private static Optional<String> paused(Situation s, Draft d) {
    Optional<String> why = s.paused();
    boolean idle = why.isPresent() && s.journal().operation().isEmpty();
    if (idle && s.journal().reign().map(s::seat).orElse(null) instanceof Seat.Serving serving) {
      RepairRules.keepUp(d, serving); // what a loss costs is known afterwards too
    }
    return why.map(reason -> "paused: " + reason);
  }

  private static Optional<String> notMyTurn(Situation s, Draft d) {
    var standing = s.view().standing();
    if (!standing.leads()) {
      return Optional.of("this process does not lead: " + standing.reason());
    }
    if (standing.untilNanos() != Long.MAX_VALUE
        && standing.untilNanos() - s.now() < s.policy().actionDeadline().toNanos()) {
      return Optional.of("the lease ends before an order could be answered");
    }
    List<NodeView> unseen =
        s.view().nodes().stream()
            .filter(n -> n.reachability() instanceof Reachability.Unprobed)
            .toList();
    if (!unseen.isEmpty() && s.enforces(Guard.JOURNAL_IS_NEWEST)) {
      return Optional.of(
          "every node is looked at once before the first act, and "
              + String.join(", ", unseen.stream().map(n -> n.address().toString()).toList())
              + " was not yet");
    }
    Optional<String> foreign = foreignKeeper(s);
    if (foreign.isPresent()) {
      d.withdraw("another keeper may be deciding for this group");
      return foreign;
    }
    Optional<String> overtaken = overtaken(s, d);
    if (overtaken.isPresent()) {
      d.withdraw("another keeper was at work meanwhile");
      return overtaken;
    }
    Optional<String> older = olderJournal(s);
    if (older.isPresent()) {
      d.withdraw("the journal of this keeper is older than the servers' marks");
      return older;
    }
    return Optional.empty();
  }

  /**
   * A second keeper with a journal of its own. While the published primary serves, its mark alone
   * tells; otherwise that of any node in reach does, because another keeper may have failed over.
   */
  private static Optional<String> foreignKeeper(Situation s) {
    List<NodeView> telling = s.view().nodes().stream().filter(n -> tellsOwner(s, n)).toList();
    for (NodeView node : telling) {
      NodeFacts facts = node.readableFacts().orElseThrow();
      Optional<String> owner = s.foreignKeeper(facts);
      if (owner.isPresent()) {
        return Optional.of(
            node.address()
                + " carries epoch "
                + facts.mark().map(EpochMark::epoch).orElseThrow()
                + " of another keeper ("
                + owner.get()
                + "; this one is "
                + s.journal().owner()
                + "). Two keepers that do not know each other must not look after one group: stop"
                + " one of them. Once every node answers and none has a connection from the other,"
                + " this one takes over; to force it, delete the key "
                + EpochMark.KEY
                + " on that server");
      }
    }
    return Optional.empty();
  }

  private static boolean tellsOwner(Situation s, NodeView node) {
    NodeFacts facts = node.readableFacts().orElse(null);
    if (facts == null) {
      return false;
    }
    Reign reign = s.journal().reign().orElse(null);
    return reign == null
        || !(s.seat(reign) instanceof Seat.Serving)
        || facts.runId().equals(reign.primary().runId());
  }

  /**
   * A keeper that publishes nothing yet, because it was started again or stood back, and servers
   * that carry a newer epoch of somebody else: another keeper led meanwhile, and what this one
   * remembers is past. The primary of that newer epoch is adopted like one that was never
   * published. Until it is seen, the one that the journal names is not trusted; when that is lost
   * too, the nodes are compared as after any loss.
   */
  private static Optional<String> overtaken(Situation s, Draft d) {
    if (s.journal().reign().isEmpty() || !s.enforces(Guard.JOURNAL_IS_NEWEST)) {
      return Optional.empty();
    }
    boolean idle = s.journal().operation().isEmpty() && s.journal().published().primary().isEmpty();
    NodeView newest = s.carrierOfNewestMark().orElse(null);
    // What an operator did while no keeper ran is meant, whatever this keeper was doing.
    if (newest == null
        || !(idle || newest.facts().flatMap(NodeFacts::mark).orElseThrow().isByHand())) {
      return Optional.empty();
    }
    NodeFacts facts = newest.facts().orElseThrow();
    EpochMark mark = facts.mark().orElseThrow();
    if (mark.owner().equals(s.journal().owner()) || !mark.epoch().isAfter(s.journal().epoch())) {
      return Optional.empty();
    }
    String found =
        newest.address()
            + " carries epoch "
            + mark.epoch()
            + " of another keeper ("
            + mark.owner()
            + "), and the journal of this one ends at epoch "
            + s.journal().epoch();
    if (s.foreignKeeper(facts).isPresent()) {
      return Optional.of(found + "; whether that one is still at work is being found out");
    }
    if (facts.role() == Role.REPLICA) {
      boolean contradicted =
          s.journal().reign().filter(r -> s.seat(r) instanceof Seat.Serving).isPresent();
      return contradicted
          ? Optional.of(found + "; the primary of that epoch was not seen yet")
          : Optional.empty();
    }
    if (!idle) {
      d.callOff();
    }
    d.forgetReign();
    return Optional.of(found + "; it is gone, so its primary is adopted");
  }

  private static Optional<String> olderJournal(Situation s) {
    if (!s.enforces(Guard.JOURNAL_IS_NEWEST)) {
      return Optional.empty();
    }
    return s.newestOwnMark()
        .filter(mark -> mark.epoch().isAfter(s.journal().epoch()))
        .map(
            mark ->
                "the servers carry epoch "
                    + mark.epoch()
                    + " of this keeper, but its journal ends at epoch "
                    + s.journal().epoch()
                    + ": an old copy of the state file was restored. Put the newest back, or move"
                    + " it away to begin anew from the roles that the servers have");
  }
}
