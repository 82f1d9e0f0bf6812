package io.understudy.failover.sim;

import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.Operation;
import io.understudy.failover.decide.Reign;
import io.understudy.topology.Role;

/** The invariants that hold a keeper to what was plain to see when it acted, or did not. */
final class PlainSight {
  private static final long SECOND = 1_000_000_000L;

  private PlainSight() {}

  /** I8: nothing is changed by a keeper that alone cannot see a primary that others see. */
  static void primaryWasAlive(World world, SimKeeper keeper, Action.Promote promote, Reign reign) {
    SimServer old = world.serverAt(reign.primary().address().port());
    Operation op = keeper.journal().operation().orElse(null);
    if (op == null || !old.runId.equals(reign.primary().runId()) || !old.isWell()) {
      return;
    }
    long since = op.startedWallMillis() * 1_000_000 - Checks.PLAIN;
    boolean alive =
        old.lastTroubleNanos < since
            && old.role == Role.PRIMARY
            && !old.runId.equals(promote.node().runId());
    if (!alive || keeper.lastTroubleNanos > since) {
      return;
    }
    for (SimServer replica : world.servers) {
      boolean witness =
          replica != old
              && replica.listenedSince(since)
              && world.network.wasOpenSince(old.name, replica.name, since)
              && world.network.wasOpenSince(keeper.name(), replica.name, since)
              && WorldFacts.replicated(replica, old, since);
      if (witness) {
        throw new Violation(
            "I8",
            promote.node().address()
                + " is promoted although "
                + old.name
                + " is alive and "
                + replica.name
                + " hears it");
      }
    }
  }

  /** I7, when a replica is about to give up its data for an image. */
  static void replicaWipes(World world, SimServer replica, SimServer from, Dataset image) {
    boolean member = world.newcomers.members().contains(replica);
    if (!image.isEmpty() || replica.data.isEmpty() || !member) {
      return;
    }
    SimKeeper keeper = world.keepers.getFirst();
    long since = from.killedNanos - SECOND / 2;
    Reign reign = keeper.journal().reign().orElse(null);
    boolean keeperSaw =
        keeper.isRunning()
            && !keeper.isGroupPaused()
            && !keeper.isPaused(replica.address)
            && keeper.lastTroubleNanos < since
            && replica.listenedSince(since)
            && from.lastDeniedNanos < since
            && reign != null
            && reign.primary().address().equals(from.address)
            && reign.sinceNanos() < since
            // Another keeper's servers are not this one's to save.
            && replica.data.mark.filter(m -> m.owner().equals(keeper.owner())).isPresent()
            && world.network.wasOpenSince(keeper.name(), replica.name, since)
            && world.network.wasOpenSince(keeper.name(), from.name, since)
            && from.killedNanos > 0
            && world.keepers.stream().filter(SimKeeper::isRunning).count() == 1;
    if (keeperSaw) {
      throw new Violation("I7", replica.name + " is emptied by the empty restart of " + from.name);
    }
  }
}
