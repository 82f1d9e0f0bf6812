package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replicas that could not load what the source writes, behind a feed that knows their version. */
class FeedTargetTest {
  /** The newest of each family writes types that none of these knows. */
  static List<ServerVersion> olderServers() {
    return List.of(
        ServerVersion.oldest(ServerVersion.Family.REDIS),
        ServerVersion.usual(),
        ServerVersion.usual(ServerVersion.Family.VALKEY));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("olderServers")
  void shouldWriteTheSnapshotInTypesThatOlderReplicasKnow(ServerVersion version) throws Exception {
    ServerVersion newest = ServerVersion.newest(ServerVersion.Family.REDIS);
    try (RedisServer source = RedisServer.start(newest);
        RedisServer replica = RedisServer.start(version)) {
      source.command("SET", "string", "value");
      source.command("RPUSH", "list", "a", "12", "c");
      source.command("SADD", "set", "a", "b");
      source.command("HSET", "hash", "field", "value");
      source.command("ZADD", "zset", "1.5", "member");
      source.command("XADD", "stream", "1-1", "f", "v");
      source.command("XGROUP", "CREATE", "stream", "group", "0");
      var target =
          RdbTarget.of(
              RdbVersion.Family.valueOf(version.family().name()), version.major(), version.minor());
      try (Rig rig = Rig.start(source.address(), target)) {
        Rig.attach(replica, rig.feed(0));
        source.command("SET", "later", "value");
        rig.awaitInSync(source, replica);
        for (RedisServer server : List.of(source, replica)) {
          assertThat(server.command("MGET", "string", "later")).isEqualTo("value value");
          assertThat(server.command("LRANGE", "list", "0", "-1")).isEqualTo("a 12 c");
          assertThat(server.command("SCARD", "set")).isEqualTo("2");
          assertThat(server.command("HGETALL", "hash")).isEqualTo("field value");
          assertThat(server.command("ZSCORE", "zset", "member")).isEqualTo("1.5");
          assertThat(server.command("XRANGE", "stream", "-", "+")).isEqualTo("1-1 f v");
          assertThat(server.command("XINFO", "GROUPS", "stream")).startsWith("name group");
        }
      }
    }
  }
}
