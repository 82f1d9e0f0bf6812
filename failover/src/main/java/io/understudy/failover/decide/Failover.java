package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Outputs;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Advances a failover by as much as the situation allows: gate, choose, promote, publish.
 *
 * <p>It is level-triggered. Every call looks at what the nodes say and what the journal says, and
 * goes on from there, so that a keeper that never saw the beginning finishes what another began.
 */
final class Failover {
  private final Situation situation;
  private final Draft draft;

  private Failover(Situation situation, Draft draft) {
    this.situation = situation;
    this.draft = draft;
  }

  /** Advances the operation of the draft and says where it stands. */
  static String advance(Situation situation, Draft draft) {
    return new Failover(situation, draft).advance();
  }

  private String advance() {
    if (draft.operation().kind() == Operation.Kind.ADOPTION) {
      return adopt();
    }
    if (Switchover.owns(draft.operation())) {
      return Switchover.advance(situation, draft);
    }
    Optional<String> back = wayBack().or(this::claim);
    if (back.isPresent()) {
      return back.get();
    }
    obeyTheOperator();
    if (draft.operation().kind() == Operation.Kind.FAILOVER) {
      withdraw();
    }
    if (draft.operation().phase() == Operation.Phase.GATE) {
      Optional<String> waiting = gate();
      if (waiting.isPresent()) {
        return waiting.get();
      }
    }
    if (draft.operation().phase() == Operation.Phase.PROMOTE) {
      Optional<String> ended = awaitPromotion();
      if (ended.isPresent()) {
        return ended.get();
      }
      withdraw();
    }
    return choose();
  }

  /** Where no node may be promoted, a person may name one. */
  private void obeyTheOperator() {
    Wish wish = situation.journal().wish().orElse(null);
    if (wish == null
        || wish.kind() != Wish.Kind.FORCED_FAILOVER
        || wish.untilWallMillis() < situation.view().wallMillis()
        || !AskedRules.mayDecide(situation.with(draft.journal()))) {
      return;
    }
    draft.dropWish();
    draft.force(wish.to());
    draft.note(wish.describe());
    draft.enter(Operation.Phase.CHOOSE, Optional.empty());
  }

  private void withdraw() {
    if (situation.enforces(Guard.WITHDRAW_FIRST)) {
      draft.withdraw("the primary is being replaced: " + draft.operation().reason());
    }
  }

  /**
   * Back to the old primary, when it serves again. Only while no promotion may have been sent: from
   * then on another node may become primary at any time, and the old one must not be trusted again.
   */
  private Optional<String> wayBack() {
    Operation op = draft.operation();
    Reign reign = situation.journal().reign().orElse(null);
    if (op.promoteMayHaveRun() || op.forcedTo().isPresent() || reign == null) {
      return Optional.empty();
    }
    if (!(situation.seat(reign) instanceof Seat.Serving serving)) {
      return Optional.empty();
    }
    Optional<String> lifting = Switchover.liftFence(situation, draft, reign.primary());
    if (lifting.isPresent()) {
      return lifting;
    }
    String reason =
        serving.node().address()
            + " serves again as primary before another was promoted; the failover is called off";
    draft.callOff();
    draft.publish(Optional.of(reign.primary()), List.of(), reason);
    return Optional.of(reason);
  }

  /**
   * Back to looking at who is primary, where a first one is being chosen among replicas and a node
   * that holds data turns out to be primary: which of two datasets lives on was not asked yet.
   */
  private Optional<String> claim() {
    Operation op = draft.operation();
    boolean first = op.from().isEmpty() && situation.journal().reign().isEmpty();
    if (!first || op.promoteMayHaveRun() || op.forcedTo().isPresent()) {
      return Optional.empty();
    }
    Optional<NodeView> claimant =
        situation.view().nodes().stream().filter(StartRules::claims).findFirst();
    claimant.ifPresent(node -> draft.callOff());
    return claimant.map(
        node ->
            node.address()
                + " says that it is primary, and holds data; no replica is promoted before it was"
                + " looked at");
  }

  private String adopt() {
    Optional<String> standing = awaitPromotion();
    if (standing.isPresent()) {
      return standing.get();
    }
    String reason =
        "it could not be marked: "
            + situation.journal().ended().stream()
                .reduce((first, second) -> second)
                .flatMap(GroupJournal.EndedOrder::refusal)
                .orElse("no answer");
    draft.callOff();
    return reason;
  }

