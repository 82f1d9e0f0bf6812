package io.understudy.app.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.understudy.app.ProgramProcess;
import io.understudy.testkit.Authority;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.wire.tls.ClientTls;
import io.understudy.wire.tls.KeyFiles;
import io.understudy.wire.tls.TlsClient;
import java.io.IOException;
import java.net.InetAddress;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin port beyond loopback, over TLS, and whom it answers. */
class AdminPortTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private final Ports.Reserved admin = Ports.reserve();
  private final List<HttpClient> clients = new ArrayList<>();
  private String scheme = "https";

  @AfterEach
  void giveThePortBack() {
    clients.forEach(HttpClient::shutdownNow);
    admin.close();
  }

  @Test
  void shouldAskForATokenOrACertificate() throws Exception {
    Authority authority = Authority.in(Files.createDirectory(folder.resolve("ours")));
    Authority stranger = Authority.in(Files.createDirectory(folder.resolve("theirs")));
    var shown = authority.issue("admin", "dns:localhost");
    var operator = authority.issue("operator");
    var impostor = stranger.issue("operator");
    String tls =
        "tls: { certificate: %s, key: %s, clientCa: %s, clients: optional }"
            .formatted(shown.certificate(), shown.key(), authority.certificate());
    try (RedisServer primary = RedisServer.start(ServerVersion.usual());
        ProgramProcess program = understudy(primary, "reads: token, " + tls)) {
      HttpClient nobody = client(authority, Optional.empty());
      awaitHealth(nobody, program);

      assertThat(get(nobody, "/status", "").statusCode()).isEqualTo(401);
      assertThat(get(nobody, "/cluster/orders/master", "").statusCode()).isEqualTo(401);
      assertThat(get(nobody, "/status", "Bearer wrong").statusCode()).isEqualTo(401);
      assertThat(post(nobody, "/pause/orders").statusCode()).isEqualTo(401);
      String token = Files.readString(folder.resolve("understudy-state/admin-token")).strip();
      assertThat(get(nobody, "/status", "Bearer " + token).body()).contains("orders");

      // By the file, on this machine: its certificate names another host, and is the right one.
      assertThat(run("status", "-c", "understudy.yaml").out()).contains("orders");
      assertThat(run("pause", "orders", "-c", "understudy.yaml").exitCode()).isZero();
      assertThat(run("check", "understudy.yaml").out())
          .contains("admin: https://0.0.0.0:" + admin.port() + "/status, read with the token");

      // From elsewhere, without the file and its token.
      assertThat(from("resume", authority, operator).exitCode()).isZero();
      assertThat(get(client(authority, Optional.of(operator)), "/status", "").statusCode())
          .isEqualTo(200);
      var refused = from("pause", authority, impostor);
      assertThat(refused.err()).contains("no understudy answers at localhost:" + admin.port());
      assertThat(refused.exitCode()).isEqualTo(4);
      assertThat(from("pause", stranger, operator).exitCode()).isEqualTo(4);
      assertThatThrownBy(() -> get(client(authority, Optional.of(impostor)), "/status", ""))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldBeReadByEverybodyWhereTheFileSaysSo() throws Exception {
    try (RedisServer primary = RedisServer.start(ServerVersion.usual());
        ProgramProcess program = understudy(primary, "reads: open")) {
      HttpClient anybody = HttpClient.newHttpClient();
      clients.add(anybody);
      scheme = "http";
      awaitHealth(anybody, program);
      await()
          .atMost(DEADLINE)
          .until(() -> get(anybody, "/cluster/orders/master", "").statusCode() == 200);
      assertThat(post(anybody, "/pause/orders").statusCode()).isEqualTo(401);
      assertThat(run("pause", "orders", "-c", "understudy.yaml").exitCode()).isZero();
    }
  }

  /** A connection from another machine cannot be made here; what is asked of it can. */
  @Test
  void shouldTakeChangesInPlainTextFromThisMachineOnly() {
    InetAddress here = InetAddress.ofLiteral("10.0.0.5");
    assertThat(Rights.isThisMachine(InetAddress.ofLiteral("127.0.0.1"), here)).isTrue();
    assertThat(Rights.isThisMachine(here, here)).isTrue();
    assertThat(Rights.isThisMachine(InetAddress.ofLiteral("10.0.0.6"), here)).isFalse();
  }

  private ProgramProcess understudy(RedisServer primary, String access) throws IOException {
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups:
          - { name: orders, nodes: ["%s"] }
        admin: { bind: "0.0.0.0:%d", %s }
        """
            .formatted(primary.address(), admin.port(), access));
    return ProgramProcess.start(folder, Map.of(), List.of("run"));
  }

  private ProgramProcess.Ended from(String change, Authority believed, Authority.Issued shown)
      throws Exception {
    return run(
        change,
        "orders",
        "-a",
        "https://localhost:" + admin.port(),
        "--ca",
        believed.certificate().toString(),
        "--cert",
        shown.certificate().toString(),
        "--key",
        shown.key().toString());
  }

  private ProgramProcess.Ended run(String... arguments) throws Exception {
    return ProgramProcess.run(folder, arguments);
  }

  private void awaitHealth(HttpClient client, ProgramProcess program) {
    await()
        .atMost(DEADLINE)
        .ignoreExceptions()
        .until(
            () -> {
              assertThat(program.isAlive()).as(program.err()).isTrue();
              return get(client, "/healthz", "").statusCode() == 200;
            });
  }

  private HttpClient client(Authority believed, Optional<Authority.Issued> shown) throws Exception {
    var files =
        new ClientTls(
            Optional.of(believed.certificate()),
            shown.map(s -> new KeyFiles(s.certificate(), s.key())),
            Optional.empty(),
            true);
    HttpClient client = HttpClient.newBuilder().sslContext(TlsClient.of(files).context()).build();
    clients.add(client);
    return client;
  }

  private HttpResponse<String> get(HttpClient client, String path, String authorization)
      throws Exception {
    HttpRequest.Builder request = request(path).GET();
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(HttpClient client, String path) throws Exception {
    HttpRequest request = request(path).POST(HttpRequest.BodyPublishers.noBody()).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(scheme + "://localhost:" + admin.port() + path));
  }
}
