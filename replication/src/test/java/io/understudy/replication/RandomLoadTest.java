package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.stage.Selection;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Relay;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Random writes of every kind while links are cut at random, on every version: what comes out is
 * what went in.
 */
class RandomLoadTest {
  private static final int ROUNDS = 12;
  private static final int COMMANDS_A_ROUND = 400;

  @EachServer
  void shouldHoldWhatSourceHoldsWhenNothingIsLeftOut(ServerVersion version) throws Exception {
    long seed = version.toString().hashCode();
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        Relay upstream = Relay.to(source.address());
        Rig rig = Rig.start(upstream.address(), Selection.EVERYTHING);
        Relay downstream = Relay.to(rig.feed(0));
        RespClient client = source.connect()) {
      var load = new RandomLoad(seed, version);
      load.run(client, COMMANDS_A_ROUND);
      Rig.attach(replica, downstream.address());
      var random = new Random(seed);
      for (int round = 0; round < ROUNDS; round++) {
        load.run(client, COMMANDS_A_ROUND);
        switch (random.nextInt(3)) {
          case 0 -> upstream.reset();
          case 1 -> downstream.reset();
          default -> {}
        }
      }
      rig.awaitInSync(source, replica);

      requireSame(seed, Dataset.of(source), Dataset.of(replica));
      assertThat(replica.info("unexpected_error_replies")).isIn("", "0");
      assertThat(rig.status().partialResyncs()).as("the feed came back").isPositive();
      assertThat(rig.status().feeds().getFirst().partialResyncs())
          .as("the replica came back")
          .isPositive();
    }
  }

  @EachServer
  void shouldSplitIntoPartsThatAreTogetherTheWhole(ServerVersion version) throws Exception {
    long seed = version.toString().hashCode() + 1L;
    try (RedisServer source = RedisServer.start(version);
        RedisServer low = RedisServer.start(version);
        RedisServer middle = RedisServer.start(version);
        RedisServer high = RedisServer.start(version);
        Relay upstream = Relay.to(source.address());
        Rig rig =
            Rig.start(
                upstream.address(), Rig.keys("^[0-3]"), Rig.keys("^[4-6]"), Rig.keys("^[789]"));
        RespClient client = source.connect()) {
      var load = new RandomLoad(seed, version);
      load.run(client, COMMANDS_A_ROUND);
      Rig.attach(low, rig.feed(0));
      Rig.attach(middle, rig.feed(1));
      Rig.attach(high, rig.feed(2));
      var random = new Random(seed);
      for (int round = 0; round < ROUNDS; round++) {
        load.run(client, COMMANDS_A_ROUND);
        if (random.nextInt(3) == 0) {
          upstream.reset();
        }
      }
      rig.awaitInSync(source, low, middle, high);

      for (SourceStatus.FeedStatus feed : rig.status().feeds()) {
        assertThat(feed.fetched()).as("values that came from other parts").isPositive();
        assertThat(feed.cut()).isPositive();
        assertThat(feed.stopped()).isEmpty();
      }
      Map<String, String> whole = Dataset.of(source);
      requireSame(seed, part(whole, "[0-3]"), Dataset.of(low));
      requireSame(seed, part(whole, "[4-6]"), Dataset.of(middle));
      requireSame(seed, part(whole, "[789]"), Dataset.of(high));
    }
  }

  private static void requireSame(
      long seed, Map<String, String> expected, Map<String, String> found) {
    assertThat(Dataset.differences(expected, found)).as("seed %s", seed).isEmpty();
  }

  static Map<String, String> part(Map<String, String> whole, String digits) {
    Map<String, String> part = new TreeMap<>(whole);
    part.keySet().removeIf(key -> !key.matches("\\d/" + digits + ".*"));
    return part;
  }
}
