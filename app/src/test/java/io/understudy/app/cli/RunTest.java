package io.understudy.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.app.ProgramProcess;
import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code understudy run} as a process in front of real servers. */
class RunTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int CLIENTS = 6;
  private static final int WRITES_BEFORE_END = 500;

  @TempDir private Path folder;

  @Test
  void shouldServeReadmeExampleWithOnlyAddressesChanged() throws Exception {
    ServerVersion version = ServerVersion.installed().getFirst();
    try (RedisServer primary = RedisServer.start(version);
        RedisServer first = RedisServer.startReplica(version, primary);
        RedisServer second = RedisServer.startReplica(version, primary)) {
      for (RedisServer server : List.of(primary, first, second)) {
        server.command("ACL", "SETUSER", "understudy", "on", ">pass word", "~*", "+@all");
      }
      int listener = Ports.reserveUntilExit();
      int admin = Ports.reserveUntilExit();
      String example =
          readmeExample()
              .replace("10.0.0.1:6379", primary.address().toString())
              .replace("10.0.0.2:6379", first.address().toString())
              .replace("10.0.0.3:6379", second.address().toString())
              .replace("127.0.0.1:6379", "127.0.0.1:" + listener)
              .replace("127.0.0.1:8000", "127.0.0.1:" + admin);
      Files.writeString(folder.resolve("understudy.yaml"), example);

      try (ProgramProcess program =
          ProgramProcess.start(folder, Map.of("ORDERS_PASSWORD", "pass word"), List.of("run"))) {
        awaitWrite(new Address("127.0.0.1", listener), program);

        assertThat(primary.command("GET", "greeting")).isEqualTo("hello");
        var status = ProgramProcess.run(folder, "status", "orders", "-a", "127.0.0.1:" + admin);
        assertThat(status.out()).contains("primary " + primary.address());
        assertThat(status.exitCode()).isZero();
        var explained = ProgramProcess.run(folder, "explain", "orders", "-a", "127.0.0.1:" + admin);
        assertThat(explained.out()).contains("evidence:").contains("journal, newest last:");
        var json = ProgramProcess.run(folder, "status", "--json", "-a", "127.0.0.1:" + admin).out();
        assertThat(json).contains("\"primary\" : \"" + primary.address() + "\"");
        var unknown = ProgramProcess.run(folder, "explain", "carts", "-a", "127.0.0.1:" + admin);
        assertThat(unknown.err()).isEqualTo("there is no group 'carts'; known: orders\n");
        assertThat(unknown.exitCode()).isEqualTo(2);

        program.terminate();
        var ended = program.await();
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).contains("orders").doesNotContain("pass word");
      }
    }
  }

  @Test
  void shouldFailNoRequestWhenToldToEndUnderLoad() throws Exception {
    ServerVersion version = ServerVersion.installed().getFirst();
    try (RedisServer primary = RedisServer.start(version)) {
      int listener = Ports.reserveUntilExit();
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - { name: orders, nodes: [%s] }
          proxy:
            listeners: [{ bind: "127.0.0.1:%d", group: orders }]
          admin: { bind: "127.0.0.1:%d" }
          """
              .formatted(primary.address(), listener, Ports.reserveUntilExit()));
      Address address = new Address("127.0.0.1", listener);
      AtomicBoolean ending = new AtomicBoolean();
      AtomicLong done = new AtomicLong();
      var failures = new ConcurrentLinkedQueue<String>();
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        awaitWrite(address, program);
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(Thread.startVirtualThread(() -> write(address, ending, done, failures)));
        }
        await().atMost(DEADLINE).until(() -> done.get() > WRITES_BEFORE_END);

        ending.set(true);
        program.terminate();

        assertThat(program.await().exitCode()).isZero();
        for (Thread client : clients) {
          client.join();
        }
        assertThat(failures).isEmpty();
        assertThat(primary.command("GET", "counter")).isEqualTo(Long.toString(done.get()));
      }
    }
  }

  @Test
  void shouldSayThatItEndsAndHowFarThatIs() throws Exception {
    try (RedisServer primary = RedisServer.start(ServerVersion.usual());
        Ports.Reserved port = Ports.reserve();
        Ports.Reserved admin = Ports.reserve()) {
      Address listener = new Address("127.0.0.1", port.port());
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups: [{ name: orders, nodes: ["%s"] }]
          proxy: { listeners: [{ bind: "%s", group: orders }], drain: 60s }
          failover: { downAfter: 60s }
          admin: { bind: "127.0.0.1:%d" }
          """
              .formatted(primary.address(), listener, admin.port()));
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        awaitWrite(listener, program);
        try (RespConnection waiting = RespConnection.open(listener, TIMEOUT)) {
          assertThat(healthOf(admin)).isEqualTo(200);
          primary.stop();
          double before = commands(admin);
          waiting.send("INCR", "counted");
          await().atMost(DEADLINE).until(() -> commands(admin) > before);
          program.terminate();
          await().atMost(DEADLINE).until(() -> healthOf(admin) == 503);
          await()
              .atMost(DEADLINE)
              .untilAsserted(
                  () -> assertThat(program.err()).contains("1 clients are not through yet"));
          primary.resume();
          assertThat(waiting.read()).isEqualTo(new Reply.Count(1));
        }
        var ended = program.await();
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).contains("0 clients were not through");
      }
    }
  }

  private static int healthOf(Ports.Reserved admin) throws Exception {
    return get(admin, "/healthz").statusCode();
  }

  /** How many commands its clients have sent. */
  private static double commands(Ports.Reserved admin) throws Exception {
    return get(admin, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("understudy_proxy_commands_total"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private static HttpResponse<String> get(Ports.Reserved admin, String path) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin.port() + path));
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  /** A request that was sent is answered, or the connection had ended before it was sent. */
  private static void write(
      Address address,
      AtomicBoolean ending,
      AtomicLong done,
      ConcurrentLinkedQueue<String> failures) {
    boolean answered = true;
    try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
      while (true) {
        connection.send("INCR", "counter");
        answered = false;
        if (!(connection.read() instanceof Reply.Count)) {
          failures.add("an error came back");
          return;
        }
        answered = true;
        done.incrementAndGet();
      }
    } catch (IOException e) {
      if (!ending.get()) {
        failures.add("before the end: " + e);
      } else if (!answered && !isClosedBeforeSending(e)) {
        failures.add("a request in flight was not answered: " + e);
      }
    }
  }

  /**
   * The program closes an idle connection while the client is about to send: then the request is
   * answered by the end of the connection, and was never read. What it did is checked by the
   * counter.
   */
  private static boolean isClosedBeforeSending(IOException e) {
    return e instanceof java.io.EOFException || e instanceof java.net.SocketException;
  }

  private static void awaitWrite(Address address, ProgramProcess program) {
    await()
        .atMost(DEADLINE)
        .ignoreExceptions()
        .until(
            () -> {
              assertThat(program.isAlive()).as(program.err()).isTrue();
              try (RespConnection client = RespConnection.open(address, TIMEOUT)) {
                client.ask("AUTH", "understudy", "pass word");
                return client.ask("SET", "greeting", "hello").equals(new Reply.Text("OK"));
              }
            });
  }

  private static String readmeExample() throws IOException {
    Path root = Path.of(Optional.ofNullable(System.getProperty("understudy.root")).orElse(".."));
    Matcher matcher =
        Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(root.resolve("README.md")));
    assertThat(matcher.find()).as("README.md has an example configuration").isTrue();
    return matcher.group(1);
  }
}
