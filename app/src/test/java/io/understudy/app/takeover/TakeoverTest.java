package io.understudy.app.takeover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.ProgramProcess;
import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.proxy.backend.Transport;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code understudy run --takeover} while clients write, with {@code coordinator: local}. */
class TakeoverTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration SOON = Duration.ofMillis(500);
  private static final int STAYING = 3;
  private static final int SOME_WRITES = 200;

  @TempDir private Path folder;
  private final Ports.Reserved port = Ports.reserve();
  private final Ports.Reserved admin = Ports.reserve();
  private final Address address = new Address("127.0.0.1", port.port());

  /**
   * What is written while a feed changes hands has to fit the servers' backlog, or the feed needs a
   * snapshot. On a busy machine that is more than their default of a megabyte.
   */
  private final ReplicaSet servers =
      ReplicaSet.start(ServerVersion.usual(), 1, "--repl-backlog-size", "256mb");

  private final Clients clients = new Clients(address);

  @BeforeEach
  void begin() throws IOException {
    write("");
  }

  @AfterEach
  void end() {
    clients.close();
    servers.close();
    port.close();
    admin.close();
  }

  private void write(String more) throws IOException {
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups:
          - name: orders
            nodes: [%s]
        proxy: { listeners: [{ bind: "%s", group: orders }%s] }
        failover: { downAfter: 1s }
        admin: { bind: "127.0.0.1:%d" }
        """
            .formatted(
                servers.nodes().stream()
                    .map(node -> node.address().toString())
                    .collect(Collectors.joining(", ")),
                address,
                more,
                admin.port()));
  }

  private ProgramProcess run(String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of("run"));
    words.addAll(List.of(options));
    return ProgramProcess.start(folder, Map.of(), words);
  }

  private void awaitService() {
    Eventually.holds("it serves", () -> ask(address, "SET", "k", "v").equals(new Reply.Text("OK")));
  }

  private static Reply ask(Address address, String... words) throws IOException {
    try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
      return connection.ask(words);
    }
  }

  private static void says(ProgramProcess program, String text) {
    Eventually.holds("it says: " + text, () -> program.err().contains(text));
  }

  private void awaitWrites() {
    long stayed = clients.staying();
    long came = clients.coming();
    Eventually.holds(
        "clients write",
        () ->
            clients.staying() > stayed + SOME_WRITES && clients.coming() > came + SOME_WRITES / 10);
  }

  private void assertNothingWasLost() throws IOException {
    assertThat(clients.failures()).isEmpty();
    long wrote = clients.staying() + clients.coming();
    assertThat(count("staying") + count("coming")).isBetween(wrote, wrote + clients.unknown());
  }

  private long count(String key) throws IOException {
    return Long.parseLong(((Reply.Text) ask(address, "GET", key)).text());
  }

  @Test
  void shouldHandOverWithoutRefusingOrCuttingAConnection() throws Exception {
    try (ProgramProcess old = run()) {
      awaitService();
      clients.stay(STAYING);
      clients.come();
      awaitWrites();
      try (ProgramProcess fresh = run("--takeover")) {
        says(old, "process " + fresh.pid() + " has taken over");
        awaitWrites(); // Those that stay, through the old one; those that come, through the new
        // one.
        assertThat(old.isAlive()).isTrue();
        Eventually.holds(
            "the admin port moves",
            () -> explained().contains("process " + old.pid() + " decides until it has ended"));

        // The new one is asked, the old one does it, and the clients of both go to the new primary.
        // Asked again when it was called off, as it is when this machine has no time for it.
        Eventually.holds(
            "the switchover is done",
            () -> switchover().out().contains(servers.replica(0).address() + " is primary"));
        assertThat(servers.replica(0).info("role")).isEqualTo("master");
        awaitWrites();
        assertThat(old.isAlive()).isTrue();

        clients.leave();
        ProgramProcess.Ended ended = old.await();
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).contains("the last client is gone");
        says(fresh, "this one decides from now on");
        clients.end();
        assertNothingWasLost();
        assertThat(clients.unknown()).isZero();

        // It is a keeper like any other.
        says(fresh, "orders: steady");
        servers.replica(0).kill9();
        Eventually.holds(
            "the first is primary again", () -> servers.primary().info("role").equals("master"));
        assertThat(ask(address, "SET", "k", "after")).isEqualTo(new Reply.Text("OK"));
        fresh.terminate();
        assertThat(fresh.await().exitCode()).isZero();
      }
    }
  }

  @Test
  void shouldFailOverInBothWhileTheOldOneDrains() throws Exception {
    try (ProgramProcess old = run()) {
      awaitService();
      clients.stay(STAYING);
      clients.come();
      try (ProgramProcess fresh = run("--takeover")) {
        says(old, "process " + fresh.pid() + " has taken over");
        awaitWrites();
        RedisServer dead = servers.primary();
        dead.kill9();
        Eventually.holds(
            "the replica is primary", () -> servers.replica(0).info("role").equals("master"));
        awaitWrites(); // Through both processes, to the new primary.
        dead.restartWithData();
        Eventually.holds("the old primary is a replica", () -> dead.info("role").equals("slave"));
        assertThat(old.isAlive()).isTrue();
        clients.leave();
        assertThat(old.await().exitCode()).isZero();
        says(fresh, "this one decides from now on");
        clients.end();
        assertThat(clients.failures()).isEmpty();
        assertThat(count("staying") + count("coming"))
            .isLessThanOrEqualTo(clients.staying() + clients.coming() + clients.unknown());
      }
    }
  }

  @Test
  void shouldGoOnWhenTheOldOneIsKilledWhileItDrains() throws Exception {
    try (ProgramProcess old = run()) {
      awaitService();
      try (ProgramProcess fresh = run("--takeover");
          RespConnection open = RespConnection.open(address, TIMEOUT)) {
        says(old, "process " + fresh.pid() + " has taken over");
        clients.come(); // To the new one, all of them: nobody is to lose a request by the kill.
        assertThat(open.ask("PING")).isEqualTo(new Reply.Text("PONG"));
        old.kill();
        says(fresh, "this one decides from now on");
        awaitComing();
        says(fresh, "orders: steady");
        servers.primary().kill9();
        Eventually.holds(
            "the replica is primary", () -> servers.replica(0).info("role").equals("master"));
        awaitComing();
        clients.end();
        assertThat(clients.failures()).isEmpty();
      }
    }
  }

  @Test
  void shouldHoldRequestsWhileTheOldOneStandsStill() throws Exception {
    try (ProgramProcess old = run()) {
      awaitService();
      try (RespConnection open = RespConnection.open(address, TIMEOUT);
          ProgramProcess fresh = run("--takeover")) {
        says(old, "process " + fresh.pid() + " has taken over");
        assertThat(open.ask("PING")).isEqualTo(new Reply.Text("PONG"));
        signal(old, "STOP"); // It decides, and may promote another node when it wakes up.
        Eventually.holds("requests wait", () -> !answers());
        signal(old, "CONT");
        Eventually.holds("requests go on", TakeoverTest.this::answers);
        signal(old, "STOP");
        Eventually.holds("requests wait", () -> !answers());
        old.kill();
        says(fresh, "this one decides from now on");
        Eventually.holds("requests go on", TakeoverTest.this::answers);
      }
    }
  }

  private static void signal(ProgramProcess program, String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(program.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Whether a write is answered soon; one that waits is not. */
  private boolean answers() throws IOException {
    try (RespConnection connection = RespConnection.open(address, SOON)) {
      return connection.ask("SET", "k", "v").equals(new Reply.Text("OK"));
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  private void awaitComing() {
    long came = clients.coming();
    Eventually.holds("new clients write", () -> clients.coming() > came + SOME_WRITES / 10);
  }

  @Test
  void shouldServeAgainWhenTheNewOneIsKilledOrToldToEnd() throws Exception {
    try (ProgramProcess old = run()) {
      awaitService();
      clients.stay(STAYING);
      try (ProgramProcess killed = run("--takeover")) {
        says(old, "process " + killed.pid() + " has taken over");
        killed.kill();
        says(old, "process " + killed.pid() + " is gone: this one serves by itself again");
        assertThat(ask(address, "SET", "k", "v")).isEqualTo(new Reply.Text("OK"));
        Eventually.holds("the admin port is back", () -> !explained().isEmpty());
      }
      try (ProgramProcess ended = run("--takeover")) {
        Eventually.holds("it answers", () -> explained().contains("process " + old.pid()));
        ended.terminate();
        says(old, "process " + ended.pid() + " is told to end: this one serves by itself again");
        assertThat(ended.await().exitCode()).isZero();
        assertThat(ask(address, "SET", "k", "v")).isEqualTo(new Reply.Text("OK"));
      }
      try (ProgramProcess fresh = run("--takeover", "--drain-deadline", "0")) {
        // The clients are still there when the time is over.
        ProgramProcess.Ended ended = old.await();
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).contains("the time is over for " + STAYING + " clients");
        says(fresh, "this one decides from now on");
        assertThat(ask(address, "SET", "k", "v")).isEqualTo(new Reply.Text("OK"));
      }
      clients.end();
    }
  }

  @Test
  void shouldLeaveTheOldOneUntouchedWhenItCannotBe() throws Exception {
    ProgramProcess.Ended none = ended("--takeover");
    assertThat(none.exitCode()).isEqualTo(3);
    assertThat(none.err()).contains("no understudy that could be taken over from runs here");
    try (ProgramProcess old = run();
        Ports.Reserved other = Ports.reserve();
        ServerSocket taken = new ServerSocket(other.port())) {
      awaitService();
      says(old, "status is answered");
      Path file = folder.resolve("understudy.yaml");
      String good = Files.readString(file);
      refused(2, "groups: 7\n", "understudy.yaml:1: groups");
      refused(3, good.replace("orders", "carts"), "it has the groups [orders]");
      // Elsewhere epoll takes its place.
      if (Transport.IO_URING.available() == Transport.IO_URING) {
        refused(
            3,
            good.replace("proxy: {", "proxy: { transport: io_uring,"),
            "only proxy.transport: epoll");
      }
      write(", { bind: \"127.0.0.1:" + taken.getLocalPort() + "\", group: orders }");
      refused(3, Files.readString(file), "is in use");
      refused(3, good.replace(":" + admin.port(), ":" + taken.getLocalPort()), "admin.bind");
      Files.writeString(file, good);
      assertThat(ended("--drain-deadline", "-1").exitCode()).isEqualTo(2);
      assertThat(ask(address, "PING")).isEqualTo(new Reply.Text("PONG"));
      assertThat(old.err()).doesNotContain("has taken over");
    }
  }

  private void refused(int exitCode, String configuration, String why) throws Exception {
    Files.writeString(folder.resolve("understudy.yaml"), configuration);
    ProgramProcess.Ended ended = ended("--takeover");
    assertThat(ended.err()).contains(why);
    assertThat(ended.exitCode()).isEqualTo(exitCode);
    assertThat(ended.err().lines()).hasSize(1);
  }

  private ProgramProcess.Ended ended(String... options) throws Exception {
    try (ProgramProcess program = run(options)) {
      return program.await();
    }
  }

  @Test
  void shouldOpenAndCloseListenersAsTheNewConfigurationSays() throws Exception {
    try (Ports.Reserved second = Ports.reserve();
        Ports.Reserved third = Ports.reserve()) {
      write(", { bind: \"127.0.0.1:" + second.port() + "\", group: orders }");
      try (ProgramProcess old = run()) {
        awaitService();
        clients.stay(STAYING);
        awaitService();
        write(", { bind: \"127.0.0.1:" + third.port() + "\", group: orders }");
        try (ProgramProcess fresh = run("--takeover");
            ProgramProcess late = run("--takeover")) {
          // Of two at once one is refused, whichever.
          Eventually.holds("one has taken over", () -> old.err().contains("has taken over"));
          Eventually.holds("one is refused", () -> !fresh.isAlive() || !late.isAlive());
          ProgramProcess.Ended refused = (fresh.isAlive() ? late : fresh).await();
          assertThat(refused.exitCode()).isEqualTo(3);
          assertThat(refused.err()).contains("takes over from it already");
          Address dropped = new Address("127.0.0.1", second.port());
          Address added = new Address("127.0.0.1", third.port());
          Eventually.holds(
              "the new listener serves", () -> ask(added, "PING").equals(new Reply.Text("PONG")));
          Eventually.holds("the other is closed", () -> !connects(dropped));
          clients.end();
          assertThat(clients.failures()).isEmpty();
          assertThat(old.await().exitCode()).isZero();
        }
      }
    }
  }

  @Test
  void shouldMoveFeedsWithoutANewSnapshot() throws Exception {
    try (RedisServer part = RedisServer.start(ServerVersion.usual());
        Ports.Reserved feed = Ports.reserve()) {
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          replication:
            - source: orders
              state: feeds
              feeds: [{ listen: "127.0.0.1:%d", prefix: "a" }]
          """
              .formatted(feed.port()),
          StandardOpenOption.APPEND);
      try (ProgramProcess old = run()) {
        awaitService();
        clients.stay(STAYING);
        part.command("REPLICAOF", "127.0.0.1", Integer.toString(feed.port()));
        part.awaitLinkUp();
        assertThat(ask(address, "SET", "a1", "before")).isEqualTo(new Reply.Text("OK"));
        Eventually.holds("it arrives", () -> part.command("GET", "a1").equals("before"));
        String snapshots = servers.primary().info("sync_full");
        try (ProgramProcess fresh = run("--takeover")) {
          says(old, "process " + fresh.pid() + " has taken over");
          assertThat(ask(address, "SET", "a1", "after")).isEqualTo(new Reply.Text("OK"));
          Eventually.holds("it arrives", () -> part.command("GET", "a1").equals("after"));
          assertThat(servers.primary().info("sync_full"))
              .as("snapshots of the source; the new process said: %s", fresh.err())
              .isEqualTo(snapshots);
          assertThat(old.isAlive()).isTrue();
          clients.end();
          assertThat(clients.failures()).isEmpty();
        }
      }
    }
  }

  private static boolean connects(Address address) {
    try (RespConnection _ = RespConnection.open(address, TIMEOUT)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private ProgramProcess.Ended switchover() throws Exception {
    return ProgramProcess.run(
        folder,
        "switchover",
        "-c",
        "understudy.yaml",
        "-a",
        "127.0.0.1:" + admin.port(),
        "--to",
        servers.replica(0).address().toString(),
        "orders");
  }

  private String explained() throws Exception {
    return ProgramProcess.run(folder, "explain", "-a", "127.0.0.1:" + admin.port(), "orders").out();
  }
}
