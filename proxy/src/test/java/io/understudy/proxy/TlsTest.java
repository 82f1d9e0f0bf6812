package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.proxy.backend.Access;
import io.understudy.proxy.route.Credentials;
import io.understudy.proxy.session.Counters.Count;
import io.understudy.testkit.Authority;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import io.understudy.topology.RunId;
import io.understudy.wire.tls.ClientTls;
import io.understudy.wire.tls.KeyFiles;
import io.understudy.wire.tls.ServerTls;
import io.understudy.wire.tls.TlsClient;
import io.understudy.wire.tls.TlsException;
import io.understudy.wire.tls.TlsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
  private static final String HOST = "ip:127.0.0.1";

  @TempDir Path folder;

  private static KeyFiles files(Authority.Issued issued) {
    return new KeyFiles(issued.certificate(), issued.key());
  }

  private static Rig rig(RedisServer server, TlsServer tls) {
    Rig rig = new Rig(ProxyOptions.of(new Listener("127.0.0.1", 0, HandFeed.GROUP).with(tls)));
    rig.feed.crown(server);
    return rig;
  }

  private static SSLSocket socket(TlsClient client, Address to) throws IOException {
    SSLSocket socket =
        (SSLSocket) client.context().getSocketFactory().createSocket(to.host(), to.port());
    socket.setSSLParameters(client.with(socket.getSSLParameters()));
    return socket;
  }

  private static String shown(SSLSocket socket) throws IOException {
    return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
        .getSubjectX500Principal()
        .getName();
  }

  @Test
  void shouldServeOverTlsWhatItServesInPlain() throws IOException {
    Authority authority = Authority.in(folder);
    TlsServer tls = TlsServer.of(ServerTls.of(files(authority.issue("server", HOST))));
    TlsClient client = TlsClient.of(ClientTls.trusting(authority.certificate()));
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = rig(server, tls);
        Wire wire = new Wire(socket(client, rig.address()))) {
      String big = "x".repeat(300_000);
      assertThat(wire.call("SET", "big", big)).isEqualTo("+OK\r\n");
      assertThat(wire.call("GET", "big")).hasSize(big.length() + 11).endsWith("x\r\n");
      wire.send(Wire.commands("HELLO 3", "MULTI", "INCR n", "EXEC", "SUBSCRIBE c", "GET n"));
      assertThat(wire.read(6)).last().isEqualTo("$1\r\n1\r\n");
      StringBuilder pipeline = new StringBuilder();
      for (int i = 0; i < 2_000; i++) {
        pipeline.append("*2\r\n$4\r\nINCR\r\n$1\r\nm\r\n");
      }
      wire.send(Wire.bytes(pipeline.toString()));
      assertThat(wire.read(2_000)).last().isEqualTo(":2000\r\n");
      // A plain client is no trouble for the others.
      try (Wire plain = new Wire(rig.address())) {
        plain.send("PING");
        plain.readToEnd();
      } catch (IOException e) {
        // An alert is no RESP.
      }
      Eventually.holds("it is counted", () -> rig.count(Count.HANDSHAKES_FAILED) == 1);
      assertThat(wire.call("PING")).isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void shouldAskClientsForCertificatesWhenItIsToldTo() throws IOException {
    Authority authority = Authority.in(folder);
    Path strangers = Files.createDirectory(folder.resolve("strangers"));
    TlsServer tls =
        TlsServer.of(
            new ServerTls(
                files(authority.issue("server", HOST)),
                List.of(),
                Optional.of(authority.certificate()),
                false));
    TlsClient known =
        TlsClient.of(
            new ClientTls(
                Optional.of(authority.certificate()),
                Optional.of(files(authority.issue("client"))),
                Optional.empty(),
                true));
    TlsClient stranger =
        TlsClient.of(
            new ClientTls(
                Optional.of(authority.certificate()),
                Optional.of(files(Authority.in(strangers).issue("client"))),
                Optional.empty(),
                true));
    TlsClient nobody = TlsClient.of(ClientTls.trusting(authority.certificate()));
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = rig(server, tls)) {
      try (Wire wire = new Wire(socket(known, rig.address()))) {
        assertThat(wire.call("PING")).isEqualTo("+PONG\r\n");
      }
      for (TlsClient client : List.of(stranger, nobody)) {
        try (Wire wire = new Wire(socket(client, rig.address()))) {
          assertThatThrownBy(() -> wire.call("PING")).isInstanceOf(IOException.class);
        }
      }
      Eventually.holds("they are counted", () -> rig.count(Count.HANDSHAKES_FAILED) == 2);
    }
  }

  @Test
  void shouldShowTheCertificateOfTheHostThatIsAskedFor() throws IOException {
    Authority authority = Authority.in(folder);
    TlsServer tls =
        TlsServer.of(
            new ServerTls(
                files(authority.issue("usual", HOST)),
                List.of(
                    new ServerTls.Named(
                        "*.orders.test", files(authority.issue("orders", "dns:a.orders.test")))),
                Optional.empty(),
                false));
    TlsClient client = TlsClient.of(ClientTls.trusting(authority.certificate()));
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = rig(server, tls)) {
      try (SSLSocket socket = socket(client, rig.address())) {
        assertThat(shown(socket)).contains("CN=usual");
      }
      for (String host : List.of("A.orders.test", "a.b.orders.test", "orders.test")) {
        // One that has no session to go on with, for which nothing would be shown.
        TlsClient fresh = TlsClient.of(ClientTls.trusting(authority.certificate()));
        try (SSLSocket socket = socket(fresh, rig.address())) {
          SSLParameters asked = socket.getSSLParameters();
          asked.setServerNames(List.of(new SNIHostName(host)));
          asked.setEndpointIdentificationAlgorithm("");
          socket.setSSLParameters(asked);
          assertThat(shown(socket))
              .contains(host.equals("A.orders.test") ? "CN=orders" : "CN=usual");
        }
      }
    }
  }

  @EachServer
  void shouldReachServersOverTlsAndRefuseThoseItCannotVerify(ServerVersion version)
      throws IOException {
    Authority authority = Authority.in(folder);
    Authority.Issued issued = authority.issue("server", HOST);
    Authority.Issued own = authority.issue("proxy");
    try (Ports.Reserved port = Ports.reserve();
        RedisServer server =
            RedisServer.start(
                version,
                "--tls-port",
                Integer.toString(port.port()),
                "--tls-cert-file",
                issued.certificate().toString(),
                "--tls-key-file",
                issued.key().toString(),
                "--tls-ca-cert-file",
                authority.certificate().toString())) {
      Address address = new Address("127.0.0.1", port.port());
      RunId runId = new RunId(server.info("run_id"));
      ClientTls right =
          new ClientTls(
              Optional.of(authority.certificate()),
              Optional.of(files(own)),
              Optional.empty(),
              true);
      try (Rig rig = new Rig(options(right))) {
        rig.feed.crown(address, runId);
        try (Wire wire = rig.connect()) {
          String big = "x".repeat(300_000);
          assertThat(wire.call("SET", "big", big)).isEqualTo("+OK\r\n");
          assertThat(wire.call("GET", "big")).hasSize(big.length() + 11);
          wire.send(Wire.commands("MULTI", "INCR n", "EXEC"));
          assertThat(wire.read(3)).last().isEqualTo("*1\r\n:1\r\n");
          StringBuilder pipeline = new StringBuilder();
          for (int i = 0; i < 5_000; i++) {
            pipeline.append("*2\r\n$4\r\nINCR\r\n$1\r\nm\r\n");
          }
          wire.send(Wire.bytes(pipeline.toString()));
          assertThat(wire.read(5_000)).last().isEqualTo(":5000\r\n");
        }
      }
      ClientTls wrongName =
          new ClientTls(right.authorities(), right.identity(), Optional.of("a.test"), true);
      ClientTls noIdentity =
          new ClientTls(right.authorities(), Optional.empty(), Optional.empty(), true);
      for (ClientTls wrong : List.of(wrongName, noIdentity)) {
        try (Rig rig = new Rig(options(wrong).withLimits(Rig.limits(500, 10, 1 << 20)))) {
          rig.feed.crown(address, runId);
          try (Wire wire = rig.connect()) {
            assertThat(wire.call("PING")).startsWith("-UNAVAILABLE");
          }
        }
      }
    }
  }

  private static ProxyOptions options(ClientTls tls) throws TlsException {
    Access access = new Access(Credentials.NONE, Optional.of(TlsClient.of(tls)));
    return Rig.options().withAccess(Map.of(HandFeed.GROUP, access));
  }

  @Test
  void shouldUseRenewedFilesForNewConnectionsAndLetTheOldOnesLive() throws IOException {
    Authority authority = Authority.in(folder);
    Authority.Issued issued = authority.issue("server", HOST);
    TlsServer tls = TlsServer.of(ServerTls.of(files(issued)));
    TlsClient client = TlsClient.of(ClientTls.trusting(authority.certificate()));
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = rig(server, tls);
        SSLSocket before = socket(client, rig.address());
        Wire old = new Wire(before)) {
      String first = shown(before);
      assertThat(tls.renew()).isFalse();
      authority.issue("server", HOST);
      assertThat(tls.renew()).isTrue();
      try (SSLSocket after = socket(client, rig.address())) {
        assertThat(shown(after)).isNotEqualTo(first);
      }
      assertThat(old.call("PING")).isEqualTo("+PONG\r\n");

      Files.writeString(issued.key(), "half a file");
      assertThatThrownBy(tls::renew)
          .isInstanceOf(TlsException.class)
          .hasMessage("'" + issued.key() + "' holds no private key in PEM");
      try (Wire still = new Wire(socket(client, rig.address()))) {
        assertThat(still.call("PING")).isEqualTo("+PONG\r\n");
      }
    }
  }
}
