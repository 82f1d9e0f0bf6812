package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.view.Reachability;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Relay;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever is at an address, it is told and nothing is thrown. */
class ReportedStatesTest {
  @EachServer
  void shouldTellThatAServerIsInClusterMode(ServerVersion version) {
    try (var server = RedisServer.start(version, "--cluster-enabled", "yes");
        var watched = Watched.over(List.of(server))) {
      watched.await(
          "it is told", () -> watched.reachability(server) instanceof Reachability.ClusterMode);
    }
  }

  @Test
  void shouldTellThatAServerIsTooOld() {
    try (var server = RedisServer.start(ServerVersion.tooOld());
        var watched = Watched.over(List.of(server))) {
      watched.await(
          "it is told", () -> watched.reachability(server) instanceof Reachability.TooOld);

      watched.await(
          "the decision names it and the remedy",
          () ->
              watched
                  .status()
                  .decision()
                  .reason()
                  .contains(
                      server.address() + " is too old: Redis 2.8.19; upgrade it to 6.0 or newer"));
      assertThat(watched.status().decision().reason()).doesNotContain("\n");
      assertThat(watched.current().primary()).isEmpty();
    }
  }

  @Test
  void shouldTellThatANameDoesNotResolve() {
    var nowhere = new Address("no-such-host.invalid", 6379);
    try (var watched = Watched.at(List.of(nowhere), Watched.KeeperSettings.QUICK)) {
      watched.await(
          "it is told", () -> watched.reachability(nowhere) instanceof Reachability.Unresolvable);
    }
  }

  @Test
  void shouldTellThatSomethingElseListensThere() throws IOException {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var address = new Address("127.0.0.1", other.getLocalPort());
      Thread.ofVirtual().start(() -> answerAsAWebServer(other));
      try (var watched = Watched.at(List.of(address), Watched.KeeperSettings.QUICK)) {
        watched.await(
            "it is told", () -> watched.reachability(address) instanceof Reachability.NotRedis);
      }
    }
  }

  private static void answerAsAWebServer(ServerSocket socket) {
    while (!socket.isClosed()) {
      try (var client = socket.accept()) {
        byte[] request = new byte[1024];
        while (client.getInputStream().read(request) >= 0) {
          byte[] answer = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
          client.getOutputStream().write(answer);
        }
      } catch (IOException e) {
        // The keeper hung up, or the test is over.
      }
    }
  }

  @Test
  void shouldNotFailOverWhenOnlyTheKeeperIsCutOff() {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1, "--repl-ping-replica-period", "1");
        var relay = Relay.to(set.primary().address())) {
      // Its replica follows the relay too, so that both speak of the same address.
      set.replica(0)
          .command("REPLICAOF", relay.address().host(), Integer.toString(relay.address().port()));
      set.replica(0).awaitLinkUp();
      int before = relay.connectionCount();
      var nodes = List.of(relay.address(), set.replica(0).address());
      try (var watched = Watched.at(nodes, Watched.KeeperSettings.QUICK)) {
        watched.await("it is published", () -> watched.current().replicas().size() == 1);

        relay.holdConnectionsAfter(before);
        Eventually.holds(
            "it stays so for longer than downAfter",
            () ->
                // Writes go on, so the replica goes on hearing from the primary.
                set.primary().command("INCR", "writes") != null
                    && watched.reachability(relay.address()) instanceof Reachability.Silent silent
                    && System.nanoTime() - silent.sinceNanos()
                        > 2 * Watched.KeeperSettings.QUICK.policy().downAfter().toNanos());

        assertThat(watched.rules()).contains("blind");
        assertThat(watched.current().epoch().number()).isEqualTo(1);
        assertThat(set.primary().info("role")).isEqualTo("master");
      }
    }
  }
}
