package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.replication.stage.Selection;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import io.understudy.testkit.ServerVersion.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Newer words reach older replicas, and replicas of the other family, as words that they know. */
class DialectFeedTest {
  private static final String FUTURE_MILLIS = "1999999999000";

  /** What newer servers replicate in words that older ones do not know; each key stands alone. */
  private static final List<String> NEWER_WORDS =
      List.of(
          "SET string v EXAT 1999999999",
          "SET string2 v PXAT " + FUTURE_MILLIS + " NX",
          "SET string2 w IFEQ v KEEPTTL",
          "SET string3 v GET",
          "MSETEX 2 many1 1 many2 2 PXAT " + FUTURE_MILLIS,
          "MSETEX 2 many1 3 many2 4 KEEPTTL",
          "SET expiring v",
          "EXPIREAT expiring 1999999999 NX",
          "HSET hash f 1 g 2 h 3",
          "HSETEX hash FXX FIELDS 1 f 9",
          "HINCRBYFLOAT hash g 1.5",
          "HGETDEL hash FIELDS 1 h",
          "ZADD zset 1 a 5 b",
          "ZADD zset GT CH 3 a 1 b",
          "ZADD zset LT INCR -1 a",
          "GEOADD geo NX 13.3 38.1 x",
          "GEOSEARCHSTORE found geo FROMLONLAT 13 38 BYRADIUS 500 km",
          "GEOSEARCHSTORE found2 geo FROMLONLAT 13 38 BYPOLYGON 4 12 37 14 37 14 39 12 39",
          "ZRANGESTORE part zset 0 0",
          "ZDIFFSTORE rest 2 zset part",
          "RPUSH list a b c d e f g",
          "LPOP list 2",
          "RPOP list 2",
          "LMPOP 1 list LEFT COUNT 1",
          "LMOVE list list2 LEFT LEFT",
          "LMOVE list list2 RIGHT LEFT",
          "LMOVE list2 list2 LEFT RIGHT",
          "COPY string string4",
          "COPY string string4 DB 1",
          "BITOP DIFF bits string string2",
          "XADD stream 1-1 f v",
          "XADD stream NOMKSTREAM MAXLEN ~ 10 2-1 f v",
          "XADD stream MINID = 1-1 3-1 f v",
          "XADD stream KEEPREF MAXLEN = 9 4-1 f v",
          "XADD stream MAXLEN = 9 DELREF 5-1 f v",
          "XGROUP CREATE stream g 0 ENTRIESREAD 1",
          "XREADGROUP GROUP g c COUNT 3 STREAMS stream >",
          "XACKDEL stream g DELREF IDS 1 2-1",
          "XDELEX stream KEEPREF IDS 1 3-1",
          "XTRIM stream MINID 4-1",
          "XADD once IDMP producer one * f v",
          "XADD once IDMP producer one * f v",
          "XCFGSET once IDMP-DURATION 300",
          "FLUSHDB SYNC");

  /** Which source feeds which replica. */
  static List<Arguments> pairs() {
    ServerVersion newestRedis = ServerVersion.newest(Family.REDIS);
    ServerVersion newestValkey = ServerVersion.newest(Family.VALKEY);
    return List.of(
        Arguments.of(newestRedis, ServerVersion.oldest(Family.REDIS)),
        Arguments.of(newestRedis, ServerVersion.usual(Family.REDIS)),
        Arguments.of(newestRedis, ServerVersion.usual(Family.VALKEY)),
        Arguments.of(newestRedis, newestValkey),
        Arguments.of(newestValkey, ServerVersion.oldest(Family.REDIS)),
        Arguments.of(newestValkey, ServerVersion.usual(Family.VALKEY)),
        Arguments.of(newestValkey, newestRedis));
  }

