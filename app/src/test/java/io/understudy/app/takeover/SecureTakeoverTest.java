package io.understudy.app.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.io.EOFException;
import java.io.IOException;
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

/** {@code understudy run --takeover} where listeners speak TLS. */
class SecureTakeoverTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int STAYING = 2;
  private static final int SOME_WRITES = 100;

  /** A listener that shows a certificate and asks for none. */
  private static final String ONE_SIDED = "certificate: server.pem, key: server-key.pem";

  private static final String MUTUAL = ONE_SIDED + ", clientCa: ca.pem";

  @TempDir private Path folder;
  private final Ports.Reserved first = Ports.reserve();
  private final Ports.Reserved second = Ports.reserve();
  private final Ports.Reserved admin = Ports.reserve();
  private final Address one = new Address("127.0.0.1", first.port());
  private final Address other = new Address("127.0.0.1", second.port());
  private final RedisServer server = RedisServer.start(ServerVersion.usual());

  @AfterEach
  void end() {
    server.close();
    first.close();
    second.close();
    admin.close();
  }

  private Authority authority() {
    Authority authority = Authority.in(folder);
    authority.issue("server", "ip:127.0.0.1");
    return authority;
  }

  private void write(String firstTls, String secondTls) throws IOException {
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups: [{ name: orders, nodes: [%s] }]
        proxy:
          listeners:
            - { bind: "%s", group: orders, tls: { %s } }
            - { bind: "%s", group: orders, tls: { %s } }
        admin: { bind: "127.0.0.1:%d" }
        """
            .formatted(server.address(), one, firstTls, other, secondTls, admin.port()));
  }

  private ProgramProcess run(String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of("run"));
    words.addAll(List.of(options));
    return ProgramProcess.start(folder, Map.of(), words);
  }

  private static void says(ProgramProcess program, String text) {
    Eventually.holds("it says: " + text, () -> program.err().contains(text));
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

  private static boolean pings(Address address, TlsClient client) {
    try (RespConnection connection = RespConnection.open(address, TIMEOUT, client)) {
      return connection.ask("PING").equals(new Reply.Text("PONG"));
    } catch (IOException e) {
      return false;
    }
  }

  private static void awaitWrites(Clients clients) {
    long stayed = clients.staying();
    long came = clients.coming();
    Eventually.holds(
        "clients write",
        () ->
            clients.staying() > stayed + SOME_WRITES && clients.coming() > came + SOME_WRITES / 10);
  }

  @Test
  void shouldHandOverListenersWhoseClientsComeByTls() throws Exception {
    Authority authority = authority();
    TlsClient known = client(authority, Optional.of(authority.issue("known")));
    TlsClient nameless = client(authority, Optional.empty());
    write(MUTUAL, ONE_SIDED);
    try (Clients mutual = new Clients(() -> RespConnection.open(one, TIMEOUT, known));
        Clients oneSided = new Clients(() -> RespConnection.open(other, TIMEOUT, nameless));
        ProgramProcess old = run()) {
      Eventually.holds("it serves", () -> pings(one, known) && pings(other, nameless));
      assertThat(pings(one, nameless)).as("without a certificate").isFalse();
      for (Clients clients : List.of(mutual, oneSided)) {
        clients.stay(STAYING);
        clients.come();
      }
      awaitWrites(mutual);
      awaitWrites(oneSided);
      // From now on both want a certificate: whoever comes without one and is let in is the old
      // process's client.
      write(MUTUAL, MUTUAL);
      oneSided.endComing();
      try (ProgramProcess fresh = run("--takeover")) {
        says(old, "process " + fresh.pid() + " has taken over");
        awaitWrites(mutual);
        long stayed = oneSided.staying();
        Eventually.holds(
            "who stayed without a certificate writes",
            () -> oneSided.staying() > stayed + SOME_WRITES);
        assertThat(pings(other, nameless)).as("without a certificate").isFalse();
        assertThat(pings(other, known)).isTrue();
        assertThat(old.isAlive()).isTrue();
        mutual.leave();
        oneSided.leave();
        assertThat(old.await().exitCode()).isZero();
        says(fresh, "this one decides from now on");
        mutual.end();
        assertThat(mutual.failures()).isEmpty();
        assertThat(oneSided.failures()).isEmpty();
        assertThat(server.command("GET", "staying"))
            .isEqualTo(Long.toString(mutual.staying() + oneSided.staying()));
        assertThat(server.command("GET", "coming"))
            .isEqualTo(Long.toString(mutual.coming() + oneSided.coming()));
      }
    }
  }

  @Test
  void shouldEndConnectionsAsTlsDemandsAndServeAgainWhenTheNewOneIsGone() throws Exception {
    Authority authority = authority();
    TlsClient known = client(authority, Optional.of(authority.issue("known")));
    write(MUTUAL, MUTUAL);
    try (ProgramProcess old = run()) {
      Eventually.holds("it serves", () -> pings(one, known));
      says(old, "status is answered");
      Path key = folder.resolve("server-key.pem");
      String good = Files.readString(key);
      Files.writeString(key, "no key\n");
      try (ProgramProcess wrong = run("--takeover")) {
        ProgramProcess.Ended ended = wrong.await();
        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err()).contains("server-key.pem");
      }
      Files.writeString(key, good);
      assertThat(pings(one, known)).isTrue();

      try (RespConnection idle = RespConnection.open(one, TIMEOUT, known)) {
        assertThat(idle.ask("PING")).isEqualTo(new Reply.Text("PONG"));
        try (ProgramProcess killed = run("--takeover")) {
          says(old, "process " + killed.pid() + " has taken over");
          assertThat(pings(one, known)).isTrue();
          killed.kill();
          says(old, "process " + killed.pid() + " is gone: this one serves by itself again");
        }
        assertThat(pings(one, known)).isTrue();
        assertThat(idle.ask("PING")).isEqualTo(new Reply.Text("PONG"));
        try (ProgramProcess fresh = run("--takeover", "--drain-deadline", "0")) {
          assertThat(old.await().exitCode()).isZero();
          // It was told that this is the end, and did not just find the connection cut.
          assertThatThrownBy(idle::read)
              .isInstanceOf(EOFException.class)
              .hasMessage("the connection ended");
          says(fresh, "this one decides from now on");
          assertThat(pings(one, known)).isTrue();
        }
      }
    }
  }
}
