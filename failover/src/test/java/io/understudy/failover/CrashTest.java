package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import java.util.List;

class CrashTest {
  @EachServer
  void shouldPublishTheRolesItFinds(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());

      assertThat(watched.current().epoch().number()).isEqualTo(1);
      assertThat(set.primary().command("GET", "{understudy}:epoch"))
          .isEqualTo("1 " + watched.journal().owner());
    }
  }

  @EachServer
  void shouldPromoteAReplicaWhenThePrimaryCrashes(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().command("SET", "key", "value");
      set.awaitInSync();

      set.primary().kill9();
      watched.await("epoch 2", () -> watched.current().epoch().number() == 2);

      RedisServer promoted =
          watched.current().primary().orElseThrow().address().equals(set.replica(0).address())
              ? set.replica(0)
              : set.replica(1);
      RedisServer other = promoted == set.replica(0) ? set.replica(1) : set.replica(0);
      watched.awaitWhole(promoted, List.of(other));
      assertThat(promoted.command("GET", "key")).isEqualTo("value");
      assertThat(watched.rules()).contains("crashed").doesNotContain("silent");

      set.primary().restartWithData();
      watched.awaitWhole(promoted, List.of(set.primary(), other));
      assertThat(set.primary().command("GET", "key")).isEqualTo("value");
    }
  }
}
