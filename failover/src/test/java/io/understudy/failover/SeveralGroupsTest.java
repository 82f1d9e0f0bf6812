package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.journal.LocalJournal;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Topology;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeveralGroupsTest {
  @Test
  void shouldFailOverOneGroupAndLeaveTheOthersAlone(@TempDir Path folder) throws IOException {
    try (var orders = ReplicaSet.start(ServerVersion.usual(), 1);
        var stock = ReplicaSet.start(ServerVersion.usual(ServerVersion.Family.VALKEY), 1);
        var journal = LocalJournal.open(folder);
        var keeper =
            Keeper.start(
                KeeperOptions.alone(journal),
                List.of(group("orders", orders), group("stock", stock)),
                TrafficFeed.NONE)) {
      awaitPrimary(keeper, "orders", orders.primary());
      awaitPrimary(keeper, "stock", stock.primary());
      Topology before = keeper.feed().current("stock");

      orders.primary().kill9();

      awaitPrimary(keeper, "orders", orders.replica(0));
      assertThat(keeper.feed().isCurrent(before)).isTrue();
      assertThat(keeper.feed().current("stock").epoch()).isEqualTo(before.epoch());
    }
  }

  private static GroupOptions group(String name, ReplicaSet set) {
    return GroupOptions.of(name, set.nodes().stream().map(RedisServer::address).toList());
  }

  private static void awaitPrimary(Keeper keeper, String group, RedisServer server) {
    Eventually.holds(
        server + " leads " + group,
        () ->
            keeper
                .feed()
                .current(group)
                .primary()
                .filter(p -> p.address().equals(server.address()))
                .isPresent());
  }
}
