package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.decide.FailoverPolicy.OnConflict;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import java.util.List;

class StartTest {
  @EachServer
  void shouldTakeThePrimaryThatHasDataAndReplicas(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var empty = RedisServer.start(version)) {
      set.primary().command("SET", "key", "value");
      set.awaitInSync();
      try (var watched = Watched.over(List.of(empty, set.primary(), set.replica(0)))) {
        watched.awaitWhole(set.primary(), List.of(empty, set.replica(0)));

        assertThat(empty.command("GET", "key")).isEqualTo("value");
      }
    }
  }

  @EachServer
  void shouldRefuseTwoPrimariesWithDifferentData(ServerVersion version) {
    try (var one = RedisServer.start(version);
        var other = RedisServer.start(version)) {
      one.command("SET", "key", "one");
      other.command("SET", "key", "other");
      try (var watched = Watched.over(List.of(one, other))) {
        watched.await(
            "it is refused with an explanation",
            () -> watched.status().decision().reason().contains("onConflict"));

        assertThat(watched.current().primary()).isEmpty();
        assertThat(one.command("GET", "key")).isEqualTo("one");
        assertThat(other.command("GET", "key")).isEqualTo("other");
      }
    }
  }

  /** Somebody promoted a replica by hand, and left the old primary as it was. */
  @EachServer
  void shouldTakeThePrimaryThatHoldsAllThatTheOtherHolds(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1)) {
      set.primary().command("SET", "key", "value");
      set.awaitInSync();
      set.replica(0).command("REPLICAOF", "NO", "ONE");
      set.replica(0).command("SET", "key", "newer");
      try (var watched = Watched.over(List.of(set.primary(), set.replica(0)))) {
        watched.awaitWhole(set.replica(0), List.of(set.primary()));

        assertThat(set.primary().command("GET", "key")).isEqualTo("newer");
      }
    }
  }

  /** The same, but clients went on with both. */
  @EachServer
  void shouldRefuseTwoPrimariesThatWroteSinceTheyParted(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1)) {
      set.primary().command("SET", "key", "value");
      set.awaitInSync();
      set.replica(0).command("REPLICAOF", "NO", "ONE");
      set.replica(0).command("SET", "key", "one");
      set.primary().command("SET", "key", "other");
      try (var watched = Watched.over(List.of(set.primary(), set.replica(0)))) {
        watched.await(
            "it is refused with an explanation",
            () -> watched.status().decision().reason().contains("onConflict"));

        assertThat(watched.current().primary()).isEmpty();
        assertThat(set.replica(0).command("GET", "key")).isEqualTo("one");
        assertThat(set.primary().command("GET", "key")).isEqualTo("other");
      }
    }
  }

  @EachServer
  void shouldTakeTheFreshestOfTwoPrimariesWhenToldTo(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var other = RedisServer.start(version)) {
      set.primary().command("SET", "key", "more");
      set.primary().command("SET", "another", "key");
      other.command("SET", "key", "less");
      try (var watched =
          Watched.over(
              List.of(other, set.primary(), set.replica(0)),
              Watched.KeeperSettings.QUICK.with(OnConflict.FRESHEST))) {
        watched.awaitWhole(set.primary(), List.of(other, set.replica(0)));

        assertThat(other.command("GET", "key")).isEqualTo("more");
      }
    }
  }

  @EachServer
  void shouldWaitWhileAllAreDownAndRecoverWithWhateverReturns(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().command("SET", "key", "value");
      set.awaitInSync();
      set.nodes().forEach(RedisServer::save);
      set.nodes().forEach(RedisServer::kill9);
      watched.await("the primary is withdrawn", () -> watched.current().primary().isEmpty());

      set.nodes().forEach(RedisServer::startAgain);
      set.nodes().forEach(RedisServer::awaitAnswering);

      watched.awaitAnyPrimary();
      List<RedisServer> others = new java.util.ArrayList<>(set.nodes());
      RedisServer primary = watched.awaitSuccessor(0, set.nodes());
      others.remove(primary);
      watched.awaitWhole(primary, others);
      for (RedisServer node : set.nodes()) {
        assertThat(node.command("GET", "key")).isEqualTo("value");
      }
    }
  }
}
