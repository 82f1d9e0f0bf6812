package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.source.SourceOptions;
import io.understudy.replication.stage.Selection;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Relay;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources and replicas that cannot be used: the status says why, and nobody loses data. */
class UnusableTest {
  private static final int HIGH_DATABASE = 5;

  @TempDir private Path folder;

  /** Before any replica asks for something. */
  @Test
  void shouldTellWhatIsWrongWithSource() throws Exception {
    ServerVersion version = ServerVersion.usual();
    try (RedisServer locked = RedisServer.start(version, "--requirepass", "secret");
        RedisServer cluster = RedisServer.start(version, "--cluster-enabled", "yes");
        Rig nobody = Rig.start(Rig.freeAddress(), Selection.EVERYTHING);
        Rig withoutPassword = Rig.start(locked.address(), Selection.EVERYTHING);
        Rig ofCluster = Rig.start(cluster.address(), Selection.EVERYTHING)) {
      awaitReason(nobody, SourceStatus.State.RETRYING, "cannot be reached: nothing listens there");
      awaitReason(withoutPassword, SourceStatus.State.BROKEN, "needs a password; give one");
      awaitReason(ofCluster, SourceStatus.State.BROKEN, "is a node of a cluster");
    }
  }

  @Test
  void shouldTellThatThePasswordIsWrong() throws Exception {
    try (RedisServer locked = RedisServer.start(ServerVersion.usual(), "--requirepass", "secret");
        Rig rig =
            Rig.start(
                SourceOptions.of(
                    locked.address(),
                    Optional.of(new SourceOptions.Login(Optional.empty(), "wrong")),
                    0),
                Selection.EVERYTHING)) {
      awaitReason(
          rig, SourceStatus.State.BROKEN, "refuses the login of the default user: WRONGPASS");
      assertThat(rig.status().reason()).doesNotContain("wrong ");
    }
  }

  /** It is found when it comes up, though no replica asks for anything. */
  @Test
  void shouldFindSourceThatComesUpLater() throws Exception {
    try (RedisServer source = RedisServer.start(ServerVersion.usual())) {
      source.kill9();
      try (Rig rig = Rig.start(source.address(), Selection.EVERYTHING)) {
        awaitReason(rig, SourceStatus.State.RETRYING, "cannot be reached");
        source.startAgain();
        Eventually.holds(
            "the source is known",
            () ->
                rig.status().state() == SourceStatus.State.IDLE
                    && rig.status().server().startsWith("redis "));
        assertThat(rig.status().reason()).isEmpty();
        assertThat(source.info("connected_slaves")).isEqualTo("0");
      }
    }
  }

  @Test
  void shouldSayThatSourceNoLongerHasTheStream() throws Exception {
    ServerVersion version = ServerVersion.usual();
    try (RedisServer source = RedisServer.start(version, "--repl-backlog-size", "16kb");
        RedisServer replica = RedisServer.start(version);
        Relay upstream = Relay.to(source.address());
        Rig rig = Rig.start(upstream.address(), Selection.EVERYTHING)) {
      Rig.attach(replica, rig.feed(0));
      upstream.refuse();
      source.command("SET", "big", "v".repeat(100_000));
      source.command("CONFIG", "SET", "rdb-key-save-delay", "3000000");
      upstream.accept();

      awaitReason(
          rig,
          SourceStatus.State.SYNCING,
          "could not go on at offset ",
          "raise its repl-backlog-size");
      source.command("CONFIG", "SET", "rdb-key-save-delay", "0");
      rig.awaitInSync(source, replica);
      assertThat(replica.command("STRLEN", "big")).isEqualTo("100000");
      assertThat(rig.status().reason()).isEmpty();
    }
  }

  /** Nobody can follow it, because it does not know how a history goes on. */
  @Test
  void shouldTellThatSourceIsTooOld() throws Exception {
    try (RedisServer ancient = RedisServer.start(ServerVersion.tooOld());
        Rig rig = Rig.start(ancient.address(), Selection.EVERYTHING)) {
      awaitReason(
          rig,
          SourceStatus.State.BROKEN,
          "is Redis 2.8.19, which is too old; 6.0 is the oldest supported");
    }
  }

