package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Relay;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A primary that has nothing to say to its replicas is not silent. */
class IdleTest {
  @Test
  void shouldNotFailOverWhenOnlyTheKeeperIsCutOffFromAnIdlePrimary() {
    try (var primary = RedisServer.start(ServerVersion.usual());
        var relay = Relay.to(primary.address());
        var replica = replicaOf(relay.address())) {
      replica.awaitLinkUp();
      int replication = relay.connectionCount();
      try (var watched =
          Watched.at(List.of(relay.address(), replica.address()), Watched.KeeperSettings.QUICK)) {
        watched.await("it is published", () -> watched.current().replicas().size() == 1);
        // Only behind the keeper's own setting, which comes with the promotion, does this one stay.
        watched.await(
            "the keeper made it ping each second",
            () -> pingSeconds(watched, relay).equals(OptionalLong.of(1)));
        primary.command("CONFIG", "SET", "repl-ping-replica-period", "10");
        watched.await(
            "the keeper read it", () -> pingSeconds(watched, relay).equals(OptionalLong.of(10)));

        relay.holdConnectionsAfter(replication);
        watched.await(
            "it has been silent for several times downAfter",
            () ->
                watched.reachability(relay.address()) instanceof Reachability.Silent silent
                    && System.nanoTime() - silent.sinceNanos()
                        > 4 * Watched.KeeperSettings.QUICK.policy().downAfter().toNanos());

        watched.awaitRule("blind");
        assertThat(watched.rules()).doesNotContain("silent");
        assertThat(watched.current().epoch().number()).isEqualTo(1);
      }
    }
  }

  private static RedisServer replicaOf(Address upstream) {
    return RedisServer.start(
        ServerVersion.usual(), "--replicaof", upstream.host(), Integer.toString(upstream.port()));
  }

  private static OptionalLong pingSeconds(Watched watched, Relay relay) {
    return watched
        .status()
        .view()
        .flatMap(view -> view.at(relay.address()))
        .flatMap(NodeView::facts)
        .map(NodeFacts::pingSeconds)
        .orElse(OptionalLong.empty());
  }
}
