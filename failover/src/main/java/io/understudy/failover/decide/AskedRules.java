package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Address;
import io.understudy.topology.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The rule that does what an operator wishes. */
final class AskedRules {
  private AskedRules() {}

  /** A target that is further behind could not catch up while requests wait. */
  static final long MAX_BYTES_BEHIND = 4L * 1024 * 1024;

  static final Rule ASKED =
      new Rule(
          "asked",
          "an operator asked for a switchover or a forced failover, or for a switchover at a time"
              + " that has come, or one that was called off left the primary refusing writes",
          "it is checked again and begun; what cannot be done is dropped, with the reason; the"
              + " primary takes writes again",
          Rule.Effect.ACTS,
          AskedRules::asked);

  private static Optional<String> asked(Situation s, Draft d) {
    Wish wish = s.journal().wish().orElse(null);
    if (wish == null) {
      Optional<String> due = scheduled(s, d);
      return due.isPresent() ? due : fenced(s, d);
    }
    if (Consents.isAwaited(s, wish)) {
      return Optional.empty(); // meanwhile the group is looked after as always
    }
    d.dropWish();
    Optional<String> objection = Consents.objectionTo(s, wish);
    if (objection.isPresent()) {
      return Optional.of(wish.describe() + ", is called off: " + objection.get());
    }
    if (wish.untilWallMillis() < s.view().wallMillis()) {
      return Optional.of(wish.describe() + ", could not be begun in time and is dropped");
    }
    List<String> obstacles = obstacles(s, wish.kind(), wish.to());
    if (!obstacles.isEmpty()) {
      return Optional.of(wish.describe() + ", is dropped: " + String.join("; ", obstacles));
    }
    return Optional.of(
        switch (wish.kind()) {
          case SWITCHOVER -> begin(s, d, "asked", wish.to(), wish.describe());
          case FORCED_FAILOVER -> force(s, d, wish);
        });
  }

  /** Does what was asked for a time that has come; long after it, it is not wanted any more. */
  private static Optional<String> scheduled(Situation s, Draft d) {
    Scheduled due =
        s.journal()
            .scheduled()
            .filter(planned -> planned.atWallMillis() <= s.view().wallMillis())
            .orElse(null);
    if (due == null) {
      return Optional.empty();
    }
    d.dropScheduled();
    if (s.view().wallMillis() - due.atWallMillis() > Scheduled.MAX_LATE.toMillis()) {
      return Optional.of(due.describe() + ", could not be begun in time and is dropped");
    }
    List<String> obstacles = obstacles(s, Wish.Kind.SWITCHOVER, due.to());
    if (obstacles.isEmpty() && Consents.areAskedBeforeSwitchovers(s)) {
      d.wish(due.to(), due.by());
      return Optional.of(due.describe() + "; hooks are asked first");
    }
    return Optional.of(
        obstacles.isEmpty()
            ? begin(s, d, "asked", due.to(), due.describe())
            : due.describe() + ", is dropped: " + String.join("; ", obstacles));
  }

  /** Puts back what a switchover changed that ended while the primary did not answer. */
  private static Optional<String> fenced(Situation s, Draft d) {
    return s.journal()
        .reign()
        .filter(reign -> s.seat(reign) instanceof Seat.Serving)
        .flatMap(reign -> Switchover.liftFence(s, d, reign.primary()));
  }

  /** Begins a switchover that nothing speaks against. */
  static String begin(Situation s, Draft d, String rule, Optional<Address> to, String reason) {
    Node primary = s.journal().reign().orElseThrow().primary();
    Node target = target(s, to).flatMap(NodeView::reachableNode).orElseThrow();
    d.begin(Operation.Kind.SWITCHOVER, rule, reason, Optional.of(primary), s.now());
    d.enter(Operation.Phase.HOLD, Optional.of(target));
    return reason + "; " + Switchover.advance(s.with(d.journal()), d);
  }

  private static String force(Situation s, Draft d, Wish wish) {
    String reason = wish.describe();
    d.beginForced(reason, s.journal().reign().map(Reign::primary), wish.to().orElseThrow());
    return reason + "; " + Failover.advance(s.with(d.journal()), d);
  }

  /** The steps of a switchover that nothing speaks against, for an operator. */
  static List<String> plan(Situation s, Optional<Address> to) {
    Address from = s.journal().reign().orElseThrow().primary().address();
    Address next = target(s, to).orElseThrow().address();
    return List.of(
        "hold new requests, and let those that were sent to " + from + " be answered",
        "wait until " + next + " has everything that " + from + " has",
        "gate " + from + ", and see that " + next + " has its last byte",
        "promote " + next + " in a new epoch and publish it",
        "attach " + from + " and the others to " + next + " with partial resyncs");
  }

  /** Everything that speaks against a wish now, one sentence each. */
  static List<String> obstacles(Situation s, Wish.Kind kind, Optional<Address> to) {
    List<String> obstacles =
        new ArrayList<>(
            kind == Wish.Kind.FORCED_FAILOVER && mayDecide(s) ? forbidden(s) : unready(s));
    if (to.isPresent() && s.view().at(to.get()).isEmpty()) {
      obstacles.add(to.get() + " is not a node of the group");
    }
    if (kind == Wish.Kind.FORCED_FAILOVER && s.journal().reign().isEmpty()) {
      obstacles.add("no primary of the group was ever published, so there is none to replace");
    }
    if (obstacles.isEmpty()) {
      switch (kind) {
        case SWITCHOVER -> planned(s, to, obstacles);
        case FORCED_FAILOVER -> forced(s, to.orElseThrow(), obstacles);
      }
    }
    return obstacles;
  }

