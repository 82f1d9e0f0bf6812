package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import java.util.List;

class SilenceTest {
  @EachServer
  void shouldWaitDownAfterAndDemoteThePrimaryThatComesBack(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().command("SET", "key", "value");
      set.awaitInSync();

      long start = System.nanoTime();
      set.primary().stop();
      RedisServer promoted = watched.awaitSuccessor(1, set.replicas());
      long took = System.nanoTime() - start;

      // The first unanswered PING may have left one interval before the stop.
      long least =
          Watched.KeeperSettings.QUICK.policy().downAfter().toNanos()
              - Watched.KeeperSettings.QUICK.cadence().pingEvery().toNanos();
      assertThat(took).isGreaterThan(least);
      assertThat(watched.rules()).contains("silent").doesNotContain("crashed");
      promoted.command("SET", "after", "the failover");

      set.primary().resume();
      RedisServer other = promoted == set.replica(0) ? set.replica(1) : set.replica(0);
      watched.awaitWhole(promoted, List.of(set.primary(), other));
      assertThat(set.primary().command("GET", "key")).isEqualTo("value");
      assertThat(set.primary().command("GET", "after")).isEqualTo("the failover");
      assertThat(watched.current().epoch().number()).isEqualTo(2);
    }
  }

  @EachServer
  void shouldLeaveAPrimaryAloneThatIsSilentForLessThanDownAfter(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());

      set.primary().stop();
      watched.await(
          "it is called silent",
          () ->
              watched.reachability(set.primary())
                  instanceof io.understudy.failover.view.Reachability.Silent);
      set.primary().resume();

      watched.awaitRule("steady").awaitPrimary(set.primary());
      assertThat(watched.current().epoch().number()).isEqualTo(1);
    }
  }
}