  /** Makes every replica in reach follow nothing; says what is waited for, or nothing when done. */
  private Optional<String> gate() {
    if (!situation.enforces(Guard.GATE_BEFORE_CHOICE)) {
      draft.enter(Operation.Phase.CHOOSE, Optional.empty());
      return Optional.empty();
    }
    List<String> waitingFor = new ArrayList<>();
    boolean patient =
        !situation.isPast(draft.operation().phaseSinceNanos(), situation.policy().candidateWait());
    for (NodeView node : situation.view().nodes()) {
      NodeFacts facts = node.readableFacts().orElse(null);
      if (facts == null || facts.isGated() || (facts.upstream().isEmpty() && !isDeposed(facts))) {
        continue;
      }
      if (draft.mayOrder(node)) {
        draft.gate(node);
        waitingFor.add(node.address().toString());
      } else if (situation.needsReading(facts)) {
        draft.probe(node);
        waitingFor.add(node.address().toString());
      } else if (patient) {
        waitingFor.add(node.address().toString());
      }
    }
    if (waitingFor.isEmpty()) {
      draft.enter(Operation.Phase.CHOOSE, Optional.empty());
      return Optional.empty();
    }
    return Optional.of("gating " + String.join(", ", waitingFor) + " before the choice");
  }

  /** Whether it is a primary that serves, and that an operator takes its part away from. */
  private boolean isDeposed(NodeFacts facts) {
    Operation op = draft.operation();
    return op.forcedTo().isPresent()
        && op.from().filter(from -> from.runId().equals(facts.runId())).isPresent();
  }

  /** Picks the best node and orders its promotion, or says what is waited for. */
  private String choose() {
    Operation op = draft.operation();
    Optional<String> late = gateLatecomers(op);
    if (late.isPresent()) {
      return late.get();
    }
    Optional<String> unread = awaitReadings(op);
    if (unread.isPresent()) {
      return unread.get();
    }
    Heirs.find(situation.with(draft.journal())).ifPresent(draft::updateReign);
    Candidates candidates = Candidates.of(situation.with(draft.journal()), op);
    if (candidates.qualified().isEmpty()) {
      return startOverOrWait(op, candidates);
    }
    Candidates.Candidate best = candidates.qualified().getFirst();
    Optional<String> missing = awaitBetter(op, candidates);
    if (missing.isPresent()) {
      return missing.get();
    }
    Situation known = situation.with(draft.journal());
    Optional<String> unproven =
        Ballot.objection(known, best).or(() -> Heirs.objection(known, best));
    if (unproven.isPresent() && op.forcedTo().isEmpty()) {
      situation.view().nodes().forEach(draft::probe);
      return "the group stays without a primary: " + unproven.get();
    }
    Optional<String> held = awaitOutputs();
    if (held.isPresent()) {
      return held.get();
    }
    return promote(
        best.node(),
        describe(candidates) + unproven.map(why -> "; forced, although " + why).orElse(""));
  }

  /** Gates what came back after the gates closed; what cannot be gated in time is no candidate. */
  private Optional<String> gateLatecomers(Operation op) {
    if (!situation.enforces(Guard.GATE_BEFORE_CHOICE)) {
      return Optional.empty();
    }
    List<String> late = new ArrayList<>();
    for (NodeView node : situation.view().nodes()) {
      NodeFacts facts = node.readableFacts().orElse(null);
      boolean open = facts != null && facts.upstream().isPresent() && !facts.isGated();
      if (open && draft.mayOrder(node)) {
        draft.gate(node);
      }
      boolean closing =
          facts != null
              && open
              && draft
                  .journal()
                  .orderFor(facts.runId())
                  .filter(o -> o.state() == SentOrder.State.SENT)
                  .isPresent();
      boolean patient = !situation.isPast(op.phaseSinceNanos(), situation.policy().candidateWait());
      if (closing || (open && patient)) {
        late.add(node.address().toString());
      }
    }
    return late.isEmpty()
        ? Optional.empty()
        : Optional.of("gating " + String.join(", ", late) + ", which came back");
  }

  private String promote(NodeView node, String why) {
    Optional<String> withheld = Consents.withheld(situation, draft.operation());
    if (withheld.isPresent()) {
      situation.view().nodes().forEach(draft::probe);
      return withheld.get() + "; then " + node.address() + " would be promoted";
    }
    Optional<String> doubt = Doubt.objection(situation.with(draft.journal()), draft.operation());
    if (doubt.isPresent()) {
      situation.view().nodes().forEach(draft::probe);
      return doubt.get();
    }
    Node target = node.reachableNode().orElseThrow();
    Epoch epoch = draft.takeEpoch(situation.newestEpoch());
    draft.enter(Operation.Phase.PROMOTE, Optional.of(target));
    draft.promote(node, epoch);
    return "promoting " + node.address() + " in epoch " + epoch + ": " + why;
  }

