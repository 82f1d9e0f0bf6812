package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.ReplicationId;
import io.understudy.topology.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The nodes of a group sorted into those that may be promoted, best first, and those that may not,
 * each with the reason.
 *
 * @param qualified best first
 * @param rejected why not, one sentence each, in configured order
 */
record Candidates(List<Candidate> qualified, List<String> rejected) {

  /**
   * A node that may be promoted.
   *
   * @param node where
   * @param facts what it said last
   * @param offset how much of the last published history it holds
   * @param witnessed whether this keeper itself saw it in sync with the primary, so that nobody who
   *     is missing can be expected to hold much more
   */
  record Candidate(NodeView node, NodeFacts facts, long offset, boolean witnessed) {
    String describe() {
      return node.address() + " (offset " + offset + ", priority " + facts.priority() + ")";
    }
  }

  /** A replica at this offset or below has received nothing. */
  private static final long NOTHING_RECEIVED = 1;

  static Candidates of(Situation situation, Operation operation) {
    Optional<Reign> reign = situation.journal().reign();
    Optional<ReplicationId> history = reign.map(Reign::history).or(() -> newestHistory(situation));
    long seen = reign.map(situation::seenOffset).orElse(0L);
    List<Candidate> qualified = new ArrayList<>();
    List<String> rejected = new ArrayList<>();
    for (NodeView node : situation.view().nodes()) {
      Optional<String> why = obstacle(situation, operation, node);
      if (why.isEmpty()) {
        NodeFacts facts = node.facts().orElseThrow();
        why =
            operation.forcedTo().isPresent()
                ? Optional.empty()
                : unfitness(situation, operation, node.address(), facts, history, seen);
        if (why.isEmpty()) {
          long offset = held(reign, history, facts).orElse(0L);
          qualified.add(new Candidate(node, facts, offset, facts.linkUpNanos().isPresent()));
        }
      }
      why.ifPresent(rejected::add);
    }
    qualified.sort(order(situation));
    return new Candidates(List.copyOf(qualified), List.copyOf(rejected));
  }

  /** How much of the wanted history a node holds; empty when it holds another. */
  private static OptionalLong held(
      Optional<Reign> reign, Optional<ReplicationId> history, NodeFacts facts) {
    if (reign.isPresent()) {
      return reign.get().heldBy(facts.replication());
    }
    return history.filter(facts.replication()::knows).isPresent()
        ? OptionalLong.of(facts.replication().offsetIn(history.get()))
        : OptionalLong.empty();
  }

  private static Comparator<Candidate> order(Situation situation) {
    Comparator<Candidate> byPriority =
        Comparator.<Candidate>comparingInt(
                c -> situation.policy().upkeep().placement().rank(c.node().address()))
            .thenComparingInt(c -> c.facts().priority())
            .thenComparing(c -> c.node().address())
            .thenComparing(c -> c.facts().runId());
    if (!situation.enforces(Guard.MOST_DATA_FIRST)) {
      return byPriority;
    }
    // While nobody follows a primary, what it writes does not move its offset.
    Optional<Reign> reign = situation.journal().reign();
    return Comparator.<Candidate>comparingLong(Candidate::offset)
        .reversed()
        .thenComparing(c -> reign.filter(r -> c.facts().replication().knows(r.history())).isEmpty())
        .thenComparing(
            Comparator.<Candidate>comparingLong(c -> c.facts().replication().offset()).reversed())
        .thenComparing(byPriority);
  }

  /** Why no order can be given to it now, whatever data it holds. */
  private static Optional<String> obstacle(
      Situation situation, Operation operation, NodeView node) {
    if (operation.forcedTo().filter(only -> !only.equals(node.address())).isPresent()) {
      return Optional.of(node.address() + " is not the one that was asked for");
    }
    if (situation.isPaused(node.address())) {
      return Optional.of(node.address() + " is paused");
    }
    NodeFacts facts = node.readableFacts().orElse(null);
    if (facts == null || !node.reachability().isObedient()) {
      return Optional.of(node.address() + " " + node.reachability().describe(situation.now()));
    }
    Optional<String> foreign = situation.foreignKeeper(facts);
    if (foreign.isPresent()) {
      return Optional.of(node.address() + " belongs to another keeper, " + foreign.get());
    }
    Optional<SentOrder> open = situation.journal().orderFor(facts.runId());
    if (open.isPresent()) {
      return Optional.of(
          node.address()
              + " has an order without an answer ("
              + open.get().order().describe()
              + ")");
    }
    if (facts.loading()) {
      return Optional.of(node.address() + " is loading data");
    }
    boolean gated = facts.upstream().isEmpty() || facts.isGated();
    if (!gated && situation.enforces(Guard.GATE_BEFORE_CHOICE)) {
      return Optional.of(
          node.address() + " still follows " + facts.upstream().orElseThrow() + ", ungated");
    }
    if (operation.failed().contains(facts.runId())) {
      return Optional.of(
          node.address()
              + " could not be promoted: "
              + operation
                  .newestStepOf(facts.runId())
                  .map(Operation.StepRecord::detail)
                  .orElse("it did not answer"));
    }
    return Optional.empty();
  }

