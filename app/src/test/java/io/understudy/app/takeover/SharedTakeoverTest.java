package io.understudy.app.takeover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.ProgramProcess;
import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import io.understudy.zookeeper.EmbeddedZookeeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code understudy run --takeover} of a keeper among several, and of a proxy that only follows.
 */
class SharedTakeoverTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int STAYING = 2;
  private static final int SOME_WRITES = 100;

  @TempDir private Path folder;

  @Test
  void shouldHandOverAKeeperAndAFollowerBesideIt() throws Exception {
    try (Ports.Reserved ensemble = Ports.reserve();
        Ports.Reserved port = Ports.reserve();
        Ports.Reserved admin = Ports.reserve();
        Ports.Reserved followerPort = Ports.reserve();
        Ports.Reserved followerAdmin = Ports.reserve();
        EmbeddedZookeeper _ =
            EmbeddedZookeeper.alone(
                new Address("127.0.0.1", ensemble.port()), folder.resolve("zookeeper"));
        ReplicaSet servers = ReplicaSet.start(ServerVersion.usual(), 1)) {
      String keeper = "coordinator: zookeeper, keeper: { id: k1, members: [k1] }";
      write("keeper", servers, port, admin, keeper, ensemble);
      write("follower", servers, followerPort, followerAdmin, "coordinator: follow", ensemble);
      Clients atKeeper = new Clients(address(port));
      Clients atFollower = new Clients(address(followerPort));
      try (atKeeper;
          atFollower;
          ProgramProcess oldKeeper = run("keeper");
          ProgramProcess oldFollower = run("follower")) {
        for (Clients each : List.of(atKeeper, atFollower)) {
          Eventually.holds("it serves", () -> sets(each == atKeeper ? port : followerPort));
          each.stay(STAYING);
          each.come();
        }
        try (ProgramProcess keeperNow = run("keeper", "--takeover");
            ProgramProcess followerNow = run("follower", "--takeover")) {
          says(oldKeeper, "process " + keeperNow.pid() + " has taken over");
          says(oldFollower, "process " + followerNow.pid() + " has taken over");
          awaitWrites(atKeeper);
          awaitWrites(atFollower);
          says(keeperNow, "orders: steady");

          // All four processes follow, two of them draining.
          servers.primary().kill9();
          Eventually.holds("the replica is primary", () -> isPrimary(servers.replica(0)));
          awaitWrites(atKeeper);
          awaitWrites(atFollower);

          atKeeper.leave();
          atFollower.leave();
          assertThat(oldKeeper.await().exitCode()).isZero();
          assertThat(oldFollower.await().exitCode()).isZero();
          awaitComing(atKeeper);
          awaitComing(atFollower);
          atKeeper.end();
          atFollower.end();
          assertThat(atKeeper.failures()).isEmpty();
          assertThat(atFollower.failures()).isEmpty();
        }
      }
    }
  }

  private static boolean isPrimary(RedisServer server) {
    return server.info("role").equals("master");
  }

  private static Address address(Ports.Reserved port) {
    return new Address("127.0.0.1", port.port());
  }

  private static boolean sets(Ports.Reserved port) throws IOException {
    try (RespConnection connection = RespConnection.open(address(port), TIMEOUT)) {
      return connection.ask("SET", "k", "v").equals(new Reply.Text("OK"));
    }
  }

  private void write(
      String name,
      ReplicaSet servers,
      Ports.Reserved port,
      Ports.Reserved admin,
      String failover,
      Ports.Reserved ensemble)
      throws IOException {
    Files.writeString(
        folder.resolve(name + ".yaml"),
        """
        groups:
          - name: orders
            nodes: [%s]
        proxy: { listeners: [{ bind: "%s", group: orders }] }
        failover:
          { downAfter: 1s, %s, zookeeper: { connect: "127.0.0.1:%d", session: 4s } }
        admin: { bind: "127.0.0.1:%d" }
        """
            .formatted(
                servers.nodes().stream()
                    .map(node -> node.address().toString())
                    .collect(Collectors.joining(", ")),
                address(port),
                failover,
                ensemble.port(),
                admin.port()));
  }

  private ProgramProcess run(String name, String... options) throws IOException {
    return ProgramProcess.start(
        folder,
        Map.of(),
        Stream.concat(Stream.of("run", "-c", name + ".yaml"), Stream.of(options)).toList());
  }

  private static void says(ProgramProcess program, String text) {
    Eventually.holds("it says: " + text, () -> program.err().contains(text));
  }

  private static void awaitWrites(Clients clients) {
    long stayed = clients.staying();
    Eventually.holds("clients write", () -> clients.staying() > stayed + SOME_WRITES);
    awaitComing(clients);
  }

  private static void awaitComing(Clients clients) {
    long came = clients.coming();
    Eventually.holds("new clients write", () -> clients.coming() > came + SOME_WRITES / 10);
  }
}
