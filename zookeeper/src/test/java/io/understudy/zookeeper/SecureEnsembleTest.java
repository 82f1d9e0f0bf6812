package io.understudy.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.testkit.Authority;
import io.understudy.testkit.Eventually;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ZooKeeper's own server, which wants certificates or a login. */
class SecureEnsembleTest {
  private static final String GROUP = "orders";

  @TempDir private Path folder;

  private static ZookeeperOptions options(
      ServerProcess server,
      Optional<ZookeeperOptions.Login> login,
      Optional<ZookeeperOptions.Tls> tls) {
    return new ZookeeperOptions(server.connect(), "/understudy", login, tls, Ensemble.SESSION);
  }

  private static ZookeeperCoordinator keeper(ZookeeperOptions options) throws IOException {
    return ZookeeperCoordinator.keeper(
        options,
        new KeeperIdentity("a", List.of("a"), "same", List.of(GROUP), "here"),
        false,
        TrafficFeed.NONE);
  }

  private static void awaitLeads(ZookeeperCoordinator keeper) {
    var leadership = keeper.coordinator().leadership();
    Eventually.holds("it leads", () -> leadership.standing(GROUP).leads());
  }

  /** A certificate and its key in one file, as ZooKeeper reads them. */
  private Path keyStore(Authority authority, String name, String... hosts) throws IOException {
    Authority.Issued issued = authority.issue(name, hosts);
    return Files.writeString(
        folder.resolve(name + "-store.pem"),
        Files.readString(issued.key()) + Files.readString(issued.certificate()));
  }

  private static ZookeeperOptions.Tls tls(Path trust, Optional<Path> key) {
    return new ZookeeperOptions.Tls(trust, Optional.empty(), key, Optional.empty());
  }

  @Test
  void shouldSpeakTlsWithAnEnsembleThatWantsCertificates() throws Exception {
    Authority authority = Authority.in(Files.createDirectories(folder.resolve("ours")));
    Authority stranger = Authority.in(Files.createDirectories(folder.resolve("strange")));
    Path client = keyStore(authority, "client");
    try (var server =
        new ServerProcess(
            folder,
            "secureClientPort",
            List.of(
                "serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory",
                "ssl.keyStore.location="
                    + keyStore(authority, "server", "ip:127.0.0.1", "dns:localhost"),
                "ssl.trustStore.location=" + authority.certificate(),
                "ssl.clientAuth=need"),
            List.of())) {
      try (var keeper =
          keeper(
              options(
                  server,
                  Optional.empty(),
                  Optional.of(tls(authority.certificate(), Optional.of(client)))))) {
        awaitLeads(keeper);
      }
      refuses(
          server,
          tls(stranger.certificate(), Optional.of(client)),
          server.connect() + ": its certificate is not one that zookeeper.tls.trustStore trusts");
      refuses(
          server,
          tls(authority.certificate(), Optional.empty()),
          server.connect() + ": it wants a certificate of this side");
      refuses(
          server,
          tls(authority.certificate(), Optional.of(keyStore(stranger, "unknown"))),
          server.connect() + ": it wants a certificate of this side");
    }
  }

  private static void refuses(ServerProcess server, ZookeeperOptions.Tls tls, String line) {
    assertThatThrownBy(() -> keeper(options(server, Optional.empty(), Optional.of(tls))))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(line)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void shouldLogInWithSasl() throws Exception {
    Path users =
        Files.writeString(
            folder.resolve("jaas.conf"),
            """
            Server {
              org.apache.zookeeper.server.auth.DigestLoginModule required
                user_keepers="s3cret pass";
            };
            """);
    try (var server =
        new ServerProcess(
            folder,
            "clientPort",
            List.of(
                "authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider",
                "sessionRequireClientSASLAuth=true"),
            List.of("-Djava.security.auth.login.config=" + users, "-Dzookeeper.fips-mode=false"))) {
      try (var keeper = keeper(options(server, sasl("keepers", "s3cret pass"), Optional.empty()))) {
        awaitLeads(keeper);
      }

      assertThatThrownBy(() -> keeper(options(server, sasl("keepers", "wr0ng"), Optional.empty())))
          .isInstanceOf(IOException.class)
          .hasMessageEndingWith(
              "ZooKeeper does not let the user keepers in; correct zookeeper.auth, or make the"
                  + " user known to the servers");
      assertThatThrownBy(() -> keeper(options(server, Optional.empty(), Optional.empty())))
          .isInstanceOf(IOException.class)
          // The session's end may be heard of before the answer, or after it.
          .hasMessageContaining("a login")
          .hasMessageContaining("write zookeeper.auth");
      assertThat(Files.readString(folder.resolve("server.log"))).doesNotContain("s3cret pass");
    }
  }

  private static Optional<ZookeeperOptions.Login> sasl(String user, String password) {
    return Optional.of(
        new ZookeeperOptions.Login(user, password, ZookeeperOptions.Login.Kind.SASL));
  }
}
