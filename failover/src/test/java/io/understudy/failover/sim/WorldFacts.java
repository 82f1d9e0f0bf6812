package io.understudy.failover.sim;

import io.understudy.failover.decide.Reign;
import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import io.understudy.topology.Node;
import io.understudy.topology.Role;
import io.understudy.topology.RunId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is true in the world at one instant; it needs no memory of what happened before. */
final class WorldFacts {
  private WorldFacts() {}

  /** Why it is not yet well; empty when it is. */
  static Optional<String> unwell(World world) {
    SimKeeper keeper = world.keepers.getFirst();
    Node primary = keeper.feed().primary().orElse(null);
    if (primary == null) {
      return Optional.of("no primary is published");
    }
    SimServer server = world.serverAt(primary.address().port());
    if (!server.runId.equals(primary.runId()) || server.role != Role.PRIMARY) {
      return Optional.of(primary + " is published but does not serve");
    }
    if (server.data.mark.filter(m -> m.epoch().equals(keeper.feed().epoch())).isEmpty()) {
      return Optional.of(server.name + " carries " + server.data.mark);
    }
    for (SimServer other : world.servers) {
      boolean follows =
          other == server
              || (other.role == Role.REPLICA
                  && other.link != null
                  && other.link.isUp()
                  && other.link.comesFrom(server));
      if (!follows) {
        return Optional.of(other.name + " does not replicate from " + server.name);
      }
    }
    return world.places.misplaced();
  }

  /** A server that forgot its history when it restarted cannot prove whose data it holds. */
  static boolean unrelated(SimServer server, Reign reign) {
    return !server.replId.equals(reign.history().value())
        && !server.formerReplId.equals(reign.history().value());
  }

  /**
   * Whether some voter is gone, removed, filled with other data or hard to reach, so that a
   * failover may have to wait for it.
   */
  static boolean votersAreMissing(World world, long sinceNanos) {
    SimKeeper keeper = world.keepers.getFirst();
    Reign reign = keeper.journal().reign().orElse(null);
    if (reign == null) {
      return false;
    }
    return reign.electorates().stream()
        .flatMap(electorate -> electorate.voters().stream())
        .anyMatch(
            voter ->
                world.newcomers.members().stream()
                    .noneMatch(
                        s ->
                            s.isRun(voter)
                                && s.isWell()
                                // While the group was left alone it may have been filled anew.
                                && !unrelated(s, reign)
                                && !keeper.isPaused(s.address)
                                && s.listenedSince(sinceNanos)
                                && world.network.wasOpenSince(keeper.name(), s.name, sinceNanos)));
  }

  /**
   * Whether of some publication no replica can be made to follow nothing, so that an output without
   * the coordinator may go on by it.
   */
  static boolean witnessesAreMissing(World world, long sinceNanos) {
    SimKeeper keeper = world.keepers.getFirst();
    return keeper.journal().reign().stream()
        .flatMap(reign -> reign.witnesses().stream())
        .anyMatch(
            replicas ->
                world.newcomers.members().stream()
                    .noneMatch(
                        s ->
                            replicas.contains(s.address)
                                && s.isWell()
                                && !keeper.isPaused(s.address)
                                && s.listenedSince(sinceNanos)
                                && world.network.wasOpenSince(keeper.name(), s.name, sinceNanos)));
  }

  static boolean replicated(SimServer replica, SimServer old, long sinceNanos) {
    return replica.lastUpNanos > sinceNanos
        && (replica.upstreamPort == old.address.port() || replica.upstreamPort == 0);
  }

  static @Nullable RunId failedInThisRound(SimKeeper keeper, SimServer other) {
    return keeper
        .journal()
        .operation()
        .flatMap(op -> op.failed().stream().filter(other.runId::equals).findFirst())
        .orElse(null);
  }

  static int lastSeenPriority(SimKeeper keeper, SimServer server) {
    return keeper.monitors.stream()
        .filter(m -> m.server == server)
        .flatMap(m -> m.view().facts().stream())
        .map(NodeFacts::priority)
        .findFirst()
        .orElse(0);
  }

  /** When a server's link was last seen up; or the reign's beginning, when it had all of that. */
  static long lastInTouch(SimKeeper keeper, NodeFacts facts, SimServer server) {
    long up = facts.linkUpNanos().orElseThrow();
    return keeper
        .journal()
        .reign()
        .filter(r -> server.replId.equals(r.history().value()) || isAtItsOrigin(r, server))
        .filter(r -> server.offset >= r.seenOffset())
        .map(r -> Math.max(up, r.sinceNanos()))
        .orElse(up);
  }

  /** Whether a server holds the beginning of a reign, under the history that it continued. */
  private static boolean isAtItsOrigin(Reign reign, SimServer server) {
    return reign
        .origin()
        .filter(o -> o.history().value().equals(server.replId) && server.offset <= o.endOffset())
        .isPresent();
  }

  /** Which of replicas without data is to be the first primary is a person's choice. */
  static boolean neverBegan(World world) {
    return world.keepers.getFirst().journal().reign().isEmpty()
        && world.servers.stream().allMatch(s -> s.role == Role.REPLICA && s.data.isEmpty());
  }

  /** Whether a server was seen to be filled by the primary of a reign, whatever its history is. */
  static boolean isHeir(SimKeeper keeper, Reign reign, SimServer server) {
    boolean seen =
        keeper.monitors.stream()
            .filter(m -> m.server == server)
            .flatMap(m -> m.view().facts().stream())
            .anyMatch(f -> f.seenUp() && f.runId().equals(server.runId));
    return seen
        && server.everUp
        // While a group is left alone, another run may have filled it at the same address.
        && server.filledBy.equals(reign.primary().runId())
        && server
            .data
            .mark
            .filter(new EpochMark(reign.epoch(), keeper.owner())::equals)
            .isPresent();
  }

  /** Nothing can be saved when no server holds anything. */
  static boolean allWereBlank(World world, SimServer primary) {
    return primary.data.isEmpty()
        && world.newcomers.members().stream().allMatch(s -> s.alive && s.data.isEmpty());
  }
}
