package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import java.util.List;

class RepairTest {
  @EachServer
  void shouldReattachChainedReplicas(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var chained = RedisServer.startReplica(version, set.replica(0))) {
      chained.awaitLinkUp();
      try (var watched = Watched.over(List.of(set.primary(), set.replica(0), chained))) {
        watched.awaitWhole(set.primary(), List.of(set.replica(0), chained));
      }
    }
  }

  @EachServer
  void shouldBringBackAReplicaThatWasLedAstray(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());

      set.replica(0).command("REPLICAOF", "127.0.0.1", "1");

      watched.await(
          "it follows again", () -> set.replica(0).info("master_link_status").equals("up"));
      watched.awaitWhole(set.primary(), set.replicas());
    }
  }

  @EachServer
  void shouldDemoteAReplicaThatSomebodyPromoted(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());

      set.replica(1).command("REPLICAOF", "NO", "ONE");

      watched.awaitWhole(set.primary(), set.replicas());
      assertThat(watched.current().epoch().number()).isEqualTo(1);
    }
  }

  @EachServer
  void shouldWriteTheMarkAgainAfterItWasFlushed(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());

      set.primary().command("FLUSHALL");

      watched.await(
          "the mark is there again",
          () -> set.primary().command("GET", "{understudy}:epoch").startsWith("1 "));
    }
  }
}
