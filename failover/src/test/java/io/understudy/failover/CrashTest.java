package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Topology;
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
      RedisServer promoted = watched.awaitSuccessor(1, set.replicas());

      RedisServer other = promoted == set.replica(0) ? set.replica(1) : set.replica(0);
      watched.awaitWhole(promoted, List.of(other));
      assertThat(promoted.command("GET", "key")).isEqualTo("value");
      assertThat(watched.rules()).contains("crashed").doesNotContain("silent");

      set.primary().restartWithData();
      watched.awaitWhole(promoted, List.of(set.primary(), other));
      assertThat(set.primary().command("GET", "key")).isEqualTo("value");
      assertNeverBack(watched.published());
    }
  }

  @EachServer
  void shouldGoOnWithTheHistoryBeforeWhenANewPrimaryDiesAlone(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().command("SET", "key", "value");
      set.awaitInSync();
      RedisServer late = set.replica(1);
      late.stop();
      set.primary().kill9();
      watched.awaitSuccessor(1, List.of(set.replica(0)));
      watched.awaitRule("steady");
      watched.await(
          "its new history is known",
          () -> watched.journal().reign().orElseThrow().origin().isPresent());

      set.replica(0).kill9();
      late.resume();

      assertThat(watched.awaitSuccessor(2, List.of(late))).isEqualTo(late);
      assertThat(late.command("GET", "key")).isEqualTo("value");
    }
  }

  @EachServer
  void shouldRestartInTheRoleItWasLeftIn(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().kill9();
      watched.awaitSuccessor(1, set.replicas());
      set.primary().restartWithData();
      watched.awaitWhole(set.replica(0), List.of(set.primary()));
      watched.end();

      set.replica(0).restartWithData();
      set.primary().restartWithData();

      assertThat(set.replica(0).info("role")).isEqualTo("master");
      assertThat(set.primary().info("role")).isEqualTo("slave");
    }
  }

  @EachServer
  void shouldPromoteWithoutAConfigurationFile(ServerVersion version) {
    try (var primary = RedisServer.startWithoutFile(version);
        var replica =
            RedisServer.startWithoutFile(
                version,
                "--replicaof",
                primary.address().host(),
                Integer.toString(primary.address().port()));
        var watched = Watched.over(List.of(primary, replica))) {
      watched.awaitWhole(primary, List.of(replica));

      primary.kill9();

      assertThat(watched.awaitSuccessor(1, List.of(replica))).isEqualTo(replica);
    }
  }

  static void assertNeverBack(List<Topology> published) {
    for (int i = 1; i < published.size(); i++) {
      assertThat(published.get(i).isAfter(published.get(i - 1)))
          .as("%s after %s", published.get(i), published.get(i - 1))
          .isTrue();
    }
  }
}
