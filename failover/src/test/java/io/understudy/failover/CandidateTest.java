package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import java.util.List;

class CandidateTest {
  @EachServer
  void shouldNeverPromotePriorityZero(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var watched = Watched.over(set.nodes())) {
      set.replica(0).command("CONFIG", "SET", "replica-priority", "0");
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().command("SET", "key", "value");
      set.awaitInSync();

      set.primary().kill9();
      assertThat(watched.awaitSuccessor(1, set.replicas())).isEqualTo(set.replica(1));
      watched.awaitWhole(set.replica(1), List.of(set.replica(0)));

      set.replica(1).save();
      set.replica(1).kill9();
      watched.await(
          "it stays without a primary and says why",
          () -> watched.status().decision().reason().contains("replica-priority 0"));
      assertThat(watched.current().primary()).isEmpty();

      // It comes back with what it had saved.
      set.replica(1).restartWithData();
      set.primary().restartWithData();
      watched.awaitAnyPrimary();
      assertThat(watched.current().primary().orElseThrow().address())
          .isNotEqualTo(set.replica(0).address());
    }
  }

  @EachServer
  void shouldPromoteTheReplicaWithTheMostData(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2)) {
      // By priority alone the one that will lag would win.
      set.replica(0).command("CONFIG", "SET", "replica-priority", "1");
      try (var watched = Watched.over(set.nodes())) {
        watched.awaitWhole(set.primary(), set.replicas());

        cutOffAndStop(set.replica(0), set.primary());
        set.primary().command("SET", "key", "value");
        Eventually.holds(
            "the other replica has it", () -> set.replica(1).command("GET", "key").equals("value"));
        set.primary().kill9();
        set.replica(0).resume();

        assertThat(watched.awaitSuccessor(1, set.replicas())).isEqualTo(set.replica(1));
        watched.awaitWhole(set.replica(1), List.of(set.replica(0)));
        assertThat(set.replica(0).command("GET", "key")).isEqualTo("value");
      }
    }
  }

  /** Leaves it frozen without a link; again if the keeper attached it before it was frozen. */
  private static void cutOffAndStop(RedisServer replica, RedisServer primary) {
    Eventually.holds(
        "it is cut off and frozen",
        () -> {
          replica.command("REPLICAOF", "127.0.0.1", "1");
          replica.stop();
          if (primary.info("connected_slaves").equals("1")) {
            return true;
          }
          replica.resume();
          return false;
        });
  }

  @EachServer
  void shouldTryTheNextCandidateWhenTheFirstRefuses(ServerVersion version) {
    try (var primary = RedisServer.start(version);
        var first =
            RedisServer.startReplica(
                version, primary, "--replica-priority", "1", "--rename-command", "EVAL", "");
        var second = RedisServer.startReplica(version, primary);
        var watched = Watched.over(List.of(primary, first, second))) {
      watched.awaitWhole(primary, List.of(first, second));

      primary.kill9();

      assertThat(watched.awaitSuccessor(1, List.of(first, second))).isEqualTo(second);
      watched.awaitWhole(second, List.of(first));
    }
  }

  @EachServer
  void shouldPromoteAServerThatWantsReplicasToWrite(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2, "--min-replicas-to-write", "1");
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());

      set.primary().kill9();
      RedisServer promoted = watched.awaitSuccessor(1, set.replicas());

      assertThat(promoted.command("GET", "{understudy}:epoch")).startsWith("2 ");
      assertThat(promoted.command("CONFIG", "GET", "min-replicas-to-write"))
          .isEqualTo("min-replicas-to-write 1");
    }
  }

  @EachServer
  void shouldPromoteAReplicaThatRefusesStaleReads(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2, "--replica-serve-stale-data", "no");
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());

      set.primary().kill9();
      RedisServer promoted = watched.awaitSuccessor(1, set.replicas());

      RedisServer other = promoted == set.replica(0) ? set.replica(1) : set.replica(0);
      watched.awaitWhole(promoted, List.of(other));
      for (RedisServer node : set.replicas()) {
        assertThat(node.command("CONFIG", "GET", "replica-serve-stale-data"))
            .isEqualTo("replica-serve-stale-data no");
      }
    }
  }
}
