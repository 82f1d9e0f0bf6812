package io.understudy.failover.sim;

import io.understudy.failover.decide.Operation;
import io.understudy.failover.decide.Reign;
import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import java.util.Set;

/** I6 and I4, when a promotion runs: whether another server should have been promoted, or none. */
final class Rivals {
  private Rivals() {}

  static void judge(
      World world, SimKeeper keeper, SimServer server, Reign reign, Set<Long> acknowledged) {
    cutOffTooLong(world, keeper, server);
    betterWasInReach(world, keeper, server, reign, acknowledged);
  }

  private static void cutOffTooLong(World world, SimKeeper keeper, SimServer server) {
    Operation op = keeper.journal().operation().orElse(null);
    NodeFacts facts =
        keeper.monitors.stream()
            .filter(m -> m.server == server)
            .flatMap(m -> m.view().facts().stream())
            .findFirst()
            .orElse(null);
    if (op == null || facts == null || facts.linkUpNanos().isEmpty() || op.from().isEmpty()) {
      return;
    }
    long apart = op.lostNanos() - WorldFacts.lastInTouch(keeper, facts, server);
    if (apart > world.policy.maxLagTime().toNanos()) {
      throw new Violation(
          "I6", server.name + " was cut off for " + apart / 1_000_000_000L + " s and is promoted");
    }
  }

  /** The best of those in reach: nobody else that was plain to see holds more of the history. */
  private static void betterWasInReach(
      World world, SimKeeper keeper, SimServer chosen, Reign reign, Set<Long> acknowledged) {
    long now = world.time.nowNanos();
    EpochMark ofReign = new EpochMark(reign.epoch(), keeper.owner());
    for (SimServer other : world.newcomers.members()) {
      boolean inReach =
          other != chosen
              && other.isWell()
              && world.places.mayLead(other)
              && !keeper.isPaused(other.address)
              && other.listenedSince(now - Checks.PLAIN)
              && keeper.lastTroubleNanos < now - Checks.PLAIN
              && world.network.wasOpenSince(keeper.name(), other.name, now - Checks.PLAIN)
              && keeper.journal().orderFor(other.runId).isEmpty()
              && !other.runId.equals(reign.primary().runId())
              && WorldFacts.failedInThisRound(keeper, other) == null
              && withinLimits(world, keeper, other);
      if (inReach
          && other.data.origin.equals(chosen.data.origin)
          && acknowledgedIn(other, acknowledged) > acknowledgedIn(chosen, acknowledged)
          && (isFurther(other, chosen) || isOfTheReign(ofReign, other, chosen))) {
        throw new Violation(
            "I4",
            chosen.name
                + " at offset "
                + chosen.offset
                + " is promoted although "
                + other.name
                + " at "
                + other.offset
                + " could be");
      }
    }
  }

  static boolean withinLimits(World world, SimKeeper keeper, SimServer other) {
    Operation op = keeper.journal().operation().orElse(null);
    NodeFacts facts =
        keeper.monitors.stream()
            .filter(m -> m.server == other)
            .flatMap(m -> m.view().facts().stream())
            .findFirst()
            .orElse(null);
    return op != null
        && facts != null
        && facts.linkUpNanos().isPresent()
        && op.lostNanos() - WorldFacts.lastInTouch(keeper, facts, other)
            < world.policy.maxLagTime().toNanos();
  }

  private static long acknowledgedIn(SimServer server, Set<Long> acknowledged) {
    return server.data.writes.stream().filter(acknowledged::contains).count();
  }

  private static boolean isFurther(SimServer other, SimServer chosen) {
    return other.replId.equals(chosen.replId) && other.offset > chosen.offset;
  }

  /** Whether one was filled by the primary of the reign, and the other never followed it. */
  private static boolean isOfTheReign(EpochMark mark, SimServer other, SimServer chosen) {
    return other.everUp
        && other.data.mark.filter(mark::equals).isPresent()
        && chosen.data.mark.filter(mark::equals).isEmpty()
        && other.offset >= chosen.offset;
  }
}