  /** Why it must not be primary, although it would obey. */
  private static Optional<String> unfitness(
      Situation situation,
      Operation operation,
      Address address,
      NodeFacts facts,
      Optional<ReplicationId> history,
      long seen) {
    Optional<String> misplaced = situation.misplaced(address);
    if (misplaced.isPresent()) {
      return misplaced;
    }
    String name = address.toString();
    if (situation.enforces(Guard.NEVER_PRIORITY_ZERO) && facts.priority() == 0) {
      return Optional.of(name + " has replica-priority 0");
    }
    Optional<String> other =
        situation.enforces(Guard.ONLY_THIS_HISTORY)
            ? otherData(situation, name, facts, history)
            : Optional.empty();
    if (other.isPresent()) {
      return other;
    }
    return tooStale(situation, operation, name, facts, history, seen);
  }

  private static Optional<String> otherData(
      Situation situation, String name, NodeFacts facts, Optional<ReplicationId> history) {
    if (isOwnDataOfTheReign(situation, facts)) {
      return Optional.empty();
    }
    if (facts.replication().offset() <= NOTHING_RECEIVED && !facts.seenUp()) {
      return Optional.of(name + " was never synced (offset " + facts.replication().offset() + ")");
    }
    return held(situation.journal().reign(), history, facts).isPresent()
        ? Optional.empty()
        : Optional.of(
            name
                + " holds another replication history ("
                + facts.replication().id().abbreviated()
                + ", not "
                + history.map(ReplicationId::abbreviated).orElse("any that is known")
                + ")");
  }

  private static Optional<String> tooStale(
      Situation situation,
      Operation operation,
      String name,
      NodeFacts facts,
      Optional<ReplicationId> history,
      long seen) {
    FailoverPolicy policy = situation.policy();
    OptionalLong held = held(situation.journal().reign(), history, facts);
    boolean comparable = held.isPresent();
    long missing = seen - held.orElse(0L);
    if (situation.enforces(Guard.NEVER_TOO_FAR_BEHIND)
        && comparable
        && missing > policy.maxLagBytes()) {
      return Optional.of(
          name
              + " misses "
              + missing
              + " bytes that the primary had; at most "
              + policy.maxLagBytes()
              + " are accepted (maxLagBytes)");
    }
    OptionalLong up = lastInTouch(situation, facts, comparable && missing <= 0);
    if (situation.enforces(Guard.NEVER_CUT_OFF_TOO_LONG)
        && up.isPresent()
        && operation.from().isPresent()
        && operation.lostNanos() - up.getAsLong() > policy.maxLagTime().toNanos()) {
      return Optional.of(
          name
              + " was cut off from the primary for "
              + Duration.ofNanos(operation.lostNanos() - up.getAsLong()).toSeconds()
              + " s before it was lost; at most "
              + policy.maxLagTime().toSeconds()
              + " s are accepted (maxLagTime)");
    }
    return Optional.empty();
  }

  /**
   * When a node was last known not to miss anything. In a reign that ended as soon as it began, no
   * link may have been seen up; but who has all that was seen of it had all when it began.
   */
  private static OptionalLong lastInTouch(
      Situation situation, NodeFacts facts, boolean missesNothing) {
    OptionalLong up = facts.linkUpNanos();
    Reign reign = situation.journal().reign().orElse(null);
    return up.isPresent() && reign != null && missesNothing
        ? OptionalLong.of(Math.max(up.getAsLong(), reign.sinceNanos()))
        : up;
  }

  /**
   * Whether a restarted primary that lost its replication id, as Redis 6.0 does, still proves whose
   * data it holds: it is where the last primary was, it has keys, and among them the mark of the
   * last reign. How much it misses cannot be known, so that every other node must be in reach and
   * have nothing better to show: they are ranked before it.
   */
  private static boolean isOwnDataOfTheReign(Situation situation, NodeFacts facts) {
    return situation
        .journal()
        .reign()
        .filter(r -> !facts.isEmpty() && facts.upstream().isEmpty())
        .filter(
            r ->
                situation
                    .view()
                    .at(r.primary().address())
                    .filter(n -> n.isRun(facts.runId()))
                    .isPresent())
        .filter(r -> situation.view().nodes().stream().allMatch(n -> n.readableFacts().isPresent()))
        .flatMap(
            r ->
                facts
                    .mark()
                    .filter(m -> m.epoch().equals(r.epoch()))
                    .filter(m -> m.owner().equals(situation.journal().owner())))
        .isPresent();
  }

  /** Where no reign is known: the history of the node that holds the most. */
  private static Optional<ReplicationId> newestHistory(Situation situation) {
    return situation.view().nodes().stream()
        .flatMap(n -> n.readableFacts().stream())
        .filter(f -> !f.isEmpty())
        .max(Comparator.comparingLong(f -> f.replication().offset()))
        .map(f -> f.replication().id());
  }
}
