package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.source.CommandAnswer;
import io.understudy.replication.stage.Policies;
import io.understudy.replication.stage.Policies.Passage;
import io.understudy.replication.stage.Policies.Uncuttable;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Reply;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.frame.Frame;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commands that nobody knows, and what policies make of what cannot be cut. */
class StrangeCommandTest {
  private static final int NEW_ID = 10_000;

  /** To a feed, a renamed command is as strange as a module's: the source has to be asked. */
  @EachServer
  void shouldAskSourceForTheKeysOfCommandThatIsNotKnown(ServerVersion version) throws Exception {
    String[] renamed = {
      "--rename-command", "RPUSH", "strange.push", "--rename-command", "DEL", "strange.del"
    };
    try (RedisServer source = RedisServer.start(version, renamed);
        RedisServer replica = RedisServer.start(version, renamed);
        Rig rig = Rig.start(source.address(), Rig.keys("^in"));
        RespClient client = source.connect()) {
      source.command("SET", "in:0", "v");
      Rig.attach(replica, rig.feed(0));

      source.command("strange.push", "in:1", "a", "b");
      source.command("strange.push", "out:1", "a");
      for (String command : List.of("MULTI", "strange.push in:2 c", "SET in:3 v", "EXEC")) {
        client.send(command.split(" ", -1));
        client.read();
      }
      source.command("strange.del", "in:0", "out:1");
      rig.awaitInSync(source, replica);

      assertThat(rig.status().feeds().getFirst().stopped()).isEmpty();
      assertThat(Dataset.differences(Dataset.of(source), Dataset.of(replica))).isEmpty();
      assertThat(replica.command("LRANGE", "in:1", "0", "-1")).isEqualTo("a b");
      assertThat(replica.command("DBSIZE")).isEqualTo("3");
    }
  }

  /** What each server says of the commands that are known is what is known of them. */
  @EachServer
  void shouldUnderstandWhatServersTellOfTheirCommands(ServerVersion version) throws Exception {
    try (RedisServer server = RedisServer.start(version);
        RespClient client = server.connect()) {
      for (String name : List.of("set", "mset", "rename", "zunionstore", "xreadgroup", "bitop")) {
        Command known = CommandTable.standard().named(name);
        Frame told = frame(client.call("COMMAND", "INFO", name));

        assertThat(CommandAnswer.read(told, NEW_ID).with("")).isEqualTo(known);
        Command asStrange = CommandAnswer.read(named(told, "no.such"), NEW_ID).with("");
        if (version.major() >= 7) {
          assertThat(asStrange.keySpecs()).hasSameSizeAs(known.keySpecs());
          for (int i = 0; i < known.keySpecs().size(); i++) {
            assertThat(asStrange.keySpecs().get(i).begin())
                .isEqualTo(known.keySpecs().get(i).begin());
            assertThat(asStrange.keySpecs().get(i).find())
                .isEqualTo(known.keySpecs().get(i).find());
          }
        } else if (List.of("set", "mset", "rename").contains(name)) {
          assertThat(asStrange.keySpecs().getFirst().begin())
              .isEqualTo(known.keySpecs().getFirst().begin());
        } else {
          assertThat(asStrange.keySpecs()).isNotEmpty();
        }
      }
      Frame nothing = frame(client.call("COMMAND", "INFO", "no.such"));
      assertThat(CommandAnswer.read(nothing, NEW_ID).own().isUnknown()).isTrue();
    }
  }

  private static Frame frame(Reply reply) {
    return switch (reply) {
      case Reply.Text(String value) -> new Frame.Bulk(value);
      case Reply.Failure(String message) -> new Frame.Failure(message);
      case Reply.Whole(long value) -> new Frame.Whole(value);
      case Reply.Nothing() -> new Frame.Null(Frame.Null.Kind.BULK);
      case Reply.Items(List<Reply> items) ->
          new Frame.Array(items.stream().map(StrangeCommandTest::frame).toList());
    };
  }

  private static Frame named(Frame told, String name) {
    List<Frame> outer = ((Frame.Array) told).items();
    List<Frame> inner = new java.util.ArrayList<>(((Frame.Array) outer.getFirst()).items());
    inner.set(0, Frame.bulk(name));
    return new Frame.Array(List.of(new Frame.Array(inner)));
  }

  /** The user of the feed may replicate, and nothing else. */
  @Test
  void shouldStopWhenSourceDoesNotTellOfItsCommand() throws Exception {
    ServerVersion version = ServerVersion.usual();
    try (RedisServer source =
            RedisServer.start(version, "--rename-command", "RPUSH", "strange.push");
        RedisServer replica = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Rig.keys("^in"));
        RespClient client = source.connect()) {
      Rig.attach(replica, rig.feed(0));
      source.command("ACL", "SETUSER", "default", "-command");

      client.send("strange.push", "in:1", "a");
      client.read();

      Eventually.holds(
          "the feed stops", () -> rig.status().feeds().getFirst().stopped().isPresent());
      assertThat(rig.status().feeds().getFirst().stopped().orElseThrow())
          .contains("strange.push, a command that neither is known here nor tells its keys");
    }
  }

  @EachServer
  void shouldLeaveOutWhatCannotBeCutAndSaySoWhenTold(ServerVersion version) throws Exception {
    var policies = new Policies(Uncuttable.WARN, Passage.DROP, Passage.PASS);
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), policies, Rig.keys("^in"))) {
      Rig.attach(replica, rig.feed(0));

      source.command("SADD", "in:1", "a");
      source.command("SADD", "out:1", "b");
      source.command("SUNIONSTORE", "in:2", "in:1", "out:1");
      source.command("RENAME", "out:1", "in:3");
      source.command("PUBLISH", "news", "x");
      source.command("SADD", "in:4", "c");
      rig.awaitInSync(source, replica);

      SourceStatus.FeedStatus feed = rig.status().feeds().getFirst();
      assertThat(feed.stopped()).isEmpty();
      assertThat(feed.lost()).isEqualTo(2);
      assertThat(feed.lastLost().orElseThrow()).contains("RENAME out:1 is left out");
      assertThat(feed.fetched()).isZero();
      assertThat(feed.leftOut()).containsEntry("key", 1L).containsEntry("message", 1L);
      assertThat(replica.command("EXISTS", "in:1", "in:2", "in:3", "in:4")).isEqualTo("2");
    }
  }

  @Test
  void shouldCountWhatTheSnapshotLeavesOutAndHowOldTheLagIs() throws Exception {
    ServerVersion version = ServerVersion.usual();
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Rig.keys("^in"))) {
      source.command("SET", "in:1", "v");
      source.command("SET", "out:1", "v");
      source.command("SET", "out:2", "v");
      Rig.attach(replica, rig.feed(0));
      rig.awaitInSync(source, replica);

      assertThat(rig.status().feeds().getFirst().snapshotKeys()).isEqualTo(1);
      assertThat(rig.status().feeds().getFirst().snapshotLeftOut())
          .containsExactly(java.util.Map.entry("key", 2L));
      replica.stop();
      source.command("SET", "in:1", "w");
      Eventually.holds(
          "the lag is seen in time",
          () -> rig.status().feeds().getFirst().replicas().getFirst().lagMillis() > 300);
      replica.resume();
      Eventually.holds(
          "and then it is gone",
          () -> rig.status().feeds().getFirst().replicas().getFirst().lagMillis() == 0);
    }
  }
}
