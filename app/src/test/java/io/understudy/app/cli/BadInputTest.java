package io.understudy.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.app.ProgramProcess;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the program as a process answers to each mistake: one line, an exit code, no stack trace.
 */
class BadInputTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "demo --rounds 3       | 2 | understudy demo: --json and --rounds go with --once",
        "demo --once --rounds 0| 2 | understudy demo: --rounds is 1 or more",
        "demo --port 70000     | 2 | understudy demo: --port is 1 to 65535",
        "demo --once --server /bin/true | 3 | understudy demo: /bin/true is no redis-server or"
            + " valkey-server of version 6.0 or newer",
        "status --admin here   | 2 | --admin: 'here' has no port; write host:port, such as"
            + " 10.0.0.1:6379",
        "run -c nowhere.yaml   | 2 | nowhere.yaml: there is no such file; create it (README.md has"
            + " an example), or name another with -c",
        "check nowhere.yaml    | 2 | nowhere.yaml: there is no such file; create it (README.md has"
            + " an example), or name another with -c",
        "run                   | 2 | understudy.yaml: there is no such file; create it (README.md"
            + " has an example), or name another with -c",
      })
  void shouldAnswerWithOneLine(String command, int exitCode, String line) throws Exception {
    var ended = ProgramProcess.run(folder, command.split(" ", -1));

    assertThat(ended.err()).isEqualTo(line + "\n");
    assertThat(ended.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void shouldSuggestCommandWhenItIsMisspelt() throws Exception {
    var ended = ProgramProcess.run(folder, "stats");

    assertThat(ended.err().lines())
        .satisfiesExactly(
            what ->
                assertThat(what).isEqualTo("understudy: Unmatched argument at index 0: 'stats'"),
            meant -> assertThat(meant).startsWith("Did you mean: status"),
            next -> assertThat(next).isEqualTo("Try 'understudy --help'."));
    assertThat(ended.exitCode()).isEqualTo(2);
  }

  @Test
  void shouldSayThatNothingRunsAtAdminAddress() throws Exception {
    int port = Ports.reserveUntilExit();

    var ended = ProgramProcess.run(folder, "status", "--admin", "127.0.0.1:" + port);

    assertThat(ended.err())
        .startsWith("no understudy answers at 127.0.0.1:" + port + " (")
        .endsWith("); start one with 'understudy run', or name its address with --admin\n");
    assertThat(ended.exitCode()).isEqualTo(4);
  }

  @Test
  void shouldSayThatTheLogFileCannotBeWritten() throws Exception {
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups:
          - { name: orders, nodes: [127.0.0.1:1] }
        log: { file: { path: . } }
        """);

    var ended = ProgramProcess.run(folder, "run");

    assertThat(ended.err().lines())
        .singleElement(InstanceOfAssertFactories.STRING)
        .startsWith("understudy.yaml: log.file: '")
        .endsWith("cannot be written; correct the path, or the rights of its folder");
    assertThat(ended.exitCode()).isEqualTo(3);
  }

  @Test
  void shouldNameListenerAndRemedyWhenAddressIsInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      write("127.0.0.1:1", "127.0.0.1:" + taken.getLocalPort());

      var ended = ProgramProcess.run(folder, "run");

      assertThat(ended.err())
          .isEqualTo(
              "understudy.yaml: proxy.listeners[0].bind: 127.0.0.1:"
                  + taken.getLocalPort()
                  + " is in use; stop what listens there ('ss -ltnp' names it), or choose another"
                  + " port\n");
      assertThat(ended.exitCode()).isEqualTo(3);
    }
  }

  @Test
  void shouldSayThatListenerIsNotOfThisMachine() throws Exception {
    write("127.0.0.1:1", "192.0.2.1:6379");

    var ended = ProgramProcess.run(folder, "run");

    assertThat(ended.err())
        .isEqualTo(
            "understudy.yaml: proxy.listeners[0].bind: 192.0.2.1:6379 is no address of this"
                + " machine; write one that 'ip address' lists, or 0.0.0.0\n");
    assertThat(ended.exitCode()).isEqualTo(3);
  }

  @Test
  void shouldSayThatStateCannotBeWritten() throws Exception {
    write("127.0.0.1:1", "127.0.0.1:" + Ports.reserveUntilExit());
    Files.writeString(folder.resolve("understudy-state"), "a file where a folder belongs");

    var ended = ProgramProcess.run(folder, "run");

    assertThat(ended.err().lines()).hasSize(1);
    assertThat(ended.err())
        .startsWith("understudy.yaml: failover.state: ")
        .contains(folder.resolve("understudy-state").toString());
    assertThat(ended.exitCode()).isEqualTo(3);
  }

  @Test
  void shouldReportHostThatCannotBeResolved() throws Exception {
    write("nowhere.invalid:6379", "127.0.0.1:" + Ports.reserveUntilExit());

    var ended = ProgramProcess.run(folder, "check", "understudy.yaml");

    assertThat(ended.out())
        .contains(
            "node nowhere.invalid:6379: cannot be resolved; correct the name, or add it to DNS or"
                + " /etc/hosts\n");
    assertThat(ended.exitCode()).isEqualTo(1);
  }

  @Test
  void shouldReportUnusableServersWhenAskedToConnect() throws Exception {
    ServerVersion version = ServerVersion.installed().getFirst();
    try (RedisServer locked = RedisServer.start(version, "--requirepass", "right");
        RedisServer cluster = RedisServer.start(version, "--cluster-enabled", "yes");
        RedisServer good = RedisServer.start(version);
        ServerSocket web = webServer();
        ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - name: locked
              nodes: [%s]
              auth: { password: wrong }
            - name: closed
              nodes: ["127.0.0.1:%d"]
            - name: cluster
              nodes: [%s]
            - name: web
              nodes: ["127.0.0.1:%d"]
            - name: silent
              nodes: ["127.0.0.1:%d"]
            - name: good
              nodes: [%s]
          """
              .formatted(
                  locked.address(),
                  Ports.reserveUntilExit(),
                  cluster.address(),
                  web.getLocalPort(),
                  silent.getLocalPort(),
                  good.address()));

      var ended = ProgramProcess.run(folder, "check", "--connect", "understudy.yaml");

      assertThat(ended.out())
          .contains("refuses the login (WRONGPASS")
          .contains("refuses connections; start the server, or correct the address")
          .contains("in cluster mode, which fails over by itself; use a plain server")
          .contains("not a Redis or Valkey server: it answered 'HTTP/1.1 400 Bad Req'")
          .contains("does not answer within 3000 ms; is it stopped, or firewalled?")
          .contains("node " + good.address() + ": Redis 6.0")
          .doesNotContain("wrong");
      assertThat(ended.err()).isEmpty();
      assertThat(ended.exitCode()).isEqualTo(1);
    }
  }

  @Test
  void shouldKeepRunningAndReportWhatServersRefuse() throws Exception {
    ServerVersion version = ServerVersion.installed().getFirst();
    try (RedisServer locked = RedisServer.start(version, "--requirepass", "right");
        RedisServer cluster = RedisServer.start(version, "--cluster-enabled", "yes");
        ServerSocket web = webServer()) {
      int admin = Ports.reserveUntilExit();
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - name: locked
              nodes: [%s]
              auth: { password: wrong }
            - name: cluster
              nodes: [%s]
            - name: web
              nodes: ["127.0.0.1:%d"]
            - name: lost
              nodes: ["nowhere.invalid:6379"]
          admin: { bind: 127.0.0.1:%d }
          """
              .formatted(locked.address(), cluster.address(), web.getLocalPort(), admin));
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        await()
            .atMost(DEADLINE)
            .untilAsserted(
                () -> {
                  var status = ProgramProcess.run(folder, "status", "-a", "127.0.0.1:" + admin);
                  assertThat(status.exitCode()).isEqualTo(1);
                  assertThat(status.out())
                      .contains("does not accept the keeper's credentials: WRONGPASS")
                      .contains("correct the group's auth, or the server's")
                      .contains("runs in cluster mode, which fails over by itself; name a plain")
                      .contains("is not a Redis or Valkey server: its answer begins with 'H'")
                      .contains("has a name that does not resolve")
                      .contains("correct it in the group's nodes");
                });
        assertThat(program.isAlive()).isTrue();
        program.terminate();
        var ended = program.await();
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).doesNotContain("\tat ").doesNotContain("wrong");
      }
    }
  }

  private void write(String node, String listener) throws IOException {
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups:
          - name: orders
            nodes: ["%s"]
        proxy:
          listeners:
            - { bind: "%s", group: orders }
        admin: { bind: "127.0.0.1:%d" }
        """
            .formatted(node, listener, Ports.reserveUntilExit()));
  }

  /** Answers whatever comes as a web server answers nonsense, and lets the client hang up. */
  private static ServerSocket webServer() throws IOException {
    ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(
        () -> {
          while (!server.isClosed()) {
            try {
              Socket client = server.accept();
              Thread.startVirtualThread(() -> answerAsWebServer(client));
            } catch (IOException e) {
              // The test is over; the loop's condition tells.
            }
          }
        });
    return server;
  }

  private static void answerAsWebServer(Socket client) {
    try (client;
        OutputStream out = client.getOutputStream()) {
      if (client.getInputStream().read(new byte[4096]) >= 0) {
        out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        client.getInputStream().readAllBytes();
      }
    } catch (IOException e) {
      // The client left first.
    }
  }
}
