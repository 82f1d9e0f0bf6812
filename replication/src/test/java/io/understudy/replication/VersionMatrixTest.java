package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.stage.Selection;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Relay;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import io.understudy.testkit.ServerVersion.Family;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random writes of every kind from one version to another, while links are cut at random: up, down,
 * and between the families.
 *
 * <p>The usual run is short; {@code build/matrix ROUNDS [SEED]} goes on.
 */
class VersionMatrixTest {
  private static final int ROUNDS = Integer.getInteger("understudy.matrix.rounds", 4);
  private static final long SEED = Long.getLong("understudy.matrix.seed", 20);
  private static final int COMMANDS_A_ROUND = 300;

  static List<Arguments> pairs() {
    ServerVersion oldestRedis = ServerVersion.oldest(Family.REDIS);
    ServerVersion newestRedis = ServerVersion.newest(Family.REDIS);
    ServerVersion oldestValkey = ServerVersion.oldest(Family.VALKEY);
    ServerVersion newestValkey = ServerVersion.newest(Family.VALKEY);
    return List.of(
        Arguments.of(oldestRedis, newestRedis),
        Arguments.of(oldestRedis, newestValkey),
        Arguments.of(ServerVersion.usual(), oldestRedis),
        Arguments.of(ServerVersion.usual(), oldestValkey),
        Arguments.of(newestRedis, oldestRedis),
        Arguments.of(newestRedis, ServerVersion.usual()),
        Arguments.of(newestRedis, newestValkey),
        Arguments.of(oldestValkey, newestRedis),
        Arguments.of(newestValkey, oldestRedis),
        Arguments.of(newestValkey, oldestValkey),
        Arguments.of(newestValkey, newestRedis));
  }

  @ParameterizedTest(name = "{0} feeds {1}")
  @MethodSource("pairs")
  void shouldHoldTheSameWhateverTheVersions(ServerVersion from, ServerVersion to) throws Exception {
    long seed = SEED + 31L * from.toString().hashCode() + to.toString().hashCode();
    try (RedisServer source = RedisServer.start(from);
        RedisServer whole = RedisServer.start(to);
        RedisServer part = RedisServer.start(from);
        Relay upstream = Relay.to(source.address());
        Rig rig = Rig.start(upstream.address(), Selection.EVERYTHING, Rig.keys("^[5-9]"));
        Relay downstream = Relay.to(rig.feed(0));
        RespClient client = source.connect()) {
      var load = new RandomLoad(seed, from);
      load.run(client, COMMANDS_A_ROUND);
      Rig.attach(whole, downstream.address());
      Rig.attach(part, rig.feed(1));
      var random = new Random(seed);
      for (int round = 0; round < ROUNDS; round++) {
        load.run(client, COMMANDS_A_ROUND);
        switch (random.nextInt(3)) {
          case 0 -> upstream.reset();
          case 1 -> downstream.reset();
          default -> {}
        }
      }
      rig.awaitInSync(source, whole, part);

      for (SourceStatus.FeedStatus feed : rig.status().feeds()) {
        assertThat(feed.stopped()).as("seed %s", seed).isEmpty();
      }
      Map<String, String> expected = Dataset.told(source);
      assertThat(Dataset.differences(expected, Dataset.told(whole))).as("seed %s", seed).isEmpty();
      assertThat(Dataset.differences(RandomLoadTest.part(expected, "[5-9]"), Dataset.told(part)))
          .as("seed %s", seed)
          .isEmpty();
      assertThat(whole.info("unexpected_error_replies")).as("seed %s", seed).isIn("", "0");
    }
  }
}
