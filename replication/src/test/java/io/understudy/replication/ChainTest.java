package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.stage.Rename;
import io.understudy.replication.stage.Selection;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Feeds of feeds, and replicas of replicas of feeds. */
class ChainTest {
  private static final int COMMANDS = 600;

  @EachServer
  void shouldFeedReplicaOfReplica(ServerVersion version) throws Exception {
    long seed = 31L + version.toString().hashCode();
    try (RedisServer source = RedisServer.start(version);
        RedisServer first = RedisServer.start(version);
        RedisServer second = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Rig.keys("^[0-4]"));
        RespClient client = source.connect()) {
      var load = new RandomLoad(seed, version);
      load.run(client, COMMANDS);
      Rig.attach(first, rig.feed(0));
      Rig.attach(second, first.address());
      load.run(client, COMMANDS);
      rig.awaitInSync(source, first);
      awaitSame(first, second);

      Map<String, String> expected = RandomLoadTest.part(Dataset.of(source), "[0-4]");
      assertThat(Dataset.differences(expected, Dataset.of(first))).as("seed %s", seed).isEmpty();
      assertThat(Dataset.differences(expected, Dataset.of(second))).as("seed %s", seed).isEmpty();

      // The one in the middle goes: the other one attaches to the feed, and needs no snapshot.
      first.kill9();
      long snapshots = rig.status().feeds().getFirst().fullResyncs();
      Rig.attach(second, rig.feed(0));
      load.run(client, COMMANDS);
      rig.awaitInSync(source, second);
      expected = RandomLoadTest.part(Dataset.of(source), "[0-4]");
      assertThat(Dataset.differences(expected, Dataset.of(second))).as("seed %s", seed).isEmpty();
      assertThat(rig.status().feeds().getFirst().fullResyncs()).isEqualTo(snapshots);
    }
  }

  /** Values that the second feed has to read again come through the first one. */
  @EachServer
  void shouldFeedPartOfFeed(ServerVersion version) throws Exception {
    long seed = 37L + version.toString().hashCode();
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        RedisServer late = RedisServer.start(version);
        Rig outer = Rig.start(source.address(), Rig.keys("^[0-6]"));
        Rig inner = Rig.start(outer.feed(0), Rig.keys("^[3-9]"), Rig.keys("^[0-2]"));
        RespClient client = source.connect()) {
      var load = new RandomLoad(seed, version);
      load.run(client, COMMANDS);
      Rig.attach(replica, inner.feed(0));
      load.run(client, COMMANDS);
      Rig.attach(late, inner.feed(1));
      load.run(client, COMMANDS);
      awaitThrough(source, outer, inner, replica, late);

      assertThat(inner.status().server()).isEqualTo(outer.status().server());
      assertThat(outer.status().feeds().getFirst().stopped()).isEmpty();
      assertThat(inner.status().feeds().getFirst().stopped()).isEmpty();
      assertThat(inner.status().feeds().getFirst().fetched()).as("values read").isPositive();
      Map<String, String> whole = Dataset.of(source);
      assertThat(Dataset.differences(RandomLoadTest.part(whole, "[3-6]"), Dataset.of(replica)))
          .as("seed %s", seed)
          .isEmpty();
      assertThat(Dataset.differences(RandomLoadTest.part(whole, "[0-2]"), Dataset.of(late)))
          .as("seed %s", seed)
          .isEmpty();
    }
  }

  /** The second feed knows keys by the names that they have in the first. */
  @Test
  void shouldReadValuesByTheirNamesDownstream() throws Exception {
    ServerVersion version = ServerVersion.usual();
    try (RedisServer source =
            RedisServer.start(version, "--rename-command", "RPUSH", "strange.push");
        RedisServer replica =
            RedisServer.start(version, "--rename-command", "RPUSH", "strange.push");
        Rig outer =
            Rig.start(source.address(), Rename.ofPrefix("old:", "new:"), Selection.EVERYTHING);
        Rig inner = Rig.start(outer.feed(0), Rig.keys("^new:in"))) {
      Rig.attach(replica, inner.feed(0));

      source.command("SADD", "old:in", "a");
      source.command("SADD", "old:out", "b");
      source.command("SUNIONSTORE", "old:in:2", "old:in", "old:out");
      source.command("RENAME", "old:out", "old:in:3");
      source.command("strange.push", "old:in:4", "x");
      source.command("strange.push", "old:out", "x");
      awaitThrough(source, outer, inner, replica);

      Map<String, String> expected = new TreeMap<>();
      Dataset.of(source)
          .forEach(
              (key, value) -> {
                if (key.startsWith("0/old:in")) {
                  expected.put(key.replace("old:", "new:"), value);
                }
              });
      assertThat(expected).hasSize(4);
      assertThat(Dataset.differences(expected, Dataset.of(replica))).isEmpty();
      assertThat(inner.status().feeds().getFirst().fetched()).isEqualTo(2);
    }
  }

  private static void awaitThrough(
      RedisServer source, Rig outer, Rig inner, RedisServer... replicas) {
    outer.awaitInSync(source);
    Eventually.holds(
        "the second feed has what the first one wrote",
        () -> inner.status().offset() >= outer.status().feeds().getFirst().offset());
    for (int i = 0; i < replicas.length; i++) {
      RedisServer replica = replicas[i];
      int feed = i;
      Eventually.holds(
          replica + " has what its feed wrote",
          () ->
              Long.parseLong(replica.info("slave_repl_offset"))
                  >= inner.status().feeds().get(feed).offset());
    }
  }

  private static void awaitSame(RedisServer first, RedisServer second) {
    Eventually.holds(
        "the second replica has what the first has",
        () ->
            second.info("master_link_status").equals("up")
                && Long.parseLong(second.info("slave_repl_offset"))
                    >= Long.parseLong(first.info("slave_repl_offset")));
  }
}