  @ParameterizedTest(name = "{0} feeds {1}")
  @MethodSource("pairs")
  void shouldSpeakTheWordsOfReplicaThatIsAsked(ServerVersion from, ServerVersion to)
      throws Exception {
    try (RedisServer source = RedisServer.start(from);
        RedisServer replica = RedisServer.start(to);
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING);
        RespClient client = source.connect()) {
      source.command("SET", "first", "v");
      Rig.attach(replica, rig.feed(0));
      assertThat(rig.status().feeds().getFirst().target().toLowerCase(Locale.ROOT))
          .isEqualTo(to.toString().replace('-', ' '));

      for (int round = 0; round < 2; round++) {
        client.send("SELECT", round == 0 ? "0" : "2");
        client.read();
        List<String> commands = new ArrayList<>(NEWER_WORDS);
        if (round == 0) {
          commands.removeLast(); // the dataset is compared, and then flushed
        }
        for (String command : commands) {
          client.send(command.split(" ", -1));
          client.read();
        }
        rig.awaitInSync(source, replica);
        assertThat(rig.status().feeds().getFirst().stopped()).isEmpty();
        assertThat(Dataset.differences(Dataset.told(source), Dataset.told(replica))).isEmpty();
      }
      assertThat(replica.info("unexpected_error_replies")).isIn("", "0");
      assertThat(rig.status().feeds().getFirst().translated()).isPositive();
    }
  }

  @Test
  void shouldRefuseReplicaThatDoesNotKnowTheWordsOfTheOthers() throws Exception {
    ServerVersion newest = ServerVersion.newest(Family.REDIS);
    try (RedisServer source = RedisServer.start(newest);
        RedisServer replica = RedisServer.start(newest);
        RedisServer older = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING)) {
      older.command("SET", "kept", "v");
      Rig.attach(replica, rig.feed(0));

      older.command("REPLICAOF", rig.feed(0).host(), Integer.toString(rig.feed(0).port()));

      Eventually.holds(
          "the older one is refused",
          () ->
              rig.status()
                  .feeds()
                  .getFirst()
                  .refused()
                  .orElse("")
                  .contains("this feed's other replicas are fed as Redis 8"));
      assertThat(older.command("GET", "kept")).isEqualTo("v");
    }
  }

  @Test
  void shouldStopBeforeItSaysWhatTheReplicaHasNoWordsFor() throws Exception {
    try (RedisServer source = RedisServer.start(ServerVersion.newest(Family.REDIS));
        RedisServer replica = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING)) {
      source.command("HSET", "hash", "f", "v");
      Rig.attach(replica, rig.feed(0));

      source.command("HEXPIRE", "hash", "1000", "FIELDS", "1", "f");

      Eventually.holds(
          "the feed stops", () -> rig.status().feeds().getFirst().stopped().isPresent());
      assertThat(rig.status().feeds().getFirst().stopped().orElseThrow())
          .contains("has no times of fields of hashes");
      assertThat(replica.command("HGET", "hash", "f")).isEqualTo("v");
    }
  }

  @Test
  void shouldTellHowManyCommandsReplicaRefuses() throws Exception {
    ServerVersion version = ServerVersion.usual();
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version, "--rename-command", "APPEND", "OTHER");
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING)) {
      Rig.attach(replica, rig.feed(0));

      source.command("APPEND", "key", "v");

      Eventually.holds(
          "one command was refused",
          () ->
              rig.status().feeds().getFirst().replicas().stream()
                  .anyMatch(r -> r.refusedCommands() == 1));
      assertThat(rig.status().feeds().getFirst().replicas().getFirst().server())
          .startsWith("redis " + version.major());
    }
  }

  /** Nobody can ask it, and nothing was configured: a guess could cost it its data. */
  @Test
  void shouldRefuseReplicaWhoseVersionNobodyKnowsUnlessTargetIsGiven() throws Exception {
    ServerVersion version = ServerVersion.usual();
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING);
        Rig told = Rig.start(source.address(), RdbTarget.of(RdbVersion.Family.REDIS, 7, 0))) {
      replica.command("CONFIG", "SET", "requirepass", "secret");
      replica.command("AUTH", "secret");
      replica.command("REPLICAOF", rig.feed(0).host(), Integer.toString(rig.feed(0).port()));

      Eventually.holds(
          "it is refused",
          () ->
              rig.status()
                  .feeds()
                  .getFirst()
                  .refused()
                  .orElse("")
                  .contains("answered INFO with NOAUTH"));
      Rig.attach(replica, told.feed(0));
      assertThat(told.status().feeds().getFirst().target()).isEqualTo("Redis 7.0");
    }
  }
}
