package io.understudy.app.cli;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code understudy run} with {@code durability}, from a client's write to a failover. */
class DurableRunTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  void shouldAnswerWritesThatReplicasHaveAndKeepThemThroughAFailover() throws Exception {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 2);
        Ports.Reserved port = Ports.reserve();
        Ports.Reserved admin = Ports.reserve()) {
      List<Address> nodes = set.nodes().stream().map(RedisServer::address).toList();
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - name: orders
              nodes: %s
              durability: { replicas: 1, timeout: 500ms }
          proxy: { listeners: [{ bind: "127.0.0.1:%d", group: orders }] }
          failover: { downAfter: 1s }
          admin: { bind: "127.0.0.1:%d" }
          """
              .formatted(nodes, port.port(), admin.port()));
      Address proxy = new Address("127.0.0.1", port.port());
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        Eventually.holds("a write is answered", () -> isOk(ask(proxy, "SET", "a", "1")));
        var explained =
            ProgramProcess.run(folder, "explain", "orders", "-a", "127.0.0.1:" + admin.port());
        assertThat(explained.out()).contains("a write is acknowledged when 1 of");

        set.replicas().forEach(RedisServer::stop);
        assertThat(ask(proxy, "SET", "a", "2").toString()).contains("NOTREPLICATED");
        set.replicas().forEach(RedisServer::resume);

        Eventually.holds("writes are answered again", () -> isOk(ask(proxy, "SET", "a", "3")));
        set.primary().kill9();
        Eventually.holds(
            "the write is there", () -> ask(proxy, "GET", "a").toString().contains("3"));
        Eventually.holds("the next reign confirms", () -> isOk(ask(proxy, "SET", "a", "4")));
        assertThat(program.err()).doesNotContain("Exception");
      }
    }
  }

  private static Reply ask(Address at, String... command) throws Exception {
    try (RespConnection connection = RespConnection.open(at, TIMEOUT)) {
      return connection.ask(command);
    }
  }

  private static boolean isOk(Reply reply) {
    return reply.toString().contains("OK");
  }
}
