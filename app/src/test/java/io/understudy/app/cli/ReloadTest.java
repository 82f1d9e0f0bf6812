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
import java.util.ArrayList;
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

          write(server, listener(first), admin.port(), "failover: { state: elsewhere }");
          program.hangUp();
          Eventually.holds(
              "it says what waits",
              () -> program.err().contains("failover.state stays as it was until a restart"));
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

  @Test
  void shouldLetGroupsComeAndGoWhileOthersStayUntouched() throws Exception {
    try (RedisServer one = RedisServer.start(ServerVersion.usual());
        RedisServer two = RedisServer.start(ServerVersion.usual());
        Ports.Reserved first = Ports.reserve();
        Ports.Reserved second = Ports.reserve();
        Ports.Reserved admin = Ports.reserve()) {
      Address stays = new Address("127.0.0.1", first.port());
      Address comes = new Address("127.0.0.1", second.port());
      write(admin, group("orders", one, stays));
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        Eventually.holds("it serves", () -> pings(stays));
        try (RespConnection open = RespConnection.open(stays, TIMEOUT)) {
          assertThat(open.ask("SET", "k", "v")).isEqualTo(new Reply.Text("OK"));

          write(admin, group("orders", one, stays), group("carts", two, comes));
          ProgramProcess.Ended trial = understudy("reload", "--dry-run");
          assertThat(trial.out())
              .isEqualTo(
                  "group carts is looked after from now on\nlistener " + comes + " is open\n");
          assertThat(pings(comes)).isFalse();
          assertThat(understudy("reload").out()).isEqualTo(trial.out());
          Eventually.holds("the new group is served", () -> pings(comes));
          assertThat(understudy("status").out()).contains("carts");

          Files.writeString(folder.resolve("understudy.yaml"), broken(admin));
          ProgramProcess.Ended mistake = understudy("reload");
          assertThat(mistake.exitCode()).isEqualTo(1);
          assertThat(mistake.out()).startsWith("nothing was changed:\n").contains("groups[0]");

          // A node that another group has is refused, and nothing is changed.
          write(
              admin,
              group("orders", one, stays),
              group("carts", two, comes),
              group("baskets", two, comes));
          assertThat(understudy("reload").exitCode()).isEqualTo(1);

          write(admin, group("orders", one, stays));
          assertThat(understudy("reload").out())
              .contains("group carts is looked after until its clients are gone")
              .contains("listener " + comes + " is closed");
          Eventually.holds(
              "it is let go of", () -> program.err().contains("carts: is looked after no more"));
          assertThat(pings(comes)).isFalse();
          assertThat(understudy("status").out()).doesNotContain("carts");
          assertThat(understudy("reload", "--dry-run").out())
              .isEqualTo("nothing else than secrets is read again\n");
          assertThat(program.err())
              .as("nothing was read")
              .doesNotContain("secrets were read again");
          assertThat(understudy("reload").out())
              .isEqualTo("nothing else than secrets is read again\n");
          Eventually.holds(
              "now they were", () -> program.err().contains("secrets were read again"));
          // It is the same connection.
          assertThat(open.ask("GET", "k")).isEqualTo(new Reply.Text("v"));
        }
        two.command("SET", "still", "there");
      }
    }
  }

  @Test
  void shouldOpenTheFirstListenerAndCloseTheLast() throws Exception {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Ports.Reserved port = Ports.reserve();
        Ports.Reserved admin = Ports.reserve()) {
      Address address = new Address("127.0.0.1", port.port());
      Part served = group("orders", server, address);
      Part unserved = new Part(served.group(), "");
      write(admin, unserved);
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        Eventually.holds("it runs", () -> program.err().contains("status is answered at"));
        for (int round = 0; round < 2; round++) {
          write(admin, served);
          ProgramProcess.Ended trial = understudy("reload", "--dry-run");
          assertThat(trial.out()).isEqualTo("listener " + address + " is open\n");
          assertThat(pings(address)).isFalse();
          assertThat(understudy("reload").out()).isEqualTo(trial.out());
          Eventually.holds("it serves", () -> pings(address));
          try (RespConnection open = RespConnection.open(address, TIMEOUT)) {
            assertThat(open.ask("SET", "k", "v")).isEqualTo(new Reply.Text("OK"));
            write(admin, unserved);
            assertThat(understudy("reload").out())
                .startsWith("listener " + address + " is closed; its clients, ");
            assertThat(pings(address)).isFalse();
            Eventually.holds("it is let go", () -> isClosed(open));
          }
        }
        assertThat(program.err()).doesNotContain("Exception");
      }
    }
  }

  @Test
  void shouldTakeTheTokenThatIsWrittenNow() throws Exception {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Ports.Reserved admin = Ports.reserve()) {
      write(admin, new Part(group("orders", server, server.address()).group(), ""));
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        Eventually.holds("it runs", () -> program.err().contains("status is answered at"));
        Path token = folder.resolve("understudy-state/admin-token");
        String old = Files.readString(token).strip();
        assertThat(reloadWith(old, admin).exitCode()).isZero();
        Files.writeString(token, "another\n");
        assertThat(reloadWith("another", admin).exitCode()).isZero();
        ProgramProcess.Ended refused = reloadWith(old, admin);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("changes need the token");
        assertThat(program.err()).doesNotContain("another", old);
      }
    }
  }

  private ProgramProcess.Ended reloadWith(String token, Ports.Reserved admin) throws Exception {
    try (ProgramProcess asking =
        ProgramProcess.start(
            folder,
            Map.of("UNDERSTUDY_TOKEN", token),
            List.of("reload", "--dry-run", "-a", "127.0.0.1:" + admin.port()))) {
      return asking.await();
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

  /** A group and its listener, each a line of the file. */
  private record Part(String group, String listener) {}

  private static Part group(String name, RedisServer server, Address listener) {
    return new Part(
        "  - { name: " + name + ", nodes: [" + server.address() + "] }\n",
        "    - { bind: \"" + listener + "\", group: " + name + " }\n");
  }

  private void write(Ports.Reserved admin, Part... parts) throws IOException {
    StringBuilder text = new StringBuilder("groups:\n");
    List.of(parts).forEach(part -> text.append(part.group()));
    List<String> listeners =
        List.of(parts).stream().map(Part::listener).filter(line -> !line.isEmpty()).toList();
    text.append("proxy:\n  drain: 300ms\n");
    text.append(listeners.isEmpty() ? "" : "  listeners:\n" + String.join("", listeners));
    text.append("admin: { bind: \"127.0.0.1:" + admin.port() + "\" }\n");
    Files.writeString(folder.resolve("understudy.yaml"), text.toString());
  }

  private static String broken(Ports.Reserved admin) {
    return "groups: [{ name: 7x7! }]\nadmin: { bind: \"127.0.0.1:" + admin.port() + "\" }\n";
  }

  /** The command takes admin address and token from a copy of the file, which may be broken. */
  private ProgramProcess.Ended understudy(String... arguments) throws Exception {
    Path right = folder.resolve("right.yaml");
    if (!Files.exists(right)) {
      Files.copy(folder.resolve("understudy.yaml"), right);
    }
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-c", "right.yaml"));
    return ProgramProcess.run(folder, all.toArray(String[]::new));
  }

  private static boolean pings(Address address) {
    try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
      return connection.ask("PING") instanceof Reply.Text;
    } catch (IOException e) {
      return false;
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
