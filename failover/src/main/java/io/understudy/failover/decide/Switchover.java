package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Advances a planned change of primary: hold requests, let what is under way be answered, wait
 * until the target has everything, gate the old primary, see that the target has its very last
 * byte, promote.
 *
 * <p>Until the gate is ordered it can be called off and nothing has changed. After it, whatever
 * goes wrong becomes a failover among nodes that no longer move: the old primary is one of them,
 * and holds the most. A keeper that dies on the way leaves no writer, never two.
 */
final class Switchover {
  /** How long requests that were sent may take to be answered before the change is called off. */
  static final Duration DRAIN_WAIT = Duration.ofMillis(500);

  /** The same where proxies of other processes are told, and answer, through a coordinator. */
  static final Duration REMOTE_DRAIN_WAIT = Duration.ofSeconds(2);

  /** After so long with offsets that differ, somebody else writes: writes are refused then. */
  static final Duration FENCE_AFTER = Duration.ofMillis(60);

  /** How long the target may take to get what the old primary has. */
  static final Duration EQUAL_WAIT = Duration.ofSeconds(1);

  /** How long the target may take to show the last bytes after the gate closed. */
  static final Duration LAST_BYTES_WAIT = Duration.ofMillis(300);

  private final Situation situation;
  private final Draft draft;
  private final Node old;
  private final Node target;

  private Switchover(Situation situation, Draft draft) {
    this.situation = situation;
    this.draft = draft;
    this.old = draft.operation().from().orElseThrow();
    this.target = draft.operation().target().orElseThrow();
  }

  /** Whether the operation is at a step that is this one's to advance. */
  static boolean owns(Operation op) {
    return op.kind() == Operation.Kind.SWITCHOVER && op.phase() != Operation.Phase.PROMOTE;
  }

  /** Advances the operation of the draft and says where it stands. */
  static String advance(Situation situation, Draft draft) {
    return new Switchover(situation, draft).advance();
  }

  private String advance() {
    Operation.Phase phase = draft.operation().phase();
    if (phase == Operation.Phase.UNFENCE) {
      return liftAndEnd();
    }
    if (situation.journal().published().retiring().isEmpty() && phase != Operation.Phase.HOLD) {
      return giveUp("the keeper was started again in the middle of it");
    }
    if (isLost(old)) {
      // Whether it is dead is not for this keeper alone to say.
      return giveUp(old.address() + " was lost");
    }
    if (isLost(target)) {
      return giveUp(target.address() + " was lost");
    }
    boolean gating =
        phase == Operation.Phase.CHECK && stateOfNewest(old) == Operation.StepRecord.State.SENT;
    if (isExcluded(target) && !gating) {
      return giveUp(target.address() + " has replica-priority 0 by now");
    }
    return switch (phase) {
      case HOLD -> hold();
      case EQUAL -> equal();
      case FENCE -> fence();
      case CHECK -> check();
      case GATE, CHOOSE, PROMOTE, UNFENCE ->
          throw new IllegalStateException("not a switchover's own step: " + phase);
    };
  }

  private String hold() {
    draft.retire(
        draft.operation().reason() + "; requests wait until " + target.address() + " takes them");
    boolean told = situation.journal().published().retiring().isPresent();
    if (told && situation.view().drained()) {
      draft.enter(Operation.Phase.EQUAL, Optional.of(target));
      return equal();
    }
    Duration patience = situation.view().outputs().elsewhere() ? REMOTE_DRAIN_WAIT : DRAIN_WAIT;
    if (situation.isPast(draft.operation().phaseSinceNanos(), patience)) {
      return giveUp(
          situation.view().outputs().waitNanos(situation.now()) > 0
              ? "a proxy did not say within " + patience.toMillis() + " ms that it holds requests"
              : "requests that were sent to "
                  + old.address()
                  + " were not answered within "
                  + patience.toMillis()
                  + " ms: a slow command, or a transaction that a client keeps open");
    }
    probe(); // so that the first reading after it already shows whether anybody else writes
    return "requests wait; those that were sent to " + old.address() + " are being answered";
  }