  /** It is what REPLICAOF means, and whoever gave that order by mistake is told what is gone. */
  @EachServer
  void shouldTellThatReplicaHeldKeys(ServerVersion version) throws Exception {
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING)) {
      source.command("SET", "a", "1");
      replica.command("MSET", "b", "2", "c", "3");
      Rig.attach(replica, rig.feed(0));
      rig.awaitInSync(source, replica);

      assertThat(replica.command("EXISTS", "b", "c")).isEqualTo("0");
      assertThat(replaced(rig)).isEqualTo(2);

      replica.command("CLIENT", "KILL", "TYPE", "master");
      Eventually.holds("it goes on", () -> rig.status().feeds().getFirst().partialResyncs() == 1);
      assertThat(replaced(rig)).isZero();
    }
  }

  private static long replaced(Rig rig) {
    return rig.status().feeds().getFirst().replicas().stream()
        .mapToLong(SourceStatus.ReplicaStatus::replacedKeys)
        .sum();
  }

  /** A server that is told to use a database beyond its own ends, or takes the keys for others. */
  @EachServer
  void shouldCutOffReplicaThatHasFewerDatabases(ServerVersion version) throws Exception {
    try (RedisServer source = RedisServer.start(version);
        RedisServer small = RedisServer.start(version, "--databases", "2");
        RedisServer other = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING);
        RespClient client = source.connect()) {
      source.command("SET", "a", "1");
      Rig.attach(small, rig.feed(0));
      Rig.attach(other, rig.feed(0));

      client.call("SELECT", Integer.toString(HIGH_DATABASE));
      client.call("SET", "high", "1");
      awaitRefused(rig);
      rig.awaitInSync(source);

      assertThat(small.command("DBSIZE")).isEqualTo("1");
      other.command("SELECT", Integer.toString(HIGH_DATABASE));
      Eventually.holds("the other one has it", () -> other.command("GET", "high").equals("1"));
      other.command("SELECT", "0");
    }
  }

  /** The same with a snapshot, of which it must not hear that database either. */
  @EachServer
  void shouldSendNoSnapshotToReplicaThatHasFewerDatabases(ServerVersion version) throws Exception {
    try (RedisServer source = RedisServer.start(version);
        RedisServer small = RedisServer.start(version, "--databases", "2");
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING);
        RespClient client = source.connect()) {
      client.call("SELECT", Integer.toString(HIGH_DATABASE));
      client.call("SET", "high", "1");
      small.command("SET", "old", "data");
      small.command("REPLICAOF", rig.feed(0).host(), Integer.toString(rig.feed(0).port()));

      awaitRefused(rig);

      assertThat(small.isRunning()).isTrue();
      assertThat(small.command("KEYS", "high")).isEmpty();
    }
  }

  private static void awaitRefused(Rig rig) {
    Eventually.holds(
        "the small one is refused",
        () ->
            rig.status()
                .feeds()
                .getFirst()
                .refused()
                .orElse("")
                .equals(
                    "this feed uses database 5, which the replica does not have; raise its"
                        + " 'databases' and start it again"));
  }

  @Test
  void shouldNameTheFolderThatHasNoRoom() throws Exception {
    // The device that is always full stands for a full disk.
    Path full = Path.of("/dev/full");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full));
    Address listen = Rig.freeAddress();
    Path link = folder.resolve(listen.toString().replaceAll("[^0-9A-Za-z.]", "_") + ".stream");
    Files.createSymbolicLink(link, full);

    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> Rig.startAt(listen, Rig.freeAddress(), folder))
        .isInstanceOf(ReplicationException.class)
        .hasMessageStartingWith("there is no room for the backlog of " + listen + ": ");
  }

  private static void awaitReason(Rig rig, SourceStatus.State state, String... parts) {
    Eventually.holds(
        "the status says " + String.join("…", parts),
        () -> {
          SourceStatus status = rig.status();
          boolean all = status.state() == state;
          for (String part : parts) {
            all &= status.reason().contains(part);
          }
          return all;
        });
  }

  /** What a newer server says of its snapshot is read before anything of it goes on. */
  @Test
  void shouldRefuseSnapshotOfServerThatIsNewerThanKnown() throws Exception {
    try (RedisServer replica = RedisServer.start(ServerVersion.usual());
        RedisServer source = RedisServer.start(ServerVersion.usual());
        Relay upstream = Relay.to(source.address());
        Rig rig = Rig.start(upstream.address(), Selection.EVERYTHING)) {
      upstream.rewrite("REDIS00", "REDIS99");
      replica.command("SET", "old", "data");
      replica.command("REPLICAOF", rig.feed(0).host(), Integer.toString(rig.feed(0).port()));

      awaitReason(rig, SourceStatus.State.BROKEN, "sent a snapshot that cannot be used: ");
      assertThat(replica.command("GET", "old")).isEqualTo("data");
    }
  }
}
