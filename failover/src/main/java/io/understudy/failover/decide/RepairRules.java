package io.understudy.failover.decide;

import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.failover.view.Upstream;
import io.understudy.topology.Node;
import io.understudy.topology.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules for a group whose published primary serves: everything else is brought in line. */
final class RepairRules {
  private RepairRules() {}

  static final Rule USURPER =
      new Rule(
          "usurper",
          "the published primary serves, and another node says it is primary too",
          "it is demoted and attached, if its mark is still what was seen",
          Rule.Effect.ACTS,
          RepairRules::usurper);

  static final Rule STRAY =
      new Rule(
          "stray",
          "the published primary serves, and a replica follows something else, or nothing",
          "it is attached; those that need a full resync one after another",
          Rule.Effect.ACTS,
          RepairRules::stray);

  static final Rule UNMARKED =
      new Rule(
          "unmarked",
          "the published primary serves, but does not carry its epoch (flushed, evicted,"
              + " overwritten), or still carries the mark of a keeper that is gone",
          "the mark is written again, in the second case in a new epoch",
          Rule.Effect.ACTS,
          RepairRules::unmarked);

  static final Rule STEADY =
      new Rule(
          "steady",
          "the published primary serves, and none of the above holds",
          "it is published with the replicas that are in sync, if that changed",
          Rule.Effect.ACTS,
          RepairRules::steady);

  static Optional<Seat.Serving> serving(Situation s) {
    return s.journal()
        .reign()
        .map(s::seat)
        .filter(Seat.Serving.class::isInstance)
        .map(Seat.Serving.class::cast);
  }

  private static Optional<String> usurper(Situation s, Draft d) {
    Seat.Serving primary = serving(s).orElse(null);
    if (primary == null || !(primary.node().reachability() instanceof Reachability.Answering)) {
      return Optional.empty();
    }
    List<String> demoted = new ArrayList<>();
    for (NodeView node : s.view().nodes()) {
      NodeFacts facts = node.readableFacts().orElse(null);
      if (facts != null
          && facts.role() == Role.PRIMARY
          && !facts.runId().equals(primary.facts().runId())
          && mayAttach(s, d, node, primary)) {
        attach(d, node, primary);
        demoted.add(
            node.address()
                + " (run "
                + facts.runId().abbreviated()
                + ", epoch "
                + facts.mark().map(m -> m.epoch().toString()).orElse("unknown")
                + ", offset "
                + facts.replication().offset()
                + ")");
      }
    }
    if (demoted.isEmpty()) {
      return Optional.empty();
    }
    publishServing(s, d, primary);
    return Optional.of(
        String.join(", ", demoted)
            + " says it is primary, but "
            + primary.node().address()
            + " is the published one; it becomes a replica");
  }

  private static Optional<String> stray(Situation s, Draft d) {
    Seat.Serving primary = serving(s).orElse(null);
    if (primary == null || !(primary.node().reachability() instanceof Reachability.Answering)) {
      return Optional.empty();
    }
    List<String> attached = new ArrayList<>();
    for (NodeView node : s.view().nodes()) {
      NodeFacts facts = node.readableFacts().orElse(null);
      if (facts == null
          || facts.upstream().isEmpty()
          || facts.upstream().get().isAt(primary.node().address())
          || facts.runId().equals(primary.facts().runId())) {
        continue;
      }
      Upstream upstream = facts.upstream().get();
      if (mayAttach(s, d, node, primary)) {
        attach(d, node, primary);
        attached.add(node.address() + ", which follows " + upstream);
      }
    }
    if (attached.isEmpty()) {
      return Optional.empty();
    }
    publishServing(s, d, primary);
    return Optional.of(
        String.join(", and ", attached) + ", is attached to " + primary.node().address());
  }

  /** Full resyncs one after another: each costs the primary a copy of its data. */
  private static boolean mayAttach(Situation s, Draft d, NodeView node, Seat.Serving primary) {
    if (!d.mayOrder(node)) {
      return false;
    }
    if (isPartial(node.facts().orElseThrow(), primary)) {
      return true;
    }
    boolean othersSyncing =
        s.view().nodes().stream()
            .filter(n -> !n.address().equals(node.address()))
            .flatMap(n -> n.readableFacts().stream())
            .anyMatch(
                f -> f.upstream().filter(Upstream::syncInProgress).isPresent() || f.loading());
    boolean othersAttaching =
        d.journal().orders().stream().anyMatch(o -> o.order() instanceof Action.Attach);
    return !othersSyncing && !othersAttaching;
  }

