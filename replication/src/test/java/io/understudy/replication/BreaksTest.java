package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.stage.Selection;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Relay;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import org.junit.jupiter.api.Test;

/** What breaks cost: a part of the stream, or a snapshot, and never data. */
class BreaksTest {
  private static final int BIG_VALUES = 24;
  private static final String BIG = "v".repeat(1 << 20);

  @EachServer
  void shouldGoOnWithoutSnapshotWhenEitherLinkBreaks(ServerVersion version) throws Exception {
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        Relay upstream = Relay.to(source.address());
        Rig rig = Rig.start(upstream.address(), Selection.EVERYTHING);
        Relay downstream = Relay.to(rig.feed(0))) {
      source.command("SET", "a", "1");
      Rig.attach(replica, downstream.address());
      source.command("SET", "b", "2");
      rig.awaitInSync(source, replica);

      upstream.reset();
      Eventually.holds("the feed came back", () -> rig.status().partialResyncs() > 0);
      source.command("SET", "c", "3");
      rig.awaitInSync(source, replica);
      downstream.reset();
      Eventually.holds(
          "the replica came back", () -> rig.status().feeds().getFirst().partialResyncs() > 0);
      source.command("SET", "d", "4");
      rig.awaitInSync(source, replica);

      assertThat(replica.command("MGET", "a", "b", "c", "d")).isEqualTo("1 2 3 4");
      assertThat(source.info("sync_full")).isEqualTo("1");
      assertThat(Long.parseLong(source.info("sync_partial_ok"))).isPositive();
      assertThat(rig.status().fullResyncs()).isEqualTo(1);
      assertThat(rig.status().feeds().getFirst().fullResyncs()).isEqualTo(1);
    }
  }

  @EachServer
  void shouldServeLateReplicaWhileOthersFollowOn(ServerVersion version) throws Exception {
    try (RedisServer source = RedisServer.start(version);
        RedisServer early = RedisServer.start(version);
        RedisServer late = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Rig.keys("^[0-4]"), Rig.keys("^[5-9]"));
        RespClient client = source.connect()) {
      var load = new RandomLoad(7, version);
      load.run(client, 500);
      Rig.attach(early, rig.feed(0));
      load.run(client, 500);
      late.command("REPLICAOF", rig.feed(1).host(), Integer.toString(rig.feed(1).port()));
      load.run(client, 1_500);
      late.awaitLinkUp();
      load.run(client, 500);
      rig.awaitInSync(source, early, late);

      var whole = Dataset.of(source);
      assertThat(Dataset.differences(RandomLoadTest.part(whole, "[0-4]"), Dataset.of(early)))
          .isEmpty();
      assertThat(Dataset.differences(RandomLoadTest.part(whole, "[5-9]"), Dataset.of(late)))
          .isEmpty();
      assertThat(rig.status().feeds().getFirst().fullResyncs())
          .as("snapshots of the one who was there first")
          .isEqualTo(1);
    }
  }

  /** The new primary knows the history of the old one by its second replication id. */
  @EachServer
  void shouldGoOnWithoutSnapshotWhenSourceFailsOver(ServerVersion version) throws Exception {
    try (RedisServer primary = RedisServer.start(version);
        RedisServer successor = RedisServer.startReplica(version, primary);
        RedisServer low = RedisServer.start(version);
        RedisServer high = RedisServer.start(version);
        Rig rig = Rig.start(primary.address(), Rig.keys("^[0-4]"), Rig.keys("^[5-9]"));
        RespClient client = primary.connect();
        RespClient later = successor.connect()) {
      var load = new RandomLoad(11, version);
      load.run(client, 500);
      Rig.attach(low, rig.feed(0));
      Rig.attach(high, rig.feed(1));
      long snapshots = rig.status().fullResyncs();
      load.run(client, 500);
      rig.awaitInSync(primary, low, high);
      // Of what the feed has, the successor must lack nothing: it is asked last.
      Eventually.holds(
          "the successor has everything",
          () -> successor.info("slave_repl_offset").equals(primary.info("master_repl_offset")));

      primary.kill9();
      successor.command("REPLICAOF", "NO", "ONE");
      rig.follow(successor.address());
      load.run(later, 500);
      rig.awaitInSync(successor, low, high);

      var whole = Dataset.of(successor);
      assertThat(Dataset.differences(RandomLoadTest.part(whole, "[0-4]"), Dataset.of(low)))
          .isEmpty();
      assertThat(Dataset.differences(RandomLoadTest.part(whole, "[5-9]"), Dataset.of(high)))
          .isEmpty();
      assertThat(rig.status().fullResyncs()).isEqualTo(snapshots);
      assertThat(successor.info("sync_full")).isEqualTo("0");
      assertThat(rig.status().feeds().getFirst().fullResyncs()).isEqualTo(1);
    }
  }

  @Test
  void shouldBeginAgainWhenSourceIsLostInTheMiddleOfItsSnapshot() throws Exception {
    try (RedisServer source = RedisServer.start(ServerVersion.usual());
        RedisServer replica = RedisServer.start(ServerVersion.usual());
        Relay upstream = Relay.to(source.address());
        Rig rig = Rig.start(upstream.address(), Selection.EVERYTHING)) {
      source.command("CONFIG", "SET", "rdbcompression", "no");
      for (int i = 0; i < BIG_VALUES; i++) {
        source.command("SET", "big:" + i, BIG);
      }
      source.command("CONFIG", "SET", "rdb-key-save-delay", "100000");
      replica.command("SET", "old", "data");
      replica.command("REPLICAOF", rig.feed(0).host(), Integer.toString(rig.feed(0).port()));
      Eventually.holds(
          "the snapshot is in its middle",
          () -> rig.status().snapshot().map(p -> p.bytes() > BIG.length()).orElse(false));

      upstream.reset();
      source.command("CONFIG", "SET", "rdb-key-save-delay", "0");
      replica.awaitLinkUp();
      rig.awaitInSync(source, replica);

      assertThat(Dataset.differences(Dataset.of(source), Dataset.of(replica))).isEmpty();
      assertThat(rig.status().fullResyncs()).isGreaterThan(1);
    }
  }
}
