package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;

/** The example of redis-resharding-proxy's page, step by step, on real servers. */
class FilterExampleTest {
  @EachServer
  void shouldSplitOneServerIntoTwoWhileItIsInUse(ServerVersion version) throws Exception {
    try (RedisServer source = RedisServer.start(version);
        RedisServer first = RedisServer.start(version);
        RedisServer second = RedisServer.start(version)) {
      source.command("SET", "apple", "red");
      source.command("SET", "banana", "yellow");
      source.command("SET", "cucumber", "green");
      try (Rig apples = Rig.start(source.address(), Rig.keys("^a.*"));
          Rig bananas = Rig.start(source.address(), Rig.keys("^b.*"))) {
        Rig.attach(first, apples.feed(0));
        Rig.attach(second, bananas.feed(0));
        assertThat(first.command("GET", "apple")).isEqualTo("red");
        assertThat(first.command("GET", "banana")).isEqualTo("(nil)");
        assertThat(second.command("GET", "apple")).isEqualTo("(nil)");
        assertThat(second.command("GET", "banana")).isEqualTo("yellow");

        source.command("SET", "apple", "blue");
        Eventually.holds("the change arrives", () -> first.command("GET", "apple").equals("blue"));

        first.command("REPLICAOF", "NO", "ONE");
        second.command("REPLICAOF", "NO", "ONE");
      }
      source.kill9();
      assertThat(first.command("KEYS", "*")).isEqualTo("apple");
      assertThat(second.command("KEYS", "*")).isEqualTo("banana");
    }
  }
}