  private static boolean isPartial(NodeFacts replica, Seat.Serving primary) {
    return primary.facts().replication().knows(replica.replication().id())
        && replica.replication().offset()
            <= primary.facts().replication().offsetIn(replica.replication().id());
  }

  private static void attach(Draft d, NodeView node, Seat.Serving primary) {
    keepUp(d, primary);
    d.attach(node, primary.node().reachableNode().orElseThrow());
  }

  private static Optional<String> unmarked(Situation s, Draft d) {
    Seat.Serving primary = serving(s).orElse(null);
    Reign reign = s.journal().reign().orElse(null);
    if (primary == null || reign == null) {
      return Optional.empty();
    }
    EpochMark due = new EpochMark(reign.epoch(), s.journal().owner());
    if (primary.facts().mark().filter(due::equals).isPresent() || !d.mayOrder(primary.node())) {
      return Optional.empty();
    }
    Optional<String> stranger =
        primary.facts().mark().map(EpochMark::owner).filter(o -> !o.equals(s.journal().owner()));
    if (stranger.isPresent()) {
      return Optional.of(
          StartRules.adopt(
              s,
              d,
              "unmarked",
              primary.node(),
              "another keeper, " + stranger.get() + ", had it and is gone"));
    }
    d.mark(primary.node(), reign.epoch());
    publishServing(s, d, primary);
    return Optional.of(
        primary.node().address()
            + " carries "
            + primary.facts().mark().map(m -> "the mark '" + m + "'").orElse("no mark")
            + " instead of '"
            + due
            + "'; it is written again");
  }

  private static Optional<String> steady(Situation s, Draft d) {
    return serving(s)
        .map(
            primary -> {
              publishServing(s, d, primary);
              int replicas = d.journal().published().replicas().size();
              return primary.node().address()
                  + " is primary and "
                  + (s.view().nodes().size() - 1 == replicas ? "all " : "")
                  + replicas
                  + " of "
                  + (s.view().nodes().size() - 1)
                  + " replicas follow it"
                  + Enrolment.describe(d.journal())
                  + trouble(s, primary);
            });
  }

  /** What an operator should know although nothing is to be done. */
  private static String trouble(Situation s, Seat.Serving primary) {
    var text = new StringBuilder();
    for (NodeView node : s.view().nodes()) {
      boolean lockedOut =
          primary.facts().wantsPassword()
              && node.readableFacts()
                  .filter(
                      f ->
                          !f.hasUpstreamPassword()
                              && f.upstream().filter(u -> !u.linkUp()).isPresent())
                  .isPresent();
      if (lockedOut) {
        text.append("; ")
            .append(node.address())
            .append(
                " has no masterauth, and the primary wants a password: CONFIG SET masterauth on")
            .append(" it");
      }
      if (s.isPaused(node.address())) {
        text.append("; ").append(node.address()).append(" is paused");
      }
      if (!(node.reachability() instanceof Reachability.Answering)) {
        text.append("; ")
            .append(node.address())
            .append(' ')
            .append(node.reachability().describe(s.now()));
      }
    }
    s.newcomers().forEach(n -> text.append("; it was added and is left alone: ").append(n.why()));
    primary
        .facts()
        .minReplicasToWrite()
        .ifPresent(
            least -> {
              if (least > primary.facts().connectedReplicas()) {
                text.append("; it refuses writes: min-replicas-to-write is ").append(least);
              }
            });
    return text.toString();
  }

  static void publishServing(Situation s, Draft d, Seat.Serving primary) {
    keepUp(d, primary);
    Node leader = primary.node().reachableNode().orElseThrow();
    List<Node> replicas = new ArrayList<>();
    for (NodeView node : s.view().nodes()) {
      NodeFacts facts = node.readableFacts().orElse(null);
      if (facts != null
          && !facts.runId().equals(leader.runId())
          && facts.isInSync()
          && facts.upstream().orElseThrow().isAt(leader.address())) {
        replicas.add(new Node(node.address(), facts.runId()));
        d.welcome(node.address());
        // A primary without a backlog takes another history when its first replica attaches.
        if (!primary.facts().replication().knows(facts.replication().id())) {
          d.probe(primary.node());
        }
      }
    }
    replicas.sort((a, b) -> a.address().compareTo(b.address()));
    d.publish(
        leader,
        replicas,
        leader.address() + " is primary with " + replicas.size() + " replicas in sync",
        Enrolment.tend(s, d, primary));
  }

  /** Remembers the history that the primary writes now, and how far it got. */
  static void keepUp(Draft d, Seat.Serving primary) {
    d.alive();
    Reign reign = d.journal().reign().orElseThrow();
    if (reign.isNews(primary.facts())) {
      d.updateReign(reign.seen(primary.facts()));
    }
  }
}