  /** Why nothing at all may be changed in the group now. */
  static List<String> unready(Situation s) {
    List<String> obstacles = forbidden(s);
    s.journal()
        .operation()
        .ifPresent(op -> obstacles.add("an operation is under way: " + op.reason()));
    return obstacles;
  }

  /** Whether a failover is under way that may still choose any node, and so one that is named. */
  static boolean mayDecide(Situation s) {
    return s.journal()
        .operation()
        .filter(op -> op.kind() == Operation.Kind.FAILOVER)
        .filter(op -> op.phase() == Operation.Phase.CHOOSE)
        .filter(op -> !op.promoteMayHaveRun() && op.forcedTo().isEmpty())
        .isPresent();
  }

  /** Why this process may change nothing now. */
  private static List<String> forbidden(Situation s) {
    List<String> obstacles = new ArrayList<>();
    s.paused()
        .ifPresent(why -> obstacles.add("the group is paused (" + why + "); resume it first"));
    if (!s.view().standing().leads()) {
      obstacles.add("this process does not lead: " + s.view().standing().reason());
    }
    return obstacles;
  }

  private static void planned(Situation s, Optional<Address> to, List<String> obstacles) {
    Reign reign = s.journal().reign().orElse(null);
    if (reign == null || !(s.seat(reign) instanceof Seat.Serving primary)) {
      obstacles.add("there is no primary that serves; a planned change needs one");
      return;
    }
    Address from = primary.node().address();
    if (!(primary.node().reachability() instanceof Reachability.Answering)) {
      obstacles.add(from + " " + primary.node().reachability().describe(s.now()));
    }
    if (s.journal().orderFor(primary.facts().runId()).isPresent()) {
      obstacles.add(from + " has an order without an answer");
    }
    if (primary.facts().wantsPassword() && !primary.facts().hasUpstreamPassword()) {
      obstacles.add(
          from
              + " wants a password and has no masterauth, so that it could not follow another; set"
              + " masterauth on it");
    }
    if (to.filter(from::equals).isPresent()) {
      obstacles.add(from + " is primary already");
      return;
    }
    if (to.isPresent()) {
      unready(s, primary, s.view().at(to.get()).orElseThrow()).ifPresent(obstacles::add);
    } else if (target(s, to).isEmpty()) {
      for (NodeView node : s.view().nodes()) {
        if (!node.address().equals(from)) {
          unready(s, primary, node).ifPresent(obstacles::add);
        }
      }
      if (obstacles.isEmpty()) {
        obstacles.add("there is no replica");
      }
    }
  }

  /** Everything that speaks against forcing a failover that is under way to a node. */
  static List<String> forcedObstacles(Situation s, Address to) {
    List<String> obstacles = new ArrayList<>();
    s.paused()
        .ifPresent(why -> obstacles.add("the group is paused (" + why + "); resume it first"));
    if (!s.view().standing().leads()) {
      obstacles.add("this process does not lead: " + s.view().standing().reason());
    }
    if (s.view().at(to).isEmpty()) {
      obstacles.add(to + " is not a node of the group");
    } else {
      forced(s, to, obstacles);
    }
    return obstacles;
  }

  private static void forced(Situation s, Address to, List<String> obstacles) {
    NodeView node = s.view().at(to).orElseThrow();
    NodeFacts facts = node.readableFacts().orElse(null);
    if (facts == null || !node.reachability().isObedient()) {
      obstacles.add(to + " " + node.reachability().describe(s.now()));
    } else if (facts.loading()) {
      obstacles.add(to + " is loading data");
    } else if (s.journal().reign().filter(r -> isServing(s, r, to)).isPresent()) {
      obstacles.add(to + " is primary already");
    }
  }

  private static boolean isServing(Situation s, Reign reign, Address at) {
    return s.seat(reign) instanceof Seat.Serving serving && serving.node().address().equals(at);
  }

  /** The node that a switchover goes to: the one asked for, or the best that is ready. */
  private static Optional<NodeView> target(Situation s, Optional<Address> to) {
    if (to.isPresent()) {
      return s.view().at(to.get());
    }
    Reign reign = s.journal().reign().orElse(null);
    if (reign == null || !(s.seat(reign) instanceof Seat.Serving primary)) {
      return Optional.empty();
    }
    return s.view().nodes().stream()
        .filter(n -> !n.address().equals(primary.node().address()))
        .filter(n -> unready(s, primary, n).isEmpty())
        .min(
            Comparator.<NodeView>comparingInt(
                    n -> s.policy().upkeep().placement().rank(n.address()))
                .thenComparingInt(n -> n.facts().orElseThrow().priority())
                .thenComparingLong(n -> -n.facts().orElseThrow().replication().offset())
                .thenComparing(NodeView::address));
  }

  /** Why a node cannot take over without loss now. */
  private static Optional<String> unready(Situation s, Seat.Serving primary, NodeView node) {
    NodeFacts facts = node.readableFacts().orElse(null);
    if (facts == null || !(node.reachability() instanceof Reachability.Answering)) {
      return Optional.of(node.address() + " " + node.reachability().describe(s.now()));
    }
    if (facts.upstream().filter(u -> u.isAt(primary.node().address())).isEmpty()
        || !facts.isInSync()) {
      return Optional.of(node.address() + " does not follow in sync");
    }
    if (facts.priority() == 0) {
      return Optional.of(node.address() + " has replica-priority 0");
    }
    Optional<String> misplaced = s.misplaced(node.address());
    if (misplaced.isPresent()) {
      return misplaced;
    }
    if (!s.mayOrder(node)) {
      return Optional.of(node.address() + " takes no orders now");
    }
    long behind = primary.facts().replication().offset() - facts.replication().offset();
    return behind > MAX_BYTES_BEHIND
        ? Optional.of(node.address() + " is " + behind + " bytes behind")
        : Optional.empty();
  }
}
