package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.understudy.replication.rdb.ValueKind;
import io.understudy.replication.stage.Contents;
import io.understudy.replication.stage.DeclaredChange;
import io.understudy.replication.stage.KeyPattern;
import io.understudy.replication.stage.ValueRule;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is left out or changed because of what keys hold, in snapshot and stream alike. */
class ContentFeedTest {
  private static final int COMMANDS = 1_200;

  @EachServer
  void shouldHoldOnlyTypesThatAreKept(ServerVersion version) throws Exception {
    long seed = version.toString().hashCode() + 3L;
    Contents contents = new Contents(Set.of(ValueKind.LIST, ValueKind.HASH), List.of());
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), contents);
        RespClient client = source.connect()) {
      var load = new RandomLoad(seed, version);
      load.run(client, COMMANDS);
      Rig.attach(replica, rig.feed(0));
      load.run(client, COMMANDS);
      // Keys change their types.
      for (String command :
          List.of("SELECT 0", "RPUSH 1:x a", "SET 1:x b", "SET 2:x b", "DEL 2:x", "HSET 2:x f v")) {
        client.send(command.split(" ", -1));
        client.read();
      }
      rig.awaitInSync(source, replica);

      Map<String, String> kept = new TreeMap<>(Dataset.of(source));
      kept.values().removeIf(value -> !value.startsWith("list") && !value.startsWith("hash"));
      assertThat(rig.status().feeds().getFirst().stopped()).isEmpty();
      assertThat(Dataset.differences(kept, Dataset.of(replica))).as("seed %s", seed).isEmpty();
      assertThat(replica.info("unexpected_error_replies")).isIn("", "0");
    }
  }

  @EachServer
  void shouldChangeValuesOfSnapshotAndStreamAlike(ServerVersion version) throws Exception {
    long seed = version.toString().hashCode() + 4L;
    Contents contents =
        new Contents(
            Set.of(),
            List.of(
                new ValueRule(
                    KeyPattern.regularExpression("^[0-4]"),
                    new DeclaredChange.Replacing(Pattern.compile("v([0-9])"), "#$1")),
                new ValueRule(
                    KeyPattern.regularExpression("^9:(hash|set)"),
                    new DeclaredChange.Matching(Pattern.compile("^v1")))));
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        RedisServer late = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), contents);
        RespClient client = source.connect()) {
      var load = new RandomLoad(seed, version);
      load.run(client, COMMANDS);
      Rig.attach(replica, rig.feed(0));
      load.run(client, COMMANDS);
      Rig.attach(late, rig.feed(0));
      rig.awaitInSync(source, replica);
      rig.awaitInSync(source, late);

      assertThat(rig.status().feeds().getFirst().stopped()).isEmpty();
      Map<String, String> followed = Dataset.of(replica);
      assertThat(Dataset.differences(Dataset.of(late), followed))
          .as("what a snapshot holds and what a stream made, seed %s", seed)
          .isEmpty();
      Map<String, String> whole = Dataset.of(source);
      // Of a hash the values are asked, of a set the members.
      whole
          .entrySet()
          .removeIf(
              entry ->
                  entry.getKey().matches("\\d/9:(hash|set).*")
                      && !entry.getValue().matches("hash .*=v1.*|set (\\[|.* )v1.*|string.*v1.*"));
      assertThat(followed.keySet()).as("seed %s", seed).containsExactlyElementsOf(whole.keySet());
      assertThat(followed.values().toString()).contains("#1");
      followed.forEach(
          (key, value) -> {
            if (key.matches("\\d/[5-9].*")) {
              assertThat(value).as(key).isEqualTo(whole.get(key));
            } else if (key.matches("\\d/[0-4]:string.*")) {
              assertThat(value)
                  .as(key)
                  .isEqualTo(String.valueOf(whole.get(key)).replaceAll("v([0-9])", "#$1"));
            }
          });
    }
  }
}
