package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Address;
import java.util.List;
import java.util.Optional;

/** The rule that lets a standby take the place of a lost replica, and leave it again. */
final class StandbyRules {
  private StandbyRules() {}

  /** Who asks for a standby, in words for an operator. */
  private static final String BY = "the rule short-handed";

  static final Rule SHORT_HANDED =
      new Rule(
          "short-handed",
          "the published primary serves, and a replica has not answered for replicaGrace while a"
              + " standby is free, or one that a standby stands for is back or removed",
          "the standby is attached; one that is no longer needed is made to follow nothing and goes"
              + " back to the pool with what it holds",
          Rule.Effect.ACTS,
          StandbyRules::shortHanded);

  private static Optional<String> shortHanded(Situation s, Draft d) {
    Seat.Serving primary = RepairRules.serving(s).orElse(null);
    if (primary == null || !(primary.node().reachability() instanceof Reachability.Answering)) {
      return Optional.empty();
    }
    Optional<String> left = leave(s, d, primary);
    return left.isPresent() ? left : engage(s, d, primary);
  }

  private static Optional<String> leave(Situation s, Draft d, Seat.Serving primary) {
    for (MemberChange change : s.journal().members()) {
      boolean needed =
          change.standsFor().isEmpty()
              || change.node().equals(primary.node().address())
              || !isBack(s, change.standsFor().get(), primary);
      if (needed && change.kind() != MemberChange.Kind.LEAVING) {
        continue;
      }
      Optional<String> done =
          switch (change.kind()) {
            case REMOVED -> Optional.empty();
            case JOINING -> dismissed(d, change);
            case MEMBER -> leaving(d, change);
            case LEAVING -> gated(s, d, change);
          };
      if (done.isPresent()) {
        return done;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> leaving(Draft d, MemberChange change) {
    d.note(change.as(MemberChange.Kind.LEAVING));
    String what = change.node() + " is released: " + stoodFor(change) + " is back or removed";
    d.publishWithout(change.node(), what);
    return Optional.of(what);
  }

  /** A standby that was never in sync, but may have been ordered to follow the primary. */
  private static Optional<String> dismissed(Draft d, MemberChange change) {
    d.note(change.as(MemberChange.Kind.LEAVING));
    String what = change.node() + " is not needed after all: " + stoodFor(change) + " is back";
    d.publishWithout(change.node(), what);
    return Optional.of(what);
  }

  private static Optional<String> gated(Situation s, Draft d, MemberChange change) {
    NodeView node =
        s.newcomers().stream()
            .map(Membership.Newcomer::node)
            .filter(n -> n.address().equals(change.node()))
            .findFirst()
            .orElse(null);
    NodeFacts facts = node == null ? null : node.readableFacts().orElse(null);
    if (node == null || facts == null) {
      return Optional.empty(); // it leaves once it answers
    }
    boolean ours =
        facts
            .upstream()
            .filter(u -> s.view().nodes().stream().anyMatch(n -> u.isAt(n.address())))
            .isPresent();
    if (ours && d.mayOrder(node)) {
      d.gate(node);
      return Optional.of(node.address() + " is released, and is made to follow nothing");
    }
    if (ours || s.journal().orderFor(facts.runId()).isPresent()) {
      return Optional.empty();
    }
    d.forget(change.node());
    String what = node.address() + " is a free standby again";
    d.publishWithout(change.node(), what);
    return Optional.of(what);
  }

  private static Optional<String> engage(Situation s, Draft d, Seat.Serving primary) {
    List<Address> free = s.view().standbys();
    if (free.isEmpty() || s.journal().members().size() >= GroupJournal.MAX_MEMBERS) {
      return Optional.empty();
    }
    for (NodeView node : s.view().nodes()) {
      boolean lost =
          !node.address().equals(primary.node().address())
              && isLost(s, node)
              && !s.isPaused(node.address());
      if (lost && nobodyStandsFor(s, node.address())) {
        Address standby = free.getFirst();
        d.note(
            new MemberChange(
                standby,
                MemberChange.Kind.JOINING,
                false,
                BY,
                s.view().wallMillis(),
                Optional.of(node.address())));
        String what =
            standby
                + ", a standby, takes the place of "
                + node.address()
                + ", which "
                + node.reachability().describe(s.now());
        d.publishWithout(standby, what);
        return Optional.of(what);
      }
    }
    return Optional.empty();
  }

  /** Not answering, for longer than a restart may take. */
  private static boolean isLost(Situation s, NodeView node) {
    long since =
        node.facts()
            .map(f -> Math.max(f.askedNanos(), s.view().startedNanos()))
            .orElse(s.view().startedNanos());
    return node.readableFacts().isEmpty() && s.isPast(since, s.policy().upkeep().replicaGrace());
  }

  /** A standby that is left alone, for what it holds, for longer than that does not count. */
  private static boolean nobodyStandsFor(Situation s, Address lost) {
    return s.journal().members().stream()
        .filter(m -> m.standsFor().filter(lost::equals).isPresent())
        .filter(m -> m.kind() != MemberChange.Kind.LEAVING)
        .allMatch(
            m ->
                s.view().at(m.node()).isEmpty()
                    && s.view().wallMillis() - m.wallMillis()
                        > s.policy().upkeep().replicaGrace().toMillis());
  }

  private static boolean isBack(Situation s, Address lost, Seat.Serving primary) {
    NodeView node = s.view().at(lost).orElse(null);
    if (node == null || lost.equals(primary.node().address())) {
      return true;
    }
    return node.readableFacts()
        .filter(NodeFacts::isInSync)
        .filter(f -> f.upstream().orElseThrow().isAt(primary.node().address()))
        .isPresent();
  }

  private static String stoodFor(MemberChange change) {
    return change.standsFor().map(Address::toString).orElse("nobody");
  }
}
