package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Relay;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.util.List;

/** Orders whose reply never came: they ran, they did not, or they run when nobody expects it. */
class LostOrdersTest {
  private static final String PROMOTION = "ONE";
  private static final String LAST = "EXEC";

  @EachServer
  void shouldFindOutThatAPromotionRanWhoseReplyWasLost(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var relay = Relay.to(set.replica(0).address());
        var watched = Watched.at(onlyRelayed(relay, set), Watched.KeeperSettings.QUICK)) {
      watched.awaitWhole(set.primary(), set.replicas());
      var cut = relay.cut(Relay.Fate.PASSED_ON, PROMOTION, LAST);

      set.primary().kill9();

      watched.await("it was cut off when it had been sent", cut::isDone);
      watched.await(
          "it is published all the same",
          () -> watched.current().primary().filter(p -> isAt(p.address(), relay)).isPresent());
      watched.await(
          "the other follows it",
          () ->
              set.replica(1).info("master_port").equals(Integer.toString(relay.address().port())));
      // It was promoted once: nothing was sent again.
      assertThat(watched.current().epoch().number()).isEqualTo(2);
      assertThat(set.replica(0).command("GET", "{understudy}:epoch")).startsWith("2 ");
      watched.await("nothing is in doubt", () -> watched.journal().orders().isEmpty());
    }
  }

  @EachServer
  void shouldGoOnAfterAPromotionThatWasLostOnItsWay(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var relay = Relay.to(set.replica(0).address());
        var watched = Watched.at(onlyRelayed(relay, set), Watched.KeeperSettings.QUICK)) {
      watched.awaitWhole(set.primary(), set.replicas());
      var cut = relay.cut(Relay.Fate.DROPPED, PROMOTION, LAST);

      set.primary().kill9();

      // MULTI and what follows it came through, but not EXEC.
      watched.await("it was cut off before it was sent", cut::isDone);
      watched.await(
          "the same server is promoted by another order",
          () -> watched.current().primary().filter(p -> isAt(p.address(), relay)).isPresent());
      assertThat(watched.current().epoch().number()).isGreaterThan(2);
      assertThat(set.replica(0).log().split("MODE enabled", -1)).as("promoted once").hasSize(2);
      watched.await("nothing is in doubt", () -> watched.journal().orders().isEmpty());
    }
  }

  /** The order waits in the stopped server's socket, and runs long after another was promoted. */
  @EachServer
  void shouldDemoteAServerThatWakesAndRunsAnOldPromotion(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var relay = Relay.to(set.replica(0).address());
        var watched = Watched.at(onlyRelayed(relay, set), Watched.KeeperSettings.QUICK)) {
      watched.awaitWhole(set.primary(), set.replicas());
      var held = relay.cut(Relay.Fate.HELD, PROMOTION, LAST);
      set.primary().kill9();
      watched.await("it is on its way", held::isDone);

      set.replica(0).stop();
      relay.release(held);
      set.replica(1).command("CONFIG", "SET", "replica-priority", "100");
      watched.awaitPrimary(set.replica(1));
      set.replica(1).command("SET", "key", "newer");
      set.replica(0).resume();

      watched.await(
          "it ran, and was undone",
          () ->
              set.replica(0).log().contains("MODE enabled")
                  && set.replica(0).info("role").equals("slave")
                  && set.replica(0).info("master_link_status").equals("up"));
      assertThat(set.replica(0).command("GET", "key")).isEqualTo("newer");
      assertThat(set.replica(1).info("role")).isEqualTo("master");
      assertThat(watched.published())
          .noneMatch(t -> t.primary().filter(p -> isAt(p.address(), relay)).isPresent());
      watched.await("nothing is in doubt", () -> watched.journal().orders().isEmpty());
    }
  }

  /** What is still under way is made harmless before anything else is ordered of that server. */
  @EachServer
  void shouldSettleAnOrderThatIsStillUnderWay(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var relay = Relay.to(set.replica(0).address());
        var watched =
            Watched.at(
                List.of(set.primary().address(), relay.address()), Watched.KeeperSettings.QUICK)) {
      watched.awaitWhole(set.primary(), set.replicas());
      var held = relay.cut(Relay.Fate.HELD, PROMOTION, LAST);
      set.primary().kill9();
      watched.await("it is on its way", held::isDone);

      // The connection it is on was ended by the server, so that it can never run.
      watched.await(
          "the same server is promoted by another order",
          () -> watched.current().primary().filter(p -> isAt(p.address(), relay)).isPresent());
      assertThat(watched.current().epoch().number()).isGreaterThan(2);
      assertThat(set.replica(0).command("CLIENT", "LIST").split("understudy-keeper:", -1))
          .as("the one that is used, and none besides")
          .hasSize(2);
      String mark = set.replica(0).command("GET", "{understudy}:epoch");

      relay.release(held);
      watched.awaitRule("steady");
      assertThat(set.replica(0).command("GET", "{understudy}:epoch")).isEqualTo(mark);
    }
  }

  @EachServer
  void shouldConnectAgainWhenItsConnectionsAreKilled(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());

      for (RedisServer node : set.nodes()) {
        node.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      }
      set.replica(0).command("REPLICAOF", "NO", "ONE");

      watched.awaitWhole(set.primary(), set.replicas());
      assertThat(watched.current().epoch().number()).isEqualTo(1);
    }
  }

  /** The relayed replica is the only one that may be promoted. */
  private static List<Address> onlyRelayed(Relay relay, ReplicaSet set) {
    set.replica(1).command("CONFIG", "SET", "replica-priority", "0");
    return List.of(set.primary().address(), relay.address(), set.replica(1).address());
  }

  private static boolean isAt(Address address, Relay relay) {
    return address.equals(relay.address());
  }
}
