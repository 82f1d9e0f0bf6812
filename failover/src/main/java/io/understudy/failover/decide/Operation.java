package io.understudy.failover.decide;

import io.understudy.topology.Address;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A change of primary that takes several steps. A group has at most one, and any later keeper can
 * go on with it from what is written here.
 *
 * @param id the journal's number for it; never used twice in a group
 * @param kind what it is to achieve
 * @param rule the rule that started it
 * @param reason why it was started, with the evidence
 * @param from the primary that is to be replaced; empty when there was none
 * @param lostNanos when that one was last known to live, on the clock of the running process
 * @param phase what is being done
 * @param phaseSinceNanos when that began, on the clock of the running process
 * @param target the node being promoted or marked; present from {@link Phase#PROMOTE} on
 * @param failed runs that refused promotion in this round, not to be tried again in it
 * @param promoteMayHaveRun whether any promotion was ever sent that is not certain not to have run;
 *     then there is no way back to {@code from}
 * @param steps what was done so far, oldest first
 * @param startedWallMillis when it began, for a person
 * @param forcedTo the only node that may be promoted, whatever speaks against it, because an
 *     operator said so; empty to choose
 * @param note why it is being called off, or what it became; empty while it goes as planned
 */
public record Operation(
    long id,
    Kind kind,
    String rule,
    String reason,
    Optional<Node> from,
    long lostNanos,
    Phase phase,
    long phaseSinceNanos,
    Optional<Node> target,
    List<RunId> failed,
    boolean promoteMayHaveRun,
    List<StepRecord> steps,
    long startedWallMillis,
    Optional<Address> forcedTo,
    Optional<String> note) {

  /** How many steps are kept; older ones are dropped from the front. */
  public static final int MAX_STEPS = 64;

  public Operation {
    failed = List.copyOf(failed);
    steps =
        steps.size() <= MAX_STEPS
            ? List.copyOf(steps)
            : List.copyOf(steps.subList(steps.size() - MAX_STEPS, steps.size()));
  }

  Operation entering(Phase newPhase, long nowNanos, Optional<Node> newTarget) {
    return changed(
        c -> {
          c.phase = newPhase;
          c.phaseSinceNanos = nowNanos;
          c.target = newTarget;
          c.promoteMayHaveRun |= kind != Kind.ADOPTION && newPhase == Phase.PROMOTE;
        });
  }

  /**
   * Back to the choice among the others; {@code phaseSinceNanos} stays with the gate's end. A
   * switchover whose target failed is a failover from then on.
   */
  Operation withFailed(RunId runId, boolean mayHaveRun) {
    return changed(
        c -> {
          c.kind = kind == Kind.SWITCHOVER ? Kind.FAILOVER : kind;
          c.phase = Phase.CHOOSE;
          c.target = Optional.empty();
          c.failed = Stream.concat(failed.stream(), Stream.of(runId)).distinct().toList();
          c.promoteMayHaveRun = mayHaveRun;
        });
  }

  /** A switchover that went wrong after the gate: the best of all nodes, the old primary too. */
  Operation asFailover(String why, long nowNanos) {
    return changed(
        c -> {
          c.kind = Kind.FAILOVER;
          c.phase = Phase.GATE;
          c.phaseSinceNanos = nowNanos;
          c.lostNanos = nowNanos;
          c.target = Optional.empty();
          c.note = Optional.of(why);
        });
  }

  Operation withNote(String why) {
    return changed(c -> c.note = Optional.of(why));
  }

  /** Restricted to one node, or no longer so. */
  Operation forcedTo(Optional<Address> only) {
    return changed(c -> c.forcedTo = only);
  }

  Operation withoutFailed(long nowNanos) {
    return changed(
        c -> {
          c.phaseSinceNanos = nowNanos;
          c.failed = List.of();
        });
  }

  /**
   * Whether it is a switchover that came from {@code earlier} by nothing but waiting and gates, and
   * whose promotion was not ordered yet.
   */
  boolean onlyGatesSince(Operation earlier) {
    return kind == Kind.SWITCHOVER
        && phase.waitsForSwitch()
        && earlier.phase.waitsForSwitch()
        && withoutGates().equals(earlier.withoutGates());
  }

  private Operation withoutGates() {
    return changed(
        c -> {
          c.phase = Phase.HOLD;
          c.phaseSinceNanos = 0;
          c.steps = steps.stream().filter(s -> !(s.order() instanceof Action.Gate)).toList();
        });
  }

  Operation withStep(StepRecord step) {
    return changed(c -> c.steps = Stream.concat(steps.stream(), Stream.of(step)).toList());
  }

  /** Notes how a step went; a step that is not this operation's changes nothing. */
  Operation withStepState(long order, StepRecord.State state, String detail) {
    return changed(
        c ->
            c.steps =
                steps.stream()
                    .map(
                        s -> s.order().id() == order ? new StepRecord(s.order(), state, detail) : s)
                    .toList());
  }

  /** Whether some promotion was sent that is not certain never to run. */
  boolean mayHavePromoted() {
    return steps.stream()
        .anyMatch(s -> s.order() instanceof Action.Promote && s.state() != StepRecord.State.FAILED);
  }

  /** The newest step that was given to a run. */
  Optional<StepRecord> newestStepOf(RunId runId) {
    return steps.reversed().stream()
        .filter(s -> s.order().node().runId().equals(runId))
        .findFirst();
  }

  /** The same for a process that begins now: what was sent before got its reply elsewhere. */
  Operation resumedAt(long nowNanos) {
    return changed(
        c -> {
          c.lostNanos = nowNanos;
          c.phaseSinceNanos = nowNanos;
          c.steps = steps.stream().map(StepRecord::inDoubt).toList();
        });
  }

  private Operation changed(Consumer<Copy> change) {
    var copy = new Copy(this);
    change.accept(copy);
    return copy.operation(this);
  }

  /** What changes of an operation, while it is being changed; never seen outside one call. */
  private static final class Copy {
    private Kind kind;
    private long lostNanos;
    private Phase phase;
    private long phaseSinceNanos;
    private Optional<Node> target;
    private List<RunId> failed;
    private boolean promoteMayHaveRun;
    private List<StepRecord> steps;
    private Optional<Address> forcedTo;
    private Optional<String> note;

    Copy(Operation of) {
      kind = of.kind;
      lostNanos = of.lostNanos;
      phase = of.phase;
      phaseSinceNanos = of.phaseSinceNanos;
      target = of.target;
      failed = of.failed;
      promoteMayHaveRun = of.promoteMayHaveRun;
      steps = of.steps;
      forcedTo = of.forcedTo;
      note = of.note;
    }

    Operation operation(Operation of) {
      return new Operation(
          of.id,
          kind,
          of.rule,
          of.reason,
          of.from,
          lostNanos,
          phase,
          phaseSinceNanos,
          target,
          failed,
          promoteMayHaveRun,
          steps,
          of.startedWallMillis,
          forcedTo,
          note);
    }
  }

  /** What an operation is to achieve. */
  public enum Kind {
    /** Another node becomes primary. */
    FAILOVER,
    /** A node that is primary already is marked and published. */
    ADOPTION,
    /** Another node becomes primary without any loss. */
    SWITCHOVER
  }

  /** What an operation is doing. */
  public enum Phase {
    /** Every node that can be reached is being made to follow nothing, so that nothing moves. */
    GATE,
    /** The nodes are read again, and the best is chosen. */
    CHOOSE,
    /** The chosen one is being promoted, or marked. */
    PROMOTE,
    /** Of a switchover: requests wait, and what was sent before is being answered. */
    HOLD,
    /** Of a switchover: the target is to have all that the old primary has. */
    EQUAL,
    /** Of a switchover: the old primary is being made to refuse writes. */
    FENCE,
    /** Of a switchover: the old primary is gated, and the target is to have its last byte. */
    CHECK,
    /** Of a switchover that is called off: the old primary is to take writes again. */
    UNFENCE;

    /** Whether it waits for replies and readings, and needs no order but a gate. */
    private boolean waitsForSwitch() {
      return switch (this) {
        case HOLD, EQUAL, CHECK -> true;
        case GATE, CHOOSE, PROMOTE, FENCE, UNFENCE -> false;
      };
    }
  }

  /**
   * One order of an operation.
   *
   * @param order what was ordered
   * @param state how it went
   * @param detail what is known of its end; empty while nothing is
   */
  public record StepRecord(Action.Order order, State state, String detail) {

    private StepRecord inDoubt() {
      return state == State.SENT ? new StepRecord(order, State.UNKNOWN, detail) : this;
    }

    /** How a step went. */
    public enum State {
      /** Given; nothing is known yet. */
      SENT,
      /** The server confirmed it. */
      DONE,
      /** It was certainly not carried out. */
      FAILED,
      /** Its reply was lost: it may have run, or may run yet. */
      UNKNOWN
    }
  }
}
