package io.understudy.app.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.ProgramProcess;
import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code slowlog}, {@code hotkeys} and {@code bigkeys} of a running program. */
class SightingsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  void shouldTellOfSlowRequestsAndOfHotAndBigKeys() throws Exception {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Ports.Reserved port = Ports.reserve();
        Ports.Reserved admin = Ports.reserve()) {
      Address listener = new Address("127.0.0.1", port.port());
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - { name: orders, nodes: [%s] }
            - { name: carts, nodes: ["127.0.0.1:1"] }
          proxy:
            listeners: [{ bind: "%s", group: orders }]
            slowlog: { time: 0ms, entries: 50 }
          admin: { bind: "127.0.0.1:%d" }
          """
              .formatted(server.address(), listener, admin.port()));
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"));
          RespConnection client = connected(listener)) {
        assertThat(client.ask("SET", "a key\n", "v".repeat(30_000)))
            .isEqualTo(new Reply.Text("OK"));
        client.ask("AUTH", "nobody", "very-secret");
        client.ask("GET", "plain");

        assertThat(ask("slowlog").out())
            .contains("set \"a key\\x0a\" ... (1 more)", "auth ... (2 more)", "get plain", "orders")
            .doesNotContain("very-secret");
        assertThat(ask("slowlog", "orders", "--top", "1").out().lines()).hasSize(1);
        assertThat(ask("slowlog", listener.toString(), "--json").out())
            .contains("\"key\" : \"a key\\\\x0a\"", "\"command\" : \"auth\"")
            .doesNotContain("very-secret");
        assertThat(ask("slowlog", "carts").out()).isEqualTo("no slow request\n");
        assertThat(ask("hotkeys", "orders").out()).contains("a key\\x0a");
        assertThat(ask("hotkeys", "orders", "--json").out()).contains("\"share\" : ");
        assertThat(ask("bigkeys", "orders").out()).contains("request of set", "a key\\x0a");
        assertThat(ask("bigkeys", "orders", "--json").out()).contains("\"of\" : \"request\"");
        assertThat(program.isAlive()).isTrue();
        ProgramProcess.Ended wrong = ask("bigkeys", "baskets");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).isEqualTo("there is no group 'baskets'; groups: orders, carts\n");
      }
    }
  }

  private RespConnection connected(Address listener) {
    List<RespConnection> open = new ArrayList<>();
    Eventually.holds(
        "it serves",
        () -> {
          try {
            RespConnection connection = RespConnection.open(listener, TIMEOUT);
            open.add(connection);
            return connection.ask("PING").equals(new Reply.Text("PONG"));
          } catch (IOException e) {
            return false;
          }
        });
    return open.getLast();
  }

  private ProgramProcess.Ended ask(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-c", "understudy.yaml"));
    return ProgramProcess.run(folder, all.toArray(String[]::new));
  }
}
