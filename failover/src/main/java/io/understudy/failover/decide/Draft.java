package io.understudy.failover.decide;

import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.topology.Address;
import io.understudy.topology.Durability;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.Verification;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A step being written: the actions so far and the journal as it will be.
 *
 * <p>Mutable, and never seen outside the one call that makes it. Each method keeps the journal and
 * the actions in agreement, so that no order can be given without being in the journal.
 */
final class Draft {
  private final Situation situation;
  private final List<Action> actions = new ArrayList<>();
  private final Set<Address> probes = new LinkedHashSet<>();
  private GroupJournal journal;

  Draft(Situation situation) {
    this.situation = situation;
    this.journal = situation.journal();
  }

  GroupJournal journal() {
    return journal;
  }

  /** The operation under way, which the caller knows to be there. */
  Operation operation() {
    return journal.operation().orElseThrow();
  }

  List<Action> actions() {
    List<Action> all = new ArrayList<>(actions);
    if (!probes.isEmpty()) {
      all.add(new Action.Probe(List.copyOf(probes)));
    }
    return all;
  }

  /** Whether anything was drafted that changes a server or an output. */
  boolean changesSomething() {
    return actions.stream().anyMatch(a -> a instanceof Action.Order || a instanceof Action.Publish);
  }

  /** Whether an order may be given to the node, after all that was drafted. */
  boolean mayOrder(NodeView node) {
    return situation.with(journal).mayOrder(node);
  }

  void probe(NodeView node) {
    probes.add(node.address());
  }

  void gate(NodeView node) {
    order(new Action.Gate(takeId(), nodeOf(node), markOf(node)));
  }

  void attach(NodeView node, Node primary) {
    order(new Action.Attach(takeId(), nodeOf(node), markOf(node), primary, minReplicas(node)));
  }

  void mark(NodeView node, Epoch epoch) {
    order(
        new Action.Mark(
            takeId(), nodeOf(node), markOf(node), new EpochMark(epoch, journal.owner())));
  }

  void promote(NodeView node, Epoch epoch) {
    order(
        new Action.Promote(
            takeId(),
            nodeOf(node),
            markOf(node),
            new EpochMark(epoch, journal.owner()),
            minReplicas(node)));
  }

  private OptionalLong minReplicas(NodeView node) {
    return node.facts()
        .flatMap(f -> journal.borrowedOf(f.runId()))
        .map(b -> OptionalLong.of(b.minReplicas()))
        .orElse(OptionalLong.empty());
  }

  /** Orders that the node refuses writes, and notes what it had. */
  void fence(NodeView node, long minReplicas) {
    order(new Action.Fence(takeId(), nodeOf(node), markOf(node)));
    journal = journal.borrowing(new Borrowed(nodeOf(node).runId(), minReplicas));
  }

  void unfence(NodeView node, long minReplicas) {
    order(new Action.Unfence(takeId(), nodeOf(node), markOf(node), minReplicas));
  }

  /** Looks into an order whose reply was lost. */
  void settle(SentOrder doubt) {
    actions.add(new Action.Settle(doubt.order().id(), doubt.order().node()));
    journal =
        journal.replacing(new SentOrder(doubt.order(), SentOrder.State.SETTLING, situation.now()));
  }

  private void order(Action.Order order) {
    actions.add(order);
    journal = journal.withOrder(new SentOrder(order, SentOrder.State.SENT, situation.now()));
    journal
        .operation()
        .ifPresent(
            op ->
                journal =
                    journal.withOperation(
                        Optional.of(
                            op.withStep(
                                new Operation.StepRecord(
                                    order, Operation.StepRecord.State.SENT, "")))));
  }

  /** Begins an operation; it is not advanced by this. */
  void begin(Operation.Kind kind, String rule, String reason, Optional<Node> from, long lostNanos) {
    journal =
        journal.withOperation(
            Optional.of(
                new Operation(
                    takeId(),
                    kind,
                    rule,
                    reason,
                    from,
                    lostNanos,
                    Operation.Phase.GATE,
                    situation.now(),
                    Optional.empty(),
                    List.of(),
                    false,
                    List.of(),
                    situation.view().wallMillis(),
                    Optional.empty(),
                    Optional.empty())));
    if (kind == Operation.Kind.FAILOVER) {
      journal = journal.withFailoverAt(situation.view().wallMillis());
    }
  }

  /** Begins a failover to one node and no other; what an operator asks for counts for no budget. */
  void beginForced(String reason, Optional<Node> from, Address only) {
    List<Long> counted = journal.failoverMillis();
    begin(Operation.Kind.FAILOVER, "asked", reason, from, situation.now());
    journal = journal.withFailovers(counted);
    force(Optional.of(only));
  }

  /** Moves the operation on to a phase that begins now. */
  void enter(Operation.Phase phase, Optional<Node> target) {
    journal =
        journal.withOperation(Optional.of(operation().entering(phase, situation.now(), target)));
  }

