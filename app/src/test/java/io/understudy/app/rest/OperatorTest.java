package io.understudy.app.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.app.ProgramProcess;
import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.testkit.Haproxy;
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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators and HAProxy ask a running program, in front of real servers. */
class OperatorTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @TempDir private Path folder;

  private final Ports.Reserved admin = Ports.reserve();
  private final Ports.Reserved writes = Ports.reserve();
  private final Ports.Reserved reads = Ports.reserve();

  @AfterEach
  void giveThePortsBack() {
    List.of(admin, writes, reads).forEach(Ports.Reserved::close);
  }

  @Test
  void shouldDoWhatOperatorsAsk() throws Exception {
    ServerVersion version = ServerVersion.usual();
    try (RedisServer primary = RedisServer.start(version);
        RedisServer replica = RedisServer.startReplica(version, primary);
        ProgramProcess program = understudy(primary, replica)) {
      awaitYes("is-writable", primary, program);
      awaitYes("is-readable", replica, program);

      assertThat(understudy("switchover", "orders", "--dry-run").out())
          .contains("promote " + replica.address());
      assertThat(get("/cluster/orders/master").body()).contains(port(primary));
      ProgramProcess watcher = watch();
      // Asked again when it was called off, as it is when this machine has no time for it.
      await()
          .atMost(DEADLINE)
          .until(
              () ->
                  understudy("switchover", "orders", "--to", replica.address().toString())
                      .out()
                      .contains(replica.address() + " is primary"));
      var again = understudy("switchover", "orders", "--to", replica.address().toString());
      assertThat(again.out()).contains("is primary already");
      assertThat(again.exitCode()).isEqualTo(1);

      try (watcher) {
        await()
            .atMost(DEADLINE)
            .until(() -> watcher.out().contains(replica.address() + " took over in epoch "));
      }
      replica.kill9();
      awaitYes("is-writable", primary, program);
      askTheOldQuestions(primary, replica);
      operate(primary);
    }
  }

  @Test
  void shouldAddAndRemoveNodes() throws Exception {
    ServerVersion version = ServerVersion.usual();
    try (RedisServer primary = RedisServer.start(version);
        RedisServer replica = RedisServer.startReplica(version, primary);
        RedisServer added = RedisServer.start(version);
        ProgramProcess program = understudy(primary, replica)) {
      awaitYes("is-readable", replica, program);
      String node = added.address().toString();
      added.command("SET", "precious", "1");

      var refused = understudy("add-node", "orders", node);
      assertThat(refused.out()).contains(node + " holds 1 keys of its own");
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(understudy("add-node", "orders", node, "--replace-data", "--dry-run").out())
          .contains("make " + node + " a replica of " + primary.address());
      assertThat(get("/cluster/orders/is-readable/" + node).statusCode()).isEqualTo(404);
      assertThat(understudy("add-node", "orders", node, "--replace-data").exitCode()).isZero();
      awaitYes("is-readable", added, program);
      assertThat(understudy("status", "orders").out())
          .contains(node + " was added by the admin port, and the file does not have it");
      assertThat(ProgramProcess.run(folder, "check", "understudy.yaml", "--connect").out())
          .contains("  " + node + " was added by the admin port");

      awaitYes("is-writable", primary, program);
      var planned = understudy("switchover", "orders", "--at", "2030-01-31T03:30:00Z");
      assertThat(planned.out()).contains("the time is to come, and within 30 days");
      assertThat(planned.exitCode()).isEqualTo(1);
      assertThat(understudy("switchover", "orders", "--at", "noon").err())
          .isEqualTo(
              "--at: 'noon' is no time; write HH:MM, or an instant such as"
                  + " 2030-01-31T03:30:00Z\n");
      Instant tomorrow = Instant.now().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.MINUTES);
      assertThat(understudy("switchover", "orders", "--at", tomorrow.toString()).exitCode())
          .isZero();
      await()
          .atMost(DEADLINE)
          .until(
              () ->
                  understudy("status", "orders")
                      .out()
                      .contains("to come: a switchover at " + tomorrow));
      assertThat(understudy("cancel", "orders").out()).contains("cancel a switchover at");
      assertThat(understudy("cancel", "orders").out()).contains("nothing is scheduled");

      assertThat(understudy("remove-node", "orders", primary.address().toString()).out())
          .contains("is primary; make another one primary first: understudy switchover orders");
      var removed = understudy("remove-node", "orders", replica.address().toString());
      assertThat(removed.exitCode()).as(removed.out()).isZero();
      assertThat(get("/cluster/orders/is-readable/" + replica.address()).statusCode())
          .isEqualTo(404);
    }
  }

  @Test
  void shouldLeadHaproxyToThePrimary() throws Exception {
    ServerVersion version = ServerVersion.usual();
    try (RedisServer primary = RedisServer.start(version);
        RedisServer replica = RedisServer.startReplica(version, primary);
        ProgramProcess program = understudy(primary, replica)) {
      awaitYes("is-writable", primary, program);
      awaitYes("is-readable", replica, program);
      try (Haproxy haproxy = Haproxy.start(folder, configuration(primary, replica))) {
        awaitWrite("first", primary);
        primary.kill9();
        awaitWrite("second", replica);
        primary.restartWithData();
        awaitWrite("third", replica);
        assertThat(haproxy.isRunning()).isTrue();
      }
    }
  }

  private void askTheOldQuestions(RedisServer primary, RedisServer replica) throws Exception {
    assertThat(get("/cluster/orders/status").body())
        .startsWith("{\"master\":{\"host\":\"127.0.0.1\"," + port(primary) + "}");
    assertThat(get("/cluster/orders/primary").statusCode()).isEqualTo(200);
    assertThat(get("/cluster/orders/is-writable/" + primary.address()).statusCode()).isEqualTo(200);
    assertThat(get("/cluster/orders/is-readable/" + primary.address()).body())
        .isEqualTo("{\"is-readable\":\"true\"}\n");
    assertThat(get("/cluster/orders/is-writable/" + replica.address()).statusCode()).isEqualTo(503);
    assertThat(get("/cluster/orders/is-writable/10.9.9.9:1").statusCode()).isEqualTo(404);
    assertThat(get("/cluster/carts/is-writable/" + primary.address()).statusCode()).isEqualTo(404);
    assertThat(get("/cluster/orders/is-writable").statusCode()).isEqualTo(400);
    for (String method : List.of("HEAD", "OPTIONS")) {
      HttpRequest request =
          request("/cluster/orders/is-writable")
              .method(method, HttpRequest.BodyPublishers.noBody())
              .header(
                  "X-Haproxy-Server-State",
                  "UP 2/3; name=orders/" + primary.address() + "; node=lb; weight=1/2")
              .build();
      assertThat(send(request).statusCode()).as(method).isEqualTo(200);
    }
  }

  private void operate(RedisServer primary) throws Exception {
    HttpRequest without =
        request("/pause/orders").POST(HttpRequest.BodyPublishers.noBody()).build();
    assertThat(send(without).statusCode()).isEqualTo(401);
    assertThat(understudy("pause", "orders", "--why", "new disks").exitCode()).isZero();
    await()
        .atMost(DEADLINE)
        .until(() -> understudy("status", "orders").out().contains("paused: new disks"));
    assertThat(understudy("pause", "orders", "--node", "10.9.9.9:1").out())
        .contains("10.9.9.9:1 is not a node of the group");
    assertThat(understudy("resume", "*").exitCode()).isZero();
    assertThat(understudy("resume", "orders").out()).contains("the group is not paused");
    assertThat(understudy("pause", "*", "--seconds", "1", "--why", "all disks").exitCode())
        .isZero();
    await()
        .atMost(DEADLINE)
        .until(() -> understudy("history", "orders").out().contains("all disks"));
    await("until it ends by itself")
        .atMost(DEADLINE)
        .until(
            () ->
                understudy("resume", "orders", "--dry-run")
                    .out()
                    .contains("the group is not paused"));
    assertThat(understudy("failover", "carts", "--to", "10.9.9.9:1", "--force").err())
        .isEqualTo("there is no group 'carts'; known: orders\n");
    String history = understudy("history", "orders").out();
    assertThat(history).contains("a switchover to").contains("new disks");
    String number =
        history
            .lines()
            .filter(line -> line.contains(" asked: a switchover to"))
            .findFirst()
            .orElseThrow()
            .replaceAll(".* #([0-9]+) epoch.*", "$1");
    var replayed = understudy("replay", "orders", number);
    assertThat(replayed.out()).contains("the same evidence gives the same decision");
    assertThat(replayed.exitCode()).isZero();
    assertThat(primary.info("role")).isEqualTo("master");
  }

  private ProgramProcess understudy(RedisServer primary, RedisServer replica) throws IOException {
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups:
          - name: orders
            nodes: [%s, %s]
        admin:
          bind: 127.0.0.1:%d
        """
            .formatted(primary.address(), replica.address(), admin.port()));
    return ProgramProcess.start(folder, Map.of(), List.of("run"));
  }

  /** Watches; what is told is only what happens from the first line on, which therefore is made. */
  private ProgramProcess watch() throws Exception {
    ProgramProcess watcher =
        ProgramProcess.start(folder, Map.of(), List.of("watch", "orders", "-c", "understudy.yaml"));
    await()
        .atMost(DEADLINE)
        .until(
            () -> {
              assertThat(understudy("pause", "orders", "--why", "a line to see").exitCode())
                  .isZero();
              assertThat(understudy("resume", "orders").exitCode()).isZero();
              return watcher.out().contains("a line to see");
            });
    return watcher;
  }

  private ProgramProcess.Ended understudy(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-c", "understudy.yaml"));
    return ProgramProcess.run(folder, all.toArray(String[]::new));
  }

  /** As the users of redis-keeper wrote it. */
  private String configuration(RedisServer primary, RedisServer replica) {
    var text =
        new StringBuilder("defaults\n  mode tcp\n  timeout connect 2s\n  timeout client 60s\n")
            .append("  timeout server 60s\n");
    section(text, "write", writes.port(), "is-writable", primary, replica);
    section(text, "read", reads.port(), "is-readable", primary, replica);
    return text.toString();
  }

  private void section(
      StringBuilder text, String name, int port, String question, RedisServer... servers) {
    text.append("listen ").append(name).append("\n  bind 127.0.0.1:").append(port).append('\n');
    text.append("  option httpchk GET /cluster/orders/").append(question).append('\n');
    text.append("  http-check send-state\n");
    for (RedisServer server : servers) {
      String address = server.address().toString();
      text.append("  server ").append(address).append(' ').append(address);
      text.append(" check addr 127.0.0.1 port ").append(admin.port());
      text.append(" inter 100ms on-marked-down shutdown-sessions\n");
    }
  }

  /** Writes through HAProxy until the write is at that server. */
  private void awaitWrite(String value, RedisServer at) {
    await()
        .atMost(DEADLINE)
        .ignoreExceptions()
        .until(
            () -> {
              try (RespConnection connection =
                  RespConnection.open(new Address("127.0.0.1", writes.port()), TIMEOUT)) {
                connection.send("SET", "written", value);
                Reply reply = connection.read();
                return reply.equals(new Reply.Text("OK"))
                    && at.command("GET", "written").equals(value);
              }
            });
  }

  private void awaitYes(String question, RedisServer server, ProgramProcess program) {
    await()
        .atMost(DEADLINE)
        .ignoreExceptions()
        .until(
            () -> {
              assertThat(program.isAlive()).as(program.err()).isTrue();
              return get("/cluster/orders/" + question + "/" + server.address()).statusCode()
                  == 200;
            });
  }

  private static String port(RedisServer server) {
    return "\"port\":\"" + server.address().port() + "\"";
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path).build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin.port() + path));
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }
}
