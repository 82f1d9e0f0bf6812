package io.understudy.failover.sim;

import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.Operation;
import io.understudy.failover.decide.Reign;
import io.understudy.failover.decide.Step;
import io.understudy.failover.view.GroupView;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Role;
import java.util.List;

/** The invariants about what a keeper chose, given what it saw when it chose. */
final class Choices {
  private Choices() {}

  /**
   * Judges a step that changes something.
   *
   * @param begun whether any primary was made or marked in this run before
   */
  static void judge(World world, GroupView view, GroupJournal before, Step step, boolean begun) {
    aliveIsNotDead(world, view, before, step);
    if (!begun) {
      step.decision().actions().stream()
          .filter(Choices::makesPrimary)
          .map(Action.Order.class::cast)
          .forEach(order -> firstPrimary(world, view, order));
    }
  }

  static boolean beginsFailover(GroupJournal before, Step step) {
    return before.operation().isEmpty()
        && step.journal()
            .operation()
            .filter(op -> op.kind() == Operation.Kind.FAILOVER && op.forcedTo().isEmpty())
            .isPresent();
  }

  static boolean makesPrimary(Action action) {
    return action instanceof Action.Mark || action instanceof Action.Promote;
  }

  /** I8: a primary that answers, with whatever error, is not failed over. */
  private static void aliveIsNotDead(World world, GroupView view, GroupJournal before, Step step) {
    Reign reign = before.reign().orElse(null);
    if (reign == null || !beginsFailover(before, step)) {
      return;
    }
    SimServer server = world.serverAt(reign.primary().address().port());
    boolean complains =
        view.at(reign.primary().address())
            .map(NodeView::reachability)
            .filter(
                r ->
                    r instanceof Reachability.NoAuth
                        || r instanceof Reachability.NoPerm
                        || r instanceof Reachability.Misconf
                        || r instanceof Reachability.Busy)
            .isPresent();
    if (complains
        && server.isRun(reign.primary().runId())
        && !server.stopped
        && server.role == Role.PRIMARY) {
      throw new Violation("I8", server.name + " only complains, and is failed over");
    }
  }

  /**
   * I4: the first primary has all that others in sight had, unless the operator chose otherwise.
   */
  private static void firstPrimary(World world, GroupView view, Action.Order order) {
    if (world.policy.onConflict() == FailoverPolicy.OnConflict.FRESHEST) {
      return;
    }
    SimServer chosen = world.serverAt(order.node().address().port());
    for (NodeView node : view.nodes()) {
      boolean claims =
          node.readableFacts().filter(f -> f.role() == Role.PRIMARY && !f.isEmpty()).isPresent();
      SimServer other = world.serverAt(node.address().port());
      if (claims
          && node.isRun(other.runId)
          && other.role == Role.PRIMARY
          && !chosen.data.writes.containsAll(other.data.writes)) {
        throw new Violation(
            "I4",
            chosen.name + " becomes the first primary, and " + other.name + " held other data");
      }
    }
  }

  /** Whether two primaries hold different data, and the keeper was told to leave that to people. */
  static boolean isConflict(World world) {
    List<SimServer> claiming =
        world.servers.stream().filter(s -> s.role == Role.PRIMARY && !s.data.isEmpty()).toList();
    return world.policy.onConflict() == FailoverPolicy.OnConflict.REFUSE
        && world.keepers.getFirst().journal().reign().isEmpty()
        && claiming.stream()
            .noneMatch(
                s ->
                    claiming.stream()
                        .allMatch(
                            other ->
                                s.data.writes.containsAll(other.data.writes) && shows(s, other)));
  }

  /**
   * Whether histories and offsets show that one server holds all that another does: data that is
   * equal by chance cannot be told from data that is not.
   */
  private static boolean shows(SimServer server, SimServer other) {
    boolean further = server.replId.equals(other.replId) && server.offset >= other.offset;
    boolean leftBehind =
        server.formerReplId.equals(other.replId) && server.formerEnd - 1 >= other.offset;
    boolean promotedInVain =
        other.formerReplId.equals(server.replId)
            && other.offset < other.formerEnd
            && server.offset >= other.offset;
    return further || leftBehind || promotedInVain;
  }
}