  /** Lets the operation promote that node and no other, or, empty, any again. */
  void force(Optional<Address> only) {
    journal = journal.withOperation(Optional.of(operation().forcedTo(only)));
  }

  /** Notes why the operation is being called off. */
  void note(String why) {
    journal = journal.withOperation(Optional.of(operation().withNote(why)));
  }

  /** Goes on with a switchover as a failover, and says where that stands. */
  String becomeFailover(String why) {
    journal = journal.withOperation(Optional.of(operation().asFailover(why, situation.now())));
    return why + ": " + Failover.advance(situation.with(journal), this);
  }

  /** Notes that a node that was added is in sync: from now on it is one like all others. */
  void welcome(Address node) {
    journal
        .memberChange(node)
        .filter(change -> change.kind() == MemberChange.Kind.JOINING)
        .ifPresent(change -> journal = journal.withMember(change.as(MemberChange.Kind.MEMBER)));
  }

  /** Makes a node a member, or something else. */
  void note(MemberChange change) {
    journal = journal.withMember(change);
  }

  /** Forgets what was asked for a later time. */
  void dropScheduled() {
    journal = journal.withScheduled(Optional.empty());
  }

  /**
   * Notes that a return to a better placed node is being tried, so that it is not at every turn.
   */
  void returnTried() {
    journal = journal.withReturnTried(situation.view().wallMillis());
  }

  /** Forgets what was made of an address: it is no node, or as configured. */
  void forget(Address node) {
    journal =
        journal.withMembers(
            journal.members().stream().filter(m -> !m.node().equals(node)).toList());
  }

  /**
   * Publishes the same again, without a replica: by it other keepers learn that the journal
   * changed.
   */
  void publishWithout(Address left, String reason) {
    publish(journal.published().again(left, reason));
  }

  private void publish(Topology next) {
    journal = journal.withPublished(next);
    if (next.verification().isPresent()) {
      List<Address> replicas = addresses(next.replicas());
      journal.reign().ifPresent(r -> updateReign(r.witnessedBy(replicas)));
    }
    actions.add(new Action.Publish(next));
  }

  private boolean canBeWitnessedBy(List<Node> replicas) {
    return journal.reign().filter(r -> r.canBeWitnessedBy(addresses(replicas))).isPresent();
  }

  private static List<Address> addresses(List<Node> nodes) {
    return nodes.stream().map(Node::address).toList();
  }

  /** Makes a switchover a wish, which begins when hooks have agreed. */
  void wish(Optional<Address> to, String by) {
    journal =
        journal.withWish(
            Optional.of(
                new Wish(
                    takeId(),
                    Wish.Kind.SWITCHOVER,
                    to,
                    by,
                    situation.view().wallMillis() + Wish.LIFE.toMillis())));
  }

  /** Forgets what was asked for. */
  void dropWish() {
    journal = journal.withWish(Optional.empty());
  }

  /** Notes that a run did not become primary; the choice among the others follows. */
  void candidateFailed(RunId runId, boolean mayHaveRun) {
    journal = journal.withOperation(Optional.of(operation().withFailed(runId, mayHaveRun)));
  }

  /** Notes that an order in doubt is now certain never to have run. */
  void neverRan(Operation.StepRecord step) {
    journal =
        journal.withStepState(
            step.order().id(),
            Operation.StepRecord.State.FAILED,
            "its reply was lost, and it did not run");
  }

  /** Begins another round in which every candidate may be tried again. */
  void newRound() {
    journal = journal.withOperation(Optional.of(operation().withoutFailed(situation.now())));
  }

  /** Plans the next epoch: nothing older is ever promoted again. */
  Epoch takeEpoch(Epoch atLeast) {
    Epoch next = (atLeast.isAfter(journal.epoch()) ? atLeast : journal.epoch()).next();
    journal = journal.withEpoch(next);
    return next;
  }

  /** Ends the operation without a new primary. */
  void callOff() {
    journal = journal.withOperation(Optional.empty());
  }

  /** Ends the operation with a primary, published at once. */
  void crown(Reign reign, String reason) {
    // What was acknowledged before stays to be proven; whoever forced it gave up what this run
    // lacks, and nothing that it has.
    boolean forced = journal.operation().filter(op -> op.forcedTo().isPresent()).isPresent();
    List<Electorate> former = journal.reign().map(Reign::electorates).orElse(List.of());
    List<Electorate> electorates =
        forced
            ? former.stream()
                .filter(Electorate::couldConfirm)
                .reduce((first, second) -> second)
                .map(last -> List.of(last.alone(reign)))
                .orElse(List.of())
            : former;
    journal = journal.withReign(reign.withElectorates(electorates)).withOperation(Optional.empty());
    // One that joins would not be looked at while it cannot be read: a primary is a member.
    welcome(reign.primary().address());
    publish(Optional.of(reign.primary()), List.of(), reason);
  }

  void updateReign(Reign reign) {
    journal = journal.withReign(reign);
  }