  private String equal() {
    NodeFacts from = factsSince(old, draft.operation().phaseSinceNanos());
    NodeFacts to = factsSince(target, draft.operation().phaseSinceNanos());
    if (from == null || to == null) {
      return waitOr("the offsets are being read");
    }
    if (to.upstream().filter(u -> u.isAt(old.address())).isEmpty()
        || !to.replication().id().equals(from.replication().id())) {
      return giveUp(target.address() + " no longer replicates from " + old.address());
    }
    long missing = from.replication().offset() - to.replication().offset();
    NodeView node = view(old);
    boolean even =
        (missing == 0 && isStill(from)) || !situation.enforces(Guard.LAST_BYTE_BEFORE_SWITCH);
    if (even && node != null && draft.mayOrder(node)) {
      draft.gate(node);
      draft.enter(Operation.Phase.CHECK, Optional.of(target));
      return old.address() + " and " + target.address() + " are equal; it is gated";
    }
    boolean fenced = draft.journal().borrowedOf(old.runId()).isPresent();
    if (!fenced
        && node != null
        && draft.mayOrder(node)
        && situation.isPast(draft.operation().phaseSinceNanos(), FENCE_AFTER)) {
      draft.fence(node, from.minReplicasToWrite().orElse(0));
      draft.enter(Operation.Phase.FENCE, Optional.of(target));
      return "others write to " + old.address() + " directly; it refuses writes from now on";
    }
    return waitOr(
        missing == 0
            ? old.address() + " is looked at once more: nobody may be writing to it"
            : target.address() + " is " + missing + " bytes behind");
  }

  /**
   * Whether its last two readings showed the same offset. Two nodes that are read one after the
   * other look equal now and then although somebody writes all the time, and what such a writer has
   * just written is lost to the target when the gate closes.
   */
  private static boolean isStill(NodeFacts facts) {
    return facts.offsetGrewNanos().orElse(Long.MIN_VALUE) != facts.askedNanos();
  }

  private String fence() {
    Operation.StepRecord.State state = stateOfNewest(old);
    return switch (state) {
      case SENT -> "the fence is on its way to " + old.address();
      case DONE -> {
        draft.enter(Operation.Phase.EQUAL, Optional.of(target));
        yield equal();
      }
      case FAILED, UNKNOWN -> giveUp(old.address() + " could not be made to refuse writes");
    };
  }

  private String check() {
    Operation.StepRecord.State state = stateOfNewest(old);
    if (state == Operation.StepRecord.State.SENT) {
      probe();
      return "the gate is on its way to " + old.address();
    }
    if (state == Operation.StepRecord.State.FAILED) {
      return giveUp(old.address() + " did not take the gate");
    }
    NodeFacts from = factsSince(old, draft.operation().phaseSinceNanos());
    NodeFacts to = factsSince(target, draft.operation().phaseSinceNanos());
    if (from == null || to == null || situation.needsReading(from)) {
      return waitOr("the last offsets are being read");
    }
    if (!from.isGated()) {
      return giveUp(old.address() + " is not gated");
    }
    long missing = from.replication().offset() - to.replication().offset();
    boolean even = missing == 0 || !situation.enforces(Guard.LAST_BYTE_BEFORE_SWITCH);
    NodeView node = view(target);
    if (!even || node == null || !draft.mayOrder(node)) {
      if (!situation.isPast(draft.operation().phaseSinceNanos(), LAST_BYTES_WAIT)) {
        probe();
        return target.address() + " is " + missing + " bytes behind the gated " + old.address();
      }
      return draft.becomeFailover(target.address() + " did not get the last " + missing + " bytes");
    }
    Epoch epoch = draft.takeEpoch(situation.newestEpoch());
    draft.enter(Operation.Phase.PROMOTE, Optional.of(target));
    draft.promote(node, epoch);
    return target.address() + " has every byte of " + old.address() + " and is promoted";
  }

