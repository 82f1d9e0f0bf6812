package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.decide.Upkeep;
import io.understudy.failover.journal.LocalJournal;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A standby takes the place of a lost replica, of whichever group, and leaves it again. */
class StandbyTest {
  private static final ServerVersion VERSION = ServerVersion.usual();

  @Test
  void shouldServeOneGroupAfterTheOther() throws Exception {
    Path folder = Files.createTempDirectory("understudy-journal-");
    try (var orders = ReplicaSet.start(VERSION, 1);
        var carts = ReplicaSet.start(VERSION, 1);
        var standby = RedisServer.start(VERSION)) {
      orders.primary().command("SET", "whose", "orders");
      carts.primary().command("SET", "whose", "carts");
      try (var journal = LocalJournal.open(folder);
          var keeper = keeper(journal, orders, carts, standby)) {
        awaitReplicas(keeper, "orders", orders.replica(0));
        awaitReplicas(keeper, "carts", carts.replica(0));

        orders.replica(0).kill9();
        awaitReplicas(keeper, "orders", standby);
        awaitData(standby, "orders");
        carts.replica(0).kill9();
        Eventually.holds(
            "the other group has nobody",
            () -> keeper.status("carts").decision().reason().contains("0 of 1 replicas"));
      }
      // What was done is remembered by the next keeper, and so is whose the standby is.
      try (var journal = LocalJournal.open(folder);
          var keeper = keeper(journal, orders, carts, standby)) {
        awaitReplicas(keeper, "orders", standby);
        assertThat(keeper.status("carts").journal().orElseThrow().members()).isEmpty();

        orders.replica(0).startAgain();
        awaitReplicas(keeper, "carts", standby);
        awaitData(standby, "carts");
        awaitReplicas(keeper, "orders", orders.replica(0));

        carts.replica(0).startAgain();
        awaitReplicas(keeper, "carts", carts.replica(0));
        Eventually.holds(
            "it follows nothing, and keeps what it had",
            () ->
                standby.info("master_port").equals("0")
                    && standby.command("GET", "whose").equals("carts"));
        assertThat(keeper.status("orders").differences()).isEmpty();
      }
    }
  }

  @Test
  void shouldStayWhereItIsPrimary() throws Exception {
    try (var set = ReplicaSet.start(VERSION, 1);
        var standby = RedisServer.start(VERSION);
        var journal = LocalJournal.open(Files.createTempDirectory("understudy-journal-"));
        var keeper = keeper(journal, List.of(GroupOptions.of("orders", addresses(set))), standby)) {
      awaitReplicas(keeper, "orders", set.replica(0));
      set.replica(0).kill9();
      awaitReplicas(keeper, "orders", standby);
      set.primary().kill9();
      Eventually.holds(
          "it takes over",
          () ->
              keeper.feed().current("orders").primary().stream()
                  .anyMatch(p -> p.address().equals(standby.address())));
      set.replica(0).startAgain();
      set.primary().startAgain();

      Eventually.holds(
          "both are back", () -> keeper.feed().current("orders").replicas().size() == 2);
      assertThat(keeper.feed().current("orders").primary().orElseThrow().address())
          .isEqualTo(standby.address());
    }
  }

  @Test
  void shouldNotTouchAStandbyWithDataOfItsOwn() throws Exception {
    try (var set = ReplicaSet.start(VERSION, 1);
        var used = RedisServer.start(VERSION);
        var next = RedisServer.start(VERSION);
        var journal = LocalJournal.open(Files.createTempDirectory("understudy-journal-"));
        var keeper =
            keeper(journal, List.of(GroupOptions.of("orders", addresses(set))), used, next)) {
      used.command("SET", "precious", "1");
      awaitReplicas(keeper, "orders", set.replica(0));
      set.replica(0).kill9();

      awaitReplicas(keeper, "orders", next);
      assertThat(used.command("GET", "precious")).isEqualTo("1");
      assertThat(used.info("role")).isEqualTo("master");
      set.replica(0).startAgain();
      awaitReplicas(keeper, "orders", set.replica(0));
      assertThat(used.command("GET", "precious")).isEqualTo("1");
    }
  }

  private static Keeper keeper(
      LocalJournal journal, ReplicaSet orders, ReplicaSet carts, RedisServer standby)
      throws IOException {
    return keeper(
        journal,
        List.of(
            GroupOptions.of("orders", addresses(orders)),
            GroupOptions.of("carts", addresses(carts))),
        standby);
  }

  private static Keeper keeper(
      LocalJournal journal, List<GroupOptions> groups, RedisServer... standbys) {
    var quick = Watched.KeeperSettings.QUICK;
    return Keeper.start(
        KeeperOptions.alone(journal)
            .withPolicy(quick.policy().withUpkeep(new Upkeep(Duration.ofMillis(500))))
            .withCadence(quick.cadence())
            .withStandbys(List.of(standbys).stream().map(RedisServer::address).toList()),
        groups,
        TrafficFeed.NONE);
  }

  private static void awaitReplicas(Keeper keeper, String group, RedisServer... servers) {
    List<Address> expected = List.of(servers).stream().map(RedisServer::address).sorted().toList();
    try {
      Eventually.holds(
          group + " has the replicas " + expected,
          () ->
              keeper.feed().current(group).replicas().stream()
                  .map(r -> r.address())
                  .toList()
                  .equals(expected));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + keeper.status(group).decision(), e);
    }
  }

  /** Connections of clients end when a server is made a replica. */
  private static void awaitData(RedisServer standby, String whose) {
    Eventually.holds(
        "it holds what " + whose + " holds",
        () -> standby.call("GET", "whose").toString().contains(whose));
  }

  private static List<Address> addresses(ReplicaSet set) {
    return set.nodes().stream().map(RedisServer::address).toList();
  }
}
