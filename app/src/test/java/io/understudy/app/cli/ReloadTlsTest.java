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
import io.understudy.wire.tls.TlsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reload that changes TLS, of listeners and of servers. */
class ReloadTlsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private final Ports.Reserved port = Ports.reserve();
  private final Ports.Reserved admin = Ports.reserve();
  private final Address address = new Address("127.0.0.1", port.port());

  @AfterEach
  void end() {
    port.close();
    admin.close();
  }

  private void write(String group, String listener) throws IOException {
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups: [{ name: orders, %s }]
        proxy: { listeners: [{ bind: "%s", group: orders%s }], hold: { time: 60s } }
        admin: { bind: "127.0.0.1:%d" }
        """
            .formatted(group, address, listener, admin.port()));
  }

  private ProgramProcess run() throws IOException {
    return ProgramProcess.start(folder, Map.of(), List.of("run"));
  }

  private String reload() throws Exception {
    ProgramProcess.Ended ended = ProgramProcess.run(folder, "reload", "-c", "understudy.yaml");
    assertThat(ended.err()).isEmpty();
    assertThat(ended.exitCode()).isZero();
    return ended.out();
  }

  /** A file that names what is not there changes nothing. */
  private void refuses() throws Exception {
    String token = Files.readString(folder.resolve("understudy-state/admin-token")).strip();
    try (ProgramProcess reload =
        ProgramProcess.start(
            folder,
            Map.of("UNDERSTUDY_TOKEN", token),
            List.of("reload", "-a", "127.0.0.1:" + admin.port()))) {
      ProgramProcess.Ended ended = reload.await();
      assertThat(ended.exitCode()).isNotZero();
      assertThat(ended.out()).contains("nothing was changed").contains("nowhere.pem");
    }
  }

  private static TlsClient client(Authority authority, Optional<Authority.Issued> own)
      throws TlsException {
    return TlsClient.of(
        new ClientTls(
            Optional.of(authority.certificate()),
            own.map(issued -> new KeyFiles(issued.certificate(), issued.key())),
            Optional.empty(),
            true));
  }

  private boolean pings(TlsClient client) {
    try (RespConnection connection = RespConnection.open(address, TIMEOUT, client)) {
      return connection.ask("PING").equals(new Reply.Text("PONG"));
    } catch (IOException e) {
      return false;
    }
  }

  private boolean pings() {
    try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
      return connection.ask("PING").equals(new Reply.Text("PONG"));
    } catch (IOException e) {
      return false;
    }
  }

  private static void answers(RespConnection connection) throws IOException {
    assertThat(connection.ask("PING")).isEqualTo(new Reply.Text("PONG"));
  }

  @Test
  void shouldAskOfNewClientsWhatTheFileOfNowAsks() throws Exception {
    Authority authority = Authority.in(folder);
    authority.issue("server", "ip:127.0.0.1");
    TlsClient known = client(authority, Optional.of(authority.issue("known")));
    TlsClient nameless = client(authority, Optional.empty());
    String oneSided = ", tls: { certificate: server.pem, key: server-key.pem";
    try (RedisServer server = RedisServer.start(ServerVersion.usual())) {
      String nodes = "nodes: [" + server.address() + "]";
      String changed =
          "listener " + address + " serves those who connect from now on in its new way\n";
      write(nodes, "");
      try (ProgramProcess program = run()) {
        Eventually.holds("it serves", this::pings);
        try (RespConnection plain = RespConnection.open(address, TIMEOUT)) {
          answers(plain);
          write(nodes, oneSided + " }");
          assertThat(reload()).isEqualTo(changed);
          assertThat(pings(nameless)).isTrue();
          assertThat(pings()).as("in plain").isFalse();
          try (RespConnection early = RespConnection.open(address, TIMEOUT, nameless)) {
            answers(early);
            write(nodes, oneSided + ", clientCa: ca.pem }");
            assertThat(reload()).isEqualTo(changed);
            assertThat(pings(known)).isTrue();
            assertThat(pings(nameless)).as("without a certificate").isFalse();

            write(nodes, ", tls: { certificate: nowhere.pem, key: server-key.pem }");
            refuses();
            assertThat(pings(known)).isTrue();
            write(nodes, "");
            assertThat(reload()).isEqualTo(changed);
            assertThat(pings()).isTrue();
            // Nobody who was there before was touched.
            answers(early);
            answers(plain);
            assertThat(program.err()).doesNotContain("Exception");
          }
        }
      }
    }
  }

  @Test
  void shouldReachServersByTheCertificatesOfNow() throws Exception {
    Authority authority = Authority.in(folder);
    Authority.Issued issued = authority.issue("server", "ip:127.0.0.1");
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Authority.in(elsewhere);
    try (Ports.Reserved node = Ports.reserve();
        RedisServer server =
            RedisServer.start(
                ServerVersion.usual(),
                "--tls-port",
                Integer.toString(node.port()),
                "--tls-cert-file",
                issued.certificate().toString(),
                "--tls-key-file",
                issued.key().toString(),
                "--tls-ca-cert-file",
                authority.certificate().toString(),
                "--tls-auth-clients",
                "no")) {
      String nodes = "nodes: [\"127.0.0.1:" + node.port() + "\"]";
      write(nodes + ", tls: { ca: elsewhere/ca.pem }", "");
      try (ProgramProcess program = run()) {
        Eventually.holds("it begins", () -> program.err().contains("status is answered"));
        RespConnection open = RespConnection.open(address, TIMEOUT);
        open.send("SET", "a", "1");
        write(nodes + ", tls: { ca: nowhere.pem }", "");
        refuses();
        write(nodes + ", tls: { ca: ca.pem }", "");
        assertThat(reload())
            .isEqualTo(
                "groups[orders].tls is followed by connections to servers that begin from now"
                    + " on\n");
        assertThat(open.read()).isEqualTo(new Reply.Text("OK"));
        open.close();
        assertThat(server.command("GET", "a")).isEqualTo("1");
        assertThat(program.err()).doesNotContain("Exception");
      }
    }
  }
}