  /** Waits for what is read, within this step's time. */
  private String waitOr(String what) {
    probe();
    return situation.isPast(draft.operation().phaseSinceNanos(), EQUAL_WAIT)
        ? giveUp(what + " for too long")
        : what;
  }

  /**
   * Back to the old primary, which nothing was done to but, perhaps, the fence; after its gate on
   * to the best of all. A gate that may still close makes it one that was deposed, later.
   */
  private String giveUp(String why) {
    if (draft.operation().phase() == Operation.Phase.CHECK
        && stateOfNewest(old) == Operation.StepRecord.State.DONE) {
      return draft.becomeFailover(why);
    }
    draft.enter(Operation.Phase.UNFENCE, Optional.of(target));
    draft.note(why);
    return liftAndEnd();
  }

  /** One that does not answer is not waited for: the fence is lifted when it does. */
  private String liftAndEnd() {
    boolean waits =
        !isLost(old) && !situation.isPast(draft.operation().phaseSinceNanos(), EQUAL_WAIT);
    Optional<String> lifting = waits ? liftFence(situation, draft, old) : Optional.empty();
    if (lifting.isPresent()) {
      return lifting.get();
    }
    String reason =
        "the switchover was called off: " + draft.operation().note().orElse("no reason is known");
    draft.callOff();
    draft.publish(Optional.of(old), List.of(), reason);
    return reason;
  }

  /** Lets the node take writes again, if a switchover forbade it; empty when there is no need. */
  static Optional<String> liftFence(Situation situation, Draft draft, Node node) {
    Optional<Borrowed> borrowed = draft.journal().borrowedOf(node.runId());
    if (borrowed.isEmpty()) {
      return Optional.empty();
    }
    NodeView view = situation.view().withRun(node.runId()).orElse(null);
    if (view == null || view.readableFacts().isEmpty()) {
      return situation.view().at(node.address()).flatMap(NodeView::readableFacts).isPresent()
          ? Optional.empty() // another run is there, which was never fenced
          : Optional.of(node.address() + " is to take writes again once it answers");
    }
    if (draft.mayOrder(view)) {
      draft.unfence(view, borrowed.get().minReplicas());
    } else {
      draft.probe(view);
    }
    return Optional.of(node.address() + " is made to take writes again");
  }

  private Operation.StepRecord.State stateOfNewest(Node node) {
    return draft
        .operation()
        .newestStepOf(node.runId())
        .map(Operation.StepRecord::state)
        .orElse(Operation.StepRecord.State.FAILED);
  }

  private void probe() {
    for (Node node : new Node[] {old, target}) {
      NodeView view = view(node);
      if (view != null) {
        draft.probe(view);
      }
    }
  }

  private @Nullable NodeView view(Node node) {
    return situation.view().withRun(node.runId()).orElse(null);
  }

  private @Nullable NodeFacts factsSince(Node node, long sinceNanos) {
    return situation
        .view()
        .withRun(node.runId())
        .flatMap(NodeView::readableFacts)
        .filter(f -> f.askedNanos() >= sinceNanos)
        .filter(f -> !situation.needsReading(f))
        .orElse(null);
  }

  /** An operator may exclude it while requests are held, or while no keeper runs. */
  private boolean isExcluded(Node node) {
    NodeView view = view(node);
    return situation.enforces(Guard.NEVER_PRIORITY_ZERO)
        && view != null
        && view.readableFacts().filter(facts -> facts.priority() == 0).isPresent();
  }

  /** Dead or silent, not merely between two readings. */
  private boolean isLost(Node node) {
    NodeView view = view(node);
    return view == null
        || view.reachability() instanceof Reachability.Refused
        || view.reachability() instanceof Reachability.Silent;
  }
}
