package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.view.Reachability;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.Reply;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Servers that refuse writes take the mark all the same, and keep their rule for all others. */
class MarkRefusedTest {
  private static final String MARK = "{understudy}:epoch";

  @EachServer
  void shouldMarkAPrimaryWhoseMemoryIsFull(ServerVersion version) {
    try (var primary = RedisServer.start(version)) {
      fill(primary);
      try (var watched = Watched.over(List.of(primary))) {
        watched.awaitPrimary(primary);

        assertThat(primary.command("GET", MARK)).startsWith("1 ");
        assertThat(isFull(primary)).isTrue();
      }
    }
  }

  @EachServer
  void shouldPromoteAReplicaWhoseMemoryIsFull(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().command("SET", "key", "value");
      set.awaitInSync();
      set.replica(0).command("CONFIG", "SET", "maxmemory", "1mb");

      set.primary().kill9();

      watched.awaitPrimary(set.replica(0));
      assertThat(set.replica(0).command("GET", MARK)).startsWith("2 ");
      assertThat(isFull(set.replica(0))).isTrue();
    }
  }

  /** Redis 6.0 and 7.0 queue nothing while their memory is full, no REPLICAOF either. */
  @EachServer
  void shouldDemoteAPrimaryWhoseMemoryIsFull(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.replica(0).command("REPLICAOF", "NO", "ONE");
      fill(set.replica(0));

      watched.awaitWhole(set.primary(), set.replicas());

      assertThat(set.replica(0).command("CONFIG", "GET", "maxmemory")).contains("1");
      assertThat(watched.current().epoch().number()).isEqualTo(1);
    }
  }

  @EachServer
  void shouldMarkAPrimaryThatCannotSave(ServerVersion version) throws IOException {
    Path gone = Files.createTempDirectory("understudy-gone-");
    try (var primary = RedisServer.start(version, "--dir", gone.toString())) {
      cannotSave(primary, gone);
      try (var watched = Watched.over(List.of(primary))) {
        watched.awaitPrimary(primary);

        watched.await(
            "it is told",
            () ->
                watched.reachability(primary) instanceof Reachability.Misconf
                    && watched.status().decision().reason().contains("cannot save"));
        assertThat(primary.command("GET", MARK)).startsWith("1 ");
        assertThat(primary.call("SET", "key", "value"))
            .isInstanceOfSatisfying(
                Reply.Failure.class, f -> assertThat(f.message()).startsWith("MISCONF"));
      }
    }
  }

  @EachServer
  void shouldPromoteAReplicaThatCannotSave(ServerVersion version) throws IOException {
    Path gone = Files.createTempDirectory("understudy-gone-");
    try (var primary = RedisServer.start(version);
        var replica = RedisServer.startReplica(version, primary, "--dir", gone.toString());
        var watched = Watched.over(List.of(primary, replica))) {
      watched.awaitWhole(primary, List.of(replica));
      cannotSave(replica, gone);

      primary.kill9();

      watched.awaitPrimary(replica);
      watched.await("it is marked", () -> replica.command("GET", MARK).startsWith("2 "));
      assertThat(replica.call("SET", "key", "value")).isInstanceOf(Reply.Failure.class);
    }
  }

  private static void fill(RedisServer server) {
    server.command("SET", "key", "value");
    server.command("CONFIG", "SET", "maxmemory", "1");
    assertThat(isFull(server)).isTrue();
  }

  private static boolean isFull(RedisServer server) {
    return server.call("SET", "other", "value") instanceof Reply.Failure(String message)
        && message.startsWith("OOM");
  }

  private static void cannotSave(RedisServer server, Path folder) throws IOException {
    server.command("CONFIG", "SET", "save", "3600 1");
    deleteWhole(folder);
    Eventually.holds(
        "no other save is in the way", () -> !(server.call("BGSAVE") instanceof Reply.Failure));
    Eventually.holds(
        "it has failed to save", () -> server.info("rdb_last_bgsave_status").equals("err"));
  }

  private static void deleteWhole(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