  /** Notes since when the primary counts as lost, unless that was noted. */
  void lostSince(long nanos) {
    journal
        .reign()
        .filter(r -> r.lostNanos().isEmpty())
        .ifPresent(r -> updateReign(r.lostSince(OptionalLong.of(nanos))));
  }

  /** Notes that the primary does not count as lost. */
  void alive() {
    journal
        .reign()
        .filter(r -> r.lostNanos().isPresent())
        .ifPresent(r -> updateReign(r.lostSince(OptionalLong.empty())));
  }

  /** Forgets who was published: it is found out anew from the roles that the servers have. */
  void forgetReign() {
    journal = journal.withoutReign();
  }

  /** Tells every output to hold requests, unless they were told. */
  void withdraw(String reason) {
    Topology last = journal.published();
    if (last.primary().isPresent() || last.retiring().isPresent()) {
      publish(Optional.empty(), List.of(), reason, Optional.empty(), carriedTerms());
    }
  }

  /** Tells every output to hold new requests, and to pass on what the primary still answers. */
  void retire(String reason) {
    Optional<Node> primary = journal.published().primary();
    if (primary.isPresent()) {
      publish(Optional.empty(), List.of(), reason, primary, carriedTerms());
    }
  }

  /** Publishes a primary and its replicas, unless that is what was published last. */
  void publish(Optional<Node> primary, List<Node> replicas, String reason) {
    publish(primary, replicas, reason, Optional.empty(), carriedTerms());
  }

  /** The same, on terms that were found out. */
  void publish(Node primary, List<Node> replicas, String reason, Optional<Durability> durability) {
    publish(Optional.of(primary), replicas, reason, Optional.empty(), durability);
  }

  /** The terms of the last publication, or, in a new reign, that nothing is confirmed yet. */
  private Optional<Durability> carriedTerms() {
    Epoch epoch = journal.reign().map(Reign::epoch).orElse(Epoch.NONE);
    return situation
        .policy()
        .durability()
        .map(
            policy ->
                Optional.of(journal.published())
                    .filter(last -> last.epoch().equals(epoch))
                    .flatMap(Topology::durability)
                    .filter(terms -> terms.replicas() == policy.replicas())
                    .orElseGet(
                        () ->
                            new Durability(
                                policy.replicas(), policy.timeout(), List.of(), 0, 0, false)));
  }

  private void publish(
      Optional<Node> primary,
      List<Node> replicas,
      String reason,
      Optional<Node> retiring,
      Optional<Durability> durability) {
    Topology last = journal.published();
    Epoch epoch = journal.reign().map(Reign::epoch).orElse(Epoch.NONE);
    Optional<Verification> verification =
        durability.isEmpty() && primary.isPresent() && isComplete(primary.get(), replicas)
            ? situation.policy().verification().filter(terms -> canBeWitnessedBy(replicas))
            : Optional.empty();
    boolean same =
        last.epoch().equals(epoch)
            && last.primary().equals(primary)
            && last.replicas().equals(replicas)
            && last.retiring().equals(retiring)
            && last.durability().equals(durability)
            && last.verification().equals(verification);
    if (same) {
      return;
    }
    long version = last.epoch().equals(epoch) ? last.version() + 1 : 0;
    publish(
        new Topology(
            journal.group(),
            epoch,
            version,
            primary,
            replicas,
            reason,
            retiring,
            durability,
            verification));
  }

  /**
   * Whether every other node of the group follows. Only then may outputs go on by the word of the
   * replicas: so whoever is promoted later is one of those whose word counts, and no node that is
   * away for long holds a failover up.
   */
  private boolean isComplete(Node primary, List<Node> replicas) {
    List<Address> following = addresses(replicas);
    return !replicas.isEmpty()
        && situation.view().nodes().stream()
            .map(NodeView::address)
            .allMatch(each -> each.equals(primary.address()) || following.contains(each));
  }

  /** Drops orders to runs that are no more: another run answers at their address. */
  void forgetTheDead() {
    for (SentOrder sent : journal.orders()) {
      Node node = sent.order().node();
      boolean dead =
          situation
              .view()
              .at(node.address())
              .flatMap(NodeView::readableFacts)
              .filter(f -> !f.runId().equals(node.runId()))
              .isPresent();
      if (dead) {
        journal = journal.withoutOrder(sent.order().id());
      }
    }
  }

  /** Keeps a change for people and for replay. */
  void log(String rule, String reason, List<String> what, String inputs) {
    journal = journal.noting(situation.view().wallMillis(), rule, reason, what, inputs);
  }

  private long takeId() {
    long id = journal.nextId();
    journal = journal.withNextId(id + 1);
    return id;
  }

  private static Node nodeOf(NodeView node) {
    return node.reachableNode().orElseThrow();
  }

  private static Optional<EpochMark> markOf(NodeView node) {
    return node.facts().flatMap(NodeFacts::mark);
  }
}
