package io.understudy.app.cli;

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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code understudy run} that is told by SIGHUP to read its configuration again. */
class ReloadTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir private Path folder;

  private void write(RedisServer server, String listeners, int admin, String more)
      throws IOException {
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups:
          - name: orders
            nodes: [%s]
            auth: { password: "file:secret" }
        proxy: { listeners: [%s] }
        admin: { bind: "127.0.0.1:%d" }
        %s
        """
            .formatted(server.address(), listeners, admin, more));
  }

  private static String listener(Ports.Reserved port) {
    return "{ bind: \"127.0.0.1:" + port.port() + "\", group: orders }";
  }

  @Test
  void shouldFollowTheFileWithoutDroppingAConnection() throws Exception {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Ports.Reserved first = Ports.reserve();
        Ports.Reserved second = Ports.reserve();
        Ports.Reserved admin = Ports.reserve()) {
      server.command("CONFIG", "SET", "requirepass", "old");
      Files.writeString(folder.resolve("secret"), "old\n");
      write(server, listener(first), admin.port(), "");
      Address old = new Address("127.0.0.1", first.port());
      Address fresh = new Address("127.0.0.1", second.port());
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        Eventually.holds("it serves", () -> pings(old, "old"));
        try (RespConnection open = RespConnection.open(old, TIMEOUT)) {
          open.ask("AUTH", "old");

          Files.writeString(folder.resolve("understudy.yaml"), "groups: 7\n");
          program.hangUp();
          Eventually.holds(
              "the mistake is told", () -> program.err().contains("nothing was changed"));

          write(server, listener(first) + ", " + listener(second), admin.port(), "");
          program.hangUp();
          Eventually.holds("the new listener serves", () -> pings(fresh, "old"));

          // The password changes: at the server, in the file, and then for the program.
          server.command("CONFIG", "SET", "requirepass", "new");
          Files.writeString(folder.resolve("secret"), "new\n");
          program.hangUp();
          Eventually.holds("the new password opens", () -> pings(fresh, "new"));

          write(server, listener(first), admin.port(), "failover: { downAfter: 9s }");
          program.hangUp();
          Eventually.holds(
              "it says what waits",
              () -> program.err().contains("failover stays as it was until a restart"));
          Eventually.holds("the listener is gone", () -> !pings(fresh, "new"));
          // It is the same connection; the servers know its first password no more.
          assertThat(open.ask("AUTH", "new")).isEqualTo(new Reply.Text("OK"));
          assertThat(open.ask("PING")).isEqualTo(new Reply.Text("PONG"));
        }
        program.terminate();
        var ended = program.await();
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).contains("listener 127.0.0.1:" + second.port() + " is open");
      }
    }
  }

  private static boolean pings(Address address, String password) {
    try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
      return connection.ask("AUTH", password) instanceof Reply.Text
          && connection.ask("PING") instanceof Reply.Text;
    } catch (IOException e) {
      return false;
    }
  }
}
