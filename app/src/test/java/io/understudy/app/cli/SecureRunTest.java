package io.understudy.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.ProgramProcess;
import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.testkit.Authority;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import io.understudy.wire.tls.ClientTls;
import io.understudy.wire.tls.KeyFiles;
import io.understudy.wire.tls.TlsClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code understudy run} where nothing is sent in plain. */
class SecureRunTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  void shouldKeepAndServeGroupOverTlsWhenItsPrimaryDies() throws Exception {
    Authority authority = Authority.in(folder);
    Authority.Issued issued = authority.issue("server", "ip:127.0.0.1");
    Authority.Issued own = authority.issue("understudy");
    try (Ports.Reserved first = Ports.reserve();
        Ports.Reserved second = Ports.reserve();
        Ports.Reserved listener = Ports.reserve();
        Ports.Reserved admin = Ports.reserve();
        RedisServer primary = server(authority, issued, first.port());
        RedisServer replica =
            server(
                authority,
                issued,
                second.port(),
                "--replicaof",
                "127.0.0.1",
                Integer.toString(first.port()))) {
      replica.awaitLinkUp();
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - name: orders
              nodes: [127.0.0.1:%d, 127.0.0.1:%d]
              tls: { ca: ca.pem, certificate: understudy.pem, key: understudy-key.pem }
          proxy:
            listeners:
              - bind: 127.0.0.1:%d
                group: orders
                tls: { certificate: server.pem, key: server-key.pem, clientCa: ca.pem }
          admin: { bind: "127.0.0.1:%d" }
          """
              .formatted(first.port(), second.port(), listener.port(), admin.port()));
      var checked = ProgramProcess.run(folder, "check", "understudy.yaml", "--connect");
      assertThat(checked.out())
          .contains("group orders, without a login, over TLS\n")
          .contains(", primary\n")
          .contains(" over TLS, where clients must show a certificate, by its primary");
      assertThat(checked.exitCode()).isZero();

      TlsClient client =
          TlsClient.of(
              new ClientTls(
                  Optional.of(authority.certificate()),
                  Optional.of(new KeyFiles(own.certificate(), own.key())),
                  Optional.empty(),
                  true));
      Address address = new Address("127.0.0.1", listener.port());
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        Eventually.holds("a write goes through", () -> isSet(address, client, "before"));
        assertThat(primary.command("GET", "before")).isEqualTo("1");
        primary.kill9();
        Eventually.holds("a write goes through again", () -> isSet(address, client, "after"));
        assertThat(replica.command("GET", "after")).isEqualTo("1");
        program.terminate();
        assertThat(program.await().exitCode()).isZero();
      }
    }
  }

  private static boolean isSet(Address address, TlsClient client, String key) {
    try (RespConnection connection = RespConnection.open(address, TIMEOUT, client)) {
      return connection.ask("SET", key, "1") instanceof Reply.Text text && text.text().equals("OK");
    } catch (IOException e) {
      return false;
    }
  }

  private static RedisServer server(
      Authority authority, Authority.Issued issued, int port, String... more) {
    List<String> directives = new ArrayList<>();
    directives.addAll(List.of("--tls-port", Integer.toString(port)));
    directives.addAll(List.of("--tls-cert-file", issued.certificate().toString()));
    directives.addAll(List.of("--tls-key-file", issued.key().toString()));
    directives.addAll(List.of("--tls-ca-cert-file", authority.certificate().toString()));
    directives.addAll(List.of("--tls-replication", "yes"));
    directives.addAll(List.of(more));
    return RedisServer.start(ServerVersion.usual(), directives.toArray(String[]::new));
  }
}