  private static String describe(Candidates candidates) {
    var text = new StringBuilder(candidates.qualified().getFirst().describe());
    text.append(" holds the most data");
    if (candidates.qualified().size() > 1) {
      text.append("; then ");
      text.append(
          String.join(
              ", ",
              candidates.qualified().stream()
                  .skip(1)
                  .map(Candidates.Candidate::describe)
                  .toList()));
    }
    if (!candidates.rejected().isEmpty()) {
      text.append("; not: ").append(String.join("; ", candidates.rejected()));
    }
    return text.toString();
  }

  /** Waits until every node in reach was read after the gate closed. */
  private Optional<String> awaitReadings(Operation op) {
    if (!situation.enforces(Guard.READ_AGAIN)) {
      return Optional.empty();
    }
    List<String> unread = new ArrayList<>();
    for (NodeView node : situation.view().nodes()) {
      NodeFacts facts = node.readableFacts().orElse(null);
      boolean fresh =
          facts != null
              && facts.askedNanos() >= op.phaseSinceNanos()
              && !situation.needsReading(facts);
      if (facts != null && !fresh) {
        draft.probe(node);
        unread.add(node.address().toString());
      }
    }
    return unread.isEmpty()
        ? Optional.empty()
        : Optional.of("reading the offsets of " + String.join(", ", unread) + " again");
  }

  /**
   * Waits until no proxy in another process may still act on the reign that ends: each says so, or
   * its lease runs out.
   */
  private Optional<String> awaitOutputs() {
    Outputs outputs = situation.view().outputs();
    boolean told = situation.journal().published().primary().isEmpty();
    if (!outputs.elsewhere()) {
      return Optional.empty();
    }
    if (!told) {
      return Optional.of("telling every proxy to let go of the old primary");
    }
    long wait = outputs.waitNanos(situation.now());
    return wait == 0
        ? Optional.empty()
        : Optional.of(
            "waiting until every proxy has let go of the old primary, or its lease is over");
  }

