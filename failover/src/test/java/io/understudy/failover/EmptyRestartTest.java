package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A replica reconnects to whatever starts at its primary's address and takes its emptiness over, as
 * early as 70 ms after the start: this is a race by nature, so other tests keep away.
 */
@Isolated
class EmptyRestartTest {
  private static final int ROUNDS = 3;
  private static final String KEYS = "2000";

  @EachServer
  void shouldNeverLetAnEmptyPrimaryEmptyItsReplicas(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      fill(set.primary());
      set.awaitInSync();
      RedisServer primary = set.primary();
      for (int round = 1; round <= ROUNDS; round++) {
        List<RedisServer> others = new ArrayList<>(set.nodes());
        others.remove(primary);

        primary.restartEmpty();

        RedisServer successor = watched.awaitSuccessor(round, others);
        assertThat(keys(successor)).as("keys in round %s", round).isGreaterThanOrEqualTo(2000);
        others.remove(successor);
        others.add(primary);
        watched.awaitWhole(successor, others);
        for (RedisServer node : set.nodes()) {
          assertThat(keys(node)).as("keys of %s", node).isGreaterThanOrEqualTo(2000);
        }
        primary = successor;
      }
    }
  }

  private static void fill(RedisServer server) {
    server.command(
        "EVAL", "for i=1,tonumber(ARGV[1]) do redis.call('set','key:'..i,i) end", "0", KEYS);
  }

  private static long keys(RedisServer server) {
    return Long.parseLong(server.command("DBSIZE"));
  }
}
