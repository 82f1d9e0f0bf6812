package io.understudy.app.systemd;

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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code understudy run} tells systemd. */
class ServiceTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String WATCHDOG_MICROS = "900000";
  private static final int SEVERAL = 3;

  @TempDir private Path folder;
  private final Ports.Reserved port = Ports.reserve();
  private final Ports.Reserved admin = Ports.reserve();
  private final Address address = new Address("127.0.0.1", port.port());
  private final RedisServer server = RedisServer.start(ServerVersion.usual());

  @BeforeEach
  void begin() throws IOException {
    write("");
  }

  @AfterEach
  void end() {
    server.close();
    port.close();
    admin.close();
  }

  private void write(String more) throws IOException {
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups: [{ name: orders, nodes: [%s] }]
        proxy: { listeners: [{ bind: "%s", group: orders }] }
        admin: { bind: "127.0.0.1:%d" }
        %s
        """
            .formatted(server.address(), address, admin.port(), more));
  }

  private ProgramProcess run(Map<String, String> environment, String... options)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("run"));
    words.addAll(List.of(options));
    return ProgramProcess.start(folder, environment, words);
  }

  private boolean pings() {
    try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
      return connection.ask("PING").equals(new Reply.Text("PONG"));
    } catch (IOException e) {
      return false;
    }
  }

  private static void says(ServiceSocket systemd, String line) {
    Eventually.holds("systemd is told " + line, () -> systemd.says(line));
  }

  private static long nowMicros() {
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
  }

  @Test
  void shouldSayWhenItServesReloadsAndEnds() throws Exception {
    String name = folder.resolve("notify").toString();
    Map<String, String> variables = Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", WATCHDOG_MICROS);
    try (ServiceSocket systemd = ServiceSocket.at(name);
        ProgramProcess program = run(variables)) {
      says(systemd, "READY=1");
      assertThat(pings()).isTrue();
      says(systemd, "STATUS=1 group, each with a primary");
      assertThat(systemd.heard()).noneMatch(text -> text.contains("MAINPID"));
      Eventually.holds("the watchdog is told", () -> systemd.count("WATCHDOG=1") >= SEVERAL);

      long beforeMicros = nowMicros();
      program.hangUp();
      says(systemd, "RELOADING=1");
      long afterMicros = nowMicros();
      String reloading =
          systemd.heard().stream().filter(t -> t.contains("RELOADING")).findFirst().orElseThrow();
      long saidMicros =
          reloading
              .lines()
              .filter(line -> line.startsWith("MONOTONIC_USEC="))
              .mapToLong(line -> Long.parseLong(line.substring(line.indexOf('=') + 1)))
              .findFirst()
              .orElseThrow();
      assertThat(saidMicros).isBetween(beforeMicros, afterMicros);
      Eventually.holds("it is ready again", () -> systemd.count("READY=1") == 2);
      assertThat(systemd.heard().indexOf(reloading)).isLessThan(last(systemd, "READY=1"));

      // A file with a mistake is a reload that ends, too.
      Files.writeString(folder.resolve("understudy.yaml"), "groups: 7\n");
      program.hangUp();
      Eventually.holds("it is ready again", () -> systemd.count("READY=1") == SEVERAL);
      Eventually.holds("it is told", () -> program.err().contains("nothing was changed"));

      server.kill9();
      says(systemd, "STATUS=1 group, 1 without a primary: orders");
      program.terminate();
      ProgramProcess.Ended ended = program.await();
      assertThat(ended.exitCode()).isZero();
      assertThat(ended.err()).doesNotContain("systemd");
      says(systemd, "STOPPING=1");
      assertThat(systemd.heard().getLast()).contains("STOPPING=1");
    }
  }

  private static int last(ServiceSocket systemd, String line) {
    List<String> heard = systemd.heard();
    int last = -1;
    for (int i = 0; i < heard.size(); i++) {
      last = heard.get(i).contains(line) ? i : last;
    }
    return last;
  }

  /** Waits until a process that took over has said that it serves. */
  private static void isService(ServiceSocket systemd, ProgramProcess program) {
    String said = "MAINPID=" + program.pid() + "\nREADY=1\n";
    Eventually.holds(
        "it is the service",
        () -> systemd.heard().stream().anyMatch(text -> text.startsWith(said)));
  }

  @Test
  void shouldBeAnotherProcessAfterATakeoverAndTheOldOneWhenThatIsUndone() throws Exception {
    String name = "@understudy-test-" + port.port();
    Map<String, String> variables = Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", WATCHDOG_MICROS);
    // Whoever starts the successor is not the successor, and has another number.
    Map<String, String> inherited =
        Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", WATCHDOG_MICROS, "WATCHDOG_PID", "1");
    try (ServiceSocket systemd = ServiceSocket.at(name);
        ProgramProcess old = run(variables)) {
      says(systemd, "READY=1");
      try (RespConnection open = RespConnection.open(address, TIMEOUT)) {
        assertThat(open.ask("PING")).isEqualTo(new Reply.Text("PONG"));
        try (ProgramProcess back = run(inherited, "--takeover")) {
          isService(systemd, back);
          long beats = systemd.count("WATCHDOG=1");
          Eventually.holds(
              "the new one tells the watchdog",
              () -> systemd.count("WATCHDOG=1") >= beats + SEVERAL);
          assertThat(systemd.says("MAINPID=" + old.pid())).isFalse();
          back.terminate();
          assertThat(back.await().exitCode()).isZero();
          says(systemd, "MAINPID=" + old.pid());
        }
        assertThat(open.ask("PING")).isEqualTo(new Reply.Text("PONG"));
      }
      try (ProgramProcess fresh = run(inherited, "--takeover")) {
        isService(systemd, fresh);
        assertThat(old.await().exitCode()).isZero();
        Eventually.holds("it decides", () -> fresh.err().contains("decides from now on"));
        assertThat(systemd.says("STOPPING=1")).as("the service went on").isFalse();
        assertThat(pings()).isTrue();
        fresh.terminate();
        assertThat(fresh.await().exitCode()).isZero();
        says(systemd, "STOPPING=1");
      }
    }
  }

  @Test
  void shouldServeWhereNobodyHears() throws Exception {
    for (String name : List.of("nonsense", "/no/such/socket")) {
      try (ProgramProcess program = run(Map.of("NOTIFY_SOCKET", name))) {
        Eventually.holds("it serves", this::pings);
        program.hangUp();
        Eventually.holds("it was read", () -> program.err().contains("nothing else changed"));
        program.terminate();
        ProgramProcess.Ended ended = program.await();
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err().lines().filter(line -> line.contains("NOTIFY_SOCKET"))).hasSize(1);
      }
    }
    String name = "@understudy-test-" + port.port();
    Map<String, String> wrong = Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "soon");
    try (ServiceSocket systemd = ServiceSocket.at(name);
        ProgramProcess program = run(wrong)) {
      says(systemd, "READY=1");
      Eventually.holds(
          "the mistake is told",
          () -> program.err().contains("WATCHDOG_USEC or WATCHDOG_PID is no number"));
      assertThat(pings()).isTrue();
    }
    Map<String, String> another =
        Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "30000", "WATCHDOG_PID", "1");
    try (ServiceSocket systemd = ServiceSocket.at(name);
        ProgramProcess program = run(another)) {
      says(systemd, "STATUS=1 group, each with a primary");
      program.terminate();
      assertThat(program.await().exitCode()).isZero();
      says(systemd, "STOPPING=1");
      assertThat(systemd.says("WATCHDOG=1")).as("another process is watched").isFalse();
    }
  }
}