  /**
   * Waits a little for nodes that may hold more than the best of those that answer. One that was
   * seen in sync vouches for the best, too, which holds no less of the same history.
   */
  private Optional<String> awaitBetter(Operation op, Candidates candidates) {
    if (op.forcedTo().isPresent()) {
      return Optional.empty();
    }
    boolean witnessed = candidates.qualified().stream().anyMatch(Candidates.Candidate::witnessed);
    List<String> missing = new ArrayList<>();
    for (NodeView node : situation.view().nodes()) {
      if (node.reachability().isObedient() || (witnessed && isLost(op, node))) {
        continue;
      }
      boolean dead = node.reachability() instanceof Reachability.Refused && witnessed;
      var patience =
          witnessed ? situation.policy().candidateWait() : situation.policy().startWait();
      if (!dead && !situation.isPast(op.phaseSinceNanos(), patience)) {
        draft.probe(node);
        missing.add(node.address() + " " + node.reachability().describe(situation.now()));
      }
    }
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            candidates.qualified().getFirst().describe()
                + " could be promoted, but others may hold more data: "
                + String.join("; ", missing));
  }

  /**
   * Whether the node is the one that is being replaced, or what came after it. Where nobody was
   * seen in sync, as after a start of all servers, its file may hold more than all others.
   */
  private static boolean isLost(Operation op, NodeView node) {
    return op.from()
        .filter(from -> node.isRun(from.runId()) || node.address().equals(from.address()))
        .isPresent();
  }

  private String startOverOrWait(Operation op, Candidates candidates) {
    if (op.forcedTo().isPresent()
        && situation.isPast(op.phaseSinceNanos(), situation.policy().startWait())) {
      draft.force(Optional.empty());
      draft.note(op.forcedTo().get() + " could not be promoted, so any other may be");
    }
    if (!op.failed().isEmpty()) {
      if (situation.isPast(op.phaseSinceNanos(), situation.policy().retryAfter())) {
        draft.newRound();
      }
    } else {
      Optional<NodeView> blank = nothingLeftToLose();
      Optional<String> unproven = blank.flatMap(b -> Ballot.blankObjection(situation));
      if (unproven.isPresent()) {
        situation.view().nodes().forEach(draft::probe);
        return unproven.get();
      }
      Optional<String> rival = blank.flatMap(b -> situation.rival());
      if (rival.isPresent()) {
        situation.view().nodes().forEach(draft::probe);
        return "every node of the group is back and all are empty, but " + rival.get();
      }
      if (blank.isPresent()) {
        return promote(
            blank.get(),
            "every node of the group is back and all are empty, so that going on loses nothing");
      }
    }
    for (NodeView node : situation.view().nodes()) {
      draft.probe(node);
    }
    return "no node may be promoted, so the group stays without a primary: "
        + String.join("; ", candidates.rejected());
  }

  /** The node to go on with when all are there and none holds anything. */
  private Optional<NodeView> nothingLeftToLose() {
    boolean allBlank =
        situation.view().nodes().stream()
            .allMatch(
                n ->
                    situation.mayOrder(n)
                        && n.readableFacts().filter(NodeFacts::isEmpty).isPresent());
    if (!allBlank) {
      return Optional.empty();
    }
    return situation
        .journal()
        .reign()
        .flatMap(r -> situation.view().at(r.primary().address()))
        .or(() -> situation.view().nodes().stream().findFirst());
  }

  /** Looks how the promotion ended; empty means that another choice is to be made at once. */
  private Optional<String> awaitPromotion() {
    Operation op = draft.operation();
    Node target = op.target().orElseThrow();
    NodeView node = situation.view().at(target.address()).orElse(null);
    Operation.StepRecord step = op.newestStepOf(target.runId()).orElse(null);
    if (step == null) {
      // The keeper died between planning and sending: nothing was sent to this run.
      draft.candidateFailed(target.runId(), op.promoteMayHaveRun());
      return Optional.empty();
    }
    NodeFacts facts =
        node == null
            ? null
            : node.readableFacts().filter(f -> f.runId().equals(target.runId())).orElse(null);
    boolean confirmed = step.state() == Operation.StepRecord.State.DONE;
    if (confirmed || (facts != null && carriesThisPromotion(facts))) {
      return Optional.of(crown(op, target, facts));
    }
    if (step.state() == Operation.StepRecord.State.FAILED) {
      draft.candidateFailed(target.runId(), op.mayHavePromoted());
      return Optional.empty();
    }
    return awaitUnknown(op, step, node, facts);
  }

  private Optional<String> awaitUnknown(
      Operation op, Operation.StepRecord step, @Nullable NodeView node, @Nullable NodeFacts facts) {
    Node target = step.order().node();
    SentOrder open = draft.journal().orderFor(target.runId()).orElse(null);
    boolean anotherRun = node != null && node.readableFacts().isPresent() && facts == null;
    if (open == null && facts != null && !situation.needsReading(facts)) {
      draft.neverRan(step);
      draft.candidateFailed(target.runId(), draft.operation().mayHavePromoted());
      return Optional.empty();
    }
    boolean outOfPatience =
        open != null
            && open.state() != SentOrder.State.SENT
            && situation.isPast(
                op.phaseSinceNanos(), situation.policy().actionDeadline().multipliedBy(2));
    if (anotherRun || outOfPatience) {
      draft.candidateFailed(target.runId(), true);
      return Optional.empty();
    }
    if (node != null) {
      draft.probe(node);
    }
    return Optional.of(
        "the promotion of " + target.address() + " was sent; how it ended is being found out");
  }

  private boolean carriesThisPromotion(NodeFacts facts) {
    return facts.upstream().isEmpty()
        && facts
            .mark()
            .filter(m -> m.owner().equals(situation.journal().owner()))
            .filter(m -> m.epoch().equals(situation.journal().epoch()))
            .isPresent();
  }

  private String crown(Operation op, Node target, @Nullable NodeFacts facts) {
    Epoch epoch = draft.journal().epoch();
    Optional<Reign> old = draft.journal().reign();
    RunId runId = target.runId();
    NodeFacts known =
        facts != null
            ? facts
            : situation.view().withRun(runId).flatMap(NodeView::facts).orElse(null);
    var history =
        known != null
            ? known.replication().id()
            : old.map(Reign::history)
                .orElseThrow(() -> new IllegalStateException("nothing is known of " + target));
    long offset = known != null ? known.replication().offset() : 0;
    String loss =
        old.map(situation::seenOffset)
            .filter(seen -> known != null && seen > offset)
            .map(seen -> "; up to " + (seen - offset) + " bytes of the old primary's are lost")
            .orElse("");
    String verb =
        switch (op.kind()) {
          case ADOPTION -> " is primary";
          case FAILOVER -> " was promoted";
          case SWITCHOVER -> " took over";
        };
    String reason = target.address() + verb + " in epoch " + epoch + loss + ". Why: " + op.reason();
    Reign begun = Reign.begun(epoch, target, history, offset, situation.now());
    Optional<Reign> other = old.filter(o -> !o.history().equals(history));
    draft.crown(
        known != null && other.isPresent()
            ? begun.after(other.get().history(), known.replication())
            : begun,
        reason);
    return reason;
  }
}
