package io.understudy.failover.decide;

import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import java.util.List;
import java.util.Optional;

/**
 * A change of primary that takes several steps. A group has at most one, and any later keeper can
 * go on with it from what is written here.
 *
 * @param id the journal's number for it; never used twice in a group
 * @param kind what it is to achieve
 * @param rule the rule that started it
 * @param reason why it was started, with the evidence
 * @param from the primary that is to be replaced; empty when there was none
 * @param phase what is being done
 * @param phaseSinceNanos when that began, on the clock of the running process
 * @param target the node being promoted or marked; present from {@link Phase#PROMOTE} on
 * @param failed runs that refused promotion in this round, not to be tried again in it
 * @param promoteMayHaveRun whether any promotion was ever sent that is not certain not to have run;
 *     then there is no way back to {@code from}
 * @param steps what was done so far, oldest first
 * @param startedWallMillis when it began, for a person
 */
public record Operation(
    long id,
    Kind kind,
    String rule,
    String reason,
    Optional<Node> from,
    Phase phase,
    long phaseSinceNanos,
    Optional<Node> target,
    List<RunId> failed,
    boolean promoteMayHaveRun,
    List<StepRecord> steps,
    long startedWallMillis) {

  /** How many steps are kept; older ones are dropped from the front. */
  public static final int MAX_STEPS = 64;

  public Operation {
    failed = List.copyOf(failed);
    steps =
        steps.size() <= MAX_STEPS
            ? List.copyOf(steps)
            : List.copyOf(steps.subList(steps.size() - MAX_STEPS, steps.size()));
  }

  /** What an operation is to achieve. */
  public enum Kind {
    /** Another node becomes primary. */
    FAILOVER,
    /** A node that is primary already is marked and published. */
    ADOPTION
  }

  /** What an operation is doing. */
  public enum Phase {
    /** Every node that can be reached is being made to follow nothing, so that nothing moves. */
    GATE,
    /** The nodes are read again, and the best is chosen. */
    CHOOSE,
    /** The chosen one is being promoted, or marked. */
    PROMOTE
  }

  /**
   * One order of an operation.
   *
   * @param order its id
   * @param what what was ordered, in words
   * @param node the run it was given to
   * @param state how it went
   * @param detail what is known of its end; empty while nothing is
   */
  public record StepRecord(long order, String what, Node node, State state, String detail) {

    /** How a step went. */
    public enum State {
      SENT,
      DONE,
      FAILED,
      UNKNOWN
    }
  }
}
