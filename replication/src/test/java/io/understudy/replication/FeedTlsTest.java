package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.sink.FeedOptions;
import io.understudy.replication.source.SourceOptions;
import io.understudy.replication.stage.Contents;
import io.understudy.replication.stage.Policies;
import io.understudy.replication.stage.Rename;
import io.understudy.replication.stage.Selection;
import io.understudy.testkit.Authority;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import io.understudy.wire.tls.ClientTls;
import io.understudy.wire.tls.KeyFiles;
import io.understudy.wire.tls.ServerTls;
import io.understudy.wire.tls.TlsClient;
import io.understudy.wire.tls.TlsServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS from the source to Understudy, and from there to replicas, which are asked over TLS, too. */
class FeedTlsTest {
  private static final String HOST = "ip:127.0.0.1";

  @TempDir private Path folder;

  @Test
  void shouldReplicateOverTlsOnBothSides() throws Exception {
    Authority authority = Authority.in(folder);
    int sourcePort = Rig.freeAddress().port();
    int replicaPort = Rig.freeAddress().port();
    try (RedisServer source = server(authority, sourcePort);
        RedisServer replica = server(authority, replicaPort)) {
      source.command("SET", "key", "value");
      Authority.Issued own = authority.issue("understudy", HOST);
      KeyFiles files = new KeyFiles(own.certificate(), own.key());
      TlsClient toServers =
          TlsClient.of(
              new ClientTls(
                  Optional.of(authority.certificate()),
                  Optional.of(files),
                  Optional.empty(),
                  true));
      Address listen = Rig.freeAddress();
      FeedPlan feed =
          new FeedPlan(
              listen,
              Selection.EVERYTHING,
              Contents.ALL,
              Rename.NONE,
              Policies.DEFAULT,
              "everything",
              1 << 20,
              1 << 20,
              FeedOptions.DEFAULT,
              Optional.empty(),
              RdbTarget.Loss.REFUSED,
              Optional.of(TlsServer.of(ServerTls.of(files))));
      SourcePlan plan =
          new SourcePlan(
              "test",
              SourceOptions.of(
                      new Address("127.0.0.1", sourcePort), Optional.empty(), listen.port())
                  .over(Optional.of(toServers)),
              List.of(feed),
              Duration.ofMillis(100),
              Optional.empty(),
              1 << 20);
      Replication replication = Replication.start(List.of(plan), new Random(1), System::nanoTime);
      try {
        replica.command("REPLICAOF", "127.0.0.1", Integer.toString(listen.port()));
        replica.awaitLinkUp();
        source.command("SET", "later", "other");
        Eventually.holds("it follows", () -> replica.command("GET", "later").equals("other"));
        assertThat(replica.command("GET", "key")).isEqualTo("value");
        assertThat(
                replication.status().getFirst().feeds().getFirst().replicas().getFirst().server())
            .startsWith("redis ");
      } finally {
        replication.close();
      }
    }
  }

  private static RedisServer server(Authority authority, int port) {
    Authority.Issued issued = authority.issue("server" + port, HOST);
    return RedisServer.start(
        ServerVersion.usual(),
        "--tls-port",
        Integer.toString(port),
        "--tls-cert-file",
        issued.certificate().toString(),
        "--tls-key-file",
        issued.key().toString(),
        "--tls-ca-cert-file",
        authority.certificate().toString(),
        "--tls-replication",
        "yes");
  }
}
