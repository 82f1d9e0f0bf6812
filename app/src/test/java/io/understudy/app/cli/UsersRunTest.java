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

/** {@code understudy run} with users that the server does not know. */
class UsersRunTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  void shouldLetUsersOfTheFileInAndRotateTheirPasswords() throws Exception {
    try (RedisServer server =
            RedisServer.start(ServerVersion.usual(), "--requirepass", "group-secret");
        Ports.Reserved listener = Ports.reserve();
        Ports.Reserved admin = Ports.reserve()) {
      Files.writeString(folder.resolve("shop.secret"), "first-secret\n");
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - { name: orders, nodes: [%s], auth: { password: group-secret } }
          proxy:
            listeners:
              - bind: 127.0.0.1:%d
                group: orders
                users:
                  - { name: shop, password: file:shop.secret, rules: "on ~orders:* +@all" }
                  - { name: idle, rules: "off" }
          admin: { bind: "127.0.0.1:%d" }
          """
              .formatted(server.address(), listener.port(), admin.port()));
      assertThat(ProgramProcess.run(folder, "check", "understudy.yaml").out())
          .contains(", to user shop, user idle (off), by its primary");
      Address address = new Address("127.0.0.1", listener.port());
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        Eventually.holds("shop may write", () -> writes(address, "first-secret"));
        try (RespConnection open = RespConnection.open(address, TIMEOUT)) {
          open.ask("AUTH", "shop", "first-secret");
          assertThat(open.ask("SET", "other", "1").toString()).contains("NOPERM");
          Files.writeString(folder.resolve("shop.secret"), "second-secret\n");
          program.hangUp();
          Eventually.holds("the new password opens", () -> writes(address, "second-secret"));
          assertThat(writes(address, "first-secret")).isFalse();
          Eventually.holds("who logged in with the old one is closed", () -> isClosed(open));
        }
        program.terminate();
        var ended = program.await();
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).doesNotContain("first-secret", "second-secret", "group-secret");
      }
    }
  }

  private static boolean isClosed(RespConnection connection) {
    try {
      connection.ask("PING");
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean writes(Address address, String password) {
    try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
      return connection.ask("AUTH", "shop", password) instanceof Reply.Text
          && connection.ask("SET", "orders:1", "1") instanceof Reply.Text;
    } catch (IOException e) {
      return false;
    }
  }
}
