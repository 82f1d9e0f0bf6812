package io.understudy.failover.sim;

import io.understudy.failover.decide.Reign;
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
    return Optional.empty();
  }

  /** A server that forgot its history when it restarted cannot prove whose data it holds. */
  static boolean unrelated(SimServer server, Reign reign) {
    return !server.replId.equals(reign.history().value())
        && !server.formerReplId.equals(reign.history().value());
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
}
