package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.decide.Answer;
import io.understudy.failover.decide.Request;
import io.understudy.failover.journal.LocalJournal;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import io.understudy.topology.TrafficFeed;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Nodes that are added to a group and removed from it, on real servers. */
class MembershipTest {
  private static final String BY = "a test";

  @EachServer
  void shouldFillANodeThatIsAddedAndPromoteItLater(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var added = RedisServer.start(version);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().command("SET", "key", "value");

      assertThat(add(watched, added, false).obstacles()).isEmpty();

      watched.awaitWhole(set.primary(), List.of(set.replica(0), added));
      assertThat(added.command("GET", "key")).isEqualTo("value");
      assertThat(watched.status().differences())
          .containsExactly(
              added.address()
                  + " was added by a test, and the file does not have it: write it in"
                  + " groups[].nodes of every keeper, or remove it again");
      assertThat(ask(watched, new Request.RemoveNode(set.replica(0).address(), BY)).obstacles())
          .isEmpty();
      watched.await("it is not routed to", () -> watched.current().replicas().size() == 1);
      set.primary().kill9();
      watched.awaitPrimary(added);
      assertThat(set.replica(0).info("master_port"))
          .as("a removed node gets no orders")
          .isEqualTo(Integer.toString(set.primary().address().port()));
    }
  }

  @Test
  void shouldRememberItsNodesWhenItIsStartedAgain() throws Exception {
    var version = ServerVersion.usual();
    var folder = Files.createTempDirectory("understudy-journal-");
    try (var set = ReplicaSet.start(version, 1);
        var added = RedisServer.start(version)) {
      List<Address> file = set.nodes().stream().map(RedisServer::address).toList();
      try (var watched = Watched.at(folder, file, Watched.KeeperSettings.QUICK)) {
        watched.awaitWhole(set.primary(), set.replicas());
        assertThat(add(watched, added, false).obstacles()).isEmpty();
        watched.awaitWhole(set.primary(), List.of(set.replica(0), added));
        assertThat(ask(watched, new Request.RemoveNode(set.replica(0).address(), BY)).obstacles())
            .isEmpty();
      }
      try (var watched = Watched.at(folder, file, Watched.KeeperSettings.QUICK)) {
        watched.awaitWhole(set.primary(), List.of(added));
        assertThat(watched.status().differences()).hasSize(2);
        watched.await("two are watched", () -> nodes(watched).size() == 2);
        assertThat(nodes(watched)).containsExactly(set.primary().address(), added.address());
      }
      List<Address> followed = List.of(set.primary().address(), added.address());
      try (var watched = Watched.at(folder, followed, Watched.KeeperSettings.QUICK)) {
        watched.awaitWhole(set.primary(), List.of(added));
        assertThat(watched.journal().members()).as("the file has caught up").isEmpty();
        assertThat(watched.status().differences()).isEmpty();
      }
    }
  }

  @Test
  void shouldNotTouchDataOfAServerUnlessItMayBeReplaced() {
    var version = ServerVersion.usual();
    try (var set = ReplicaSet.start(version, 1);
        var other = RedisServer.start(version);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      other.command("SET", "precious", "1");

      assertThat(add(watched, other, false).obstacles())
          .containsExactly(
              other.address()
                  + " holds 1 keys of its own, which following the primary would delete; empty it,"
                  + " or give them up with --replace-data");
      assertThat(watched.journal().members()).isEmpty();
      assertThat(other.command("GET", "precious")).isEqualTo("1");
      Answer trial = ask(watched, new Request.AddNode(other.address(), true, BY), true);
      assertThat(String.join("\n", trial.plan())).contains("in place of the 1 keys it has");
      assertThat(other.info("role")).isEqualTo("master");

      assertThat(add(watched, other, true).obstacles()).isEmpty();
      watched.awaitWhole(set.primary(), List.of(set.replica(0), other));
      assertThat(other.command("EXISTS", "precious")).contains("0");
    }
  }

  @Test
  void shouldRefuseWhatCannotBe() throws Exception {
    var version = ServerVersion.usual();
    try (var set = ReplicaSet.start(version, 1);
        var others = ReplicaSet.start(version, 1);
        var journal = LocalJournal.open(Files.createTempDirectory("understudy-journal-"));
        var keeper =
            Keeper.start(
                KeeperOptions.alone(journal),
                List.of(
                    GroupOptions.of("orders", addresses(set)),
                    GroupOptions.of("carts", addresses(others))),
                TrafficFeed.NONE)) {
      Eventually.holds(
          "both have their replica",
          () ->
              List.of("orders", "carts").stream()
                  .allMatch(g -> keeper.feed().current(g).replicas().size() == 1));
      var theirs = new Request.AddNode(others.replica(0).address(), true, BY);
      var absent = new Request.AddNode(new Address("127.0.0.1", 1), true, BY);

      assertThat(keeper.ask("orders", theirs, false).get(5, TimeUnit.SECONDS).obstacles())
          .containsExactly(others.replica(0).address() + " is a node of group carts already");
      assertThat(keeper.ask("orders", absent, false).get(5, TimeUnit.SECONDS).obstacles())
          .singleElement()
          .asString()
          .startsWith("127.0.0.1:1 refuses connections");
      var primary = new Request.RemoveNode(set.primary().address(), BY);
      assertThat(keeper.ask("orders", primary, false).get(5, TimeUnit.SECONDS).obstacles())
          .containsExactly(
              set.primary().address()
                  + " is primary; make another one primary first: understudy switchover orders");
      // What one group gives up the other may have.
      var given = new Request.RemoveNode(others.replica(0).address(), BY);
      assertThat(keeper.ask("carts", given, false).get(5, TimeUnit.SECONDS).obstacles()).isEmpty();
      Eventually.holds(
          "it belongs to nobody",
          () -> keeper.ask("orders", theirs, false).get(5, TimeUnit.SECONDS).isAccepted());
      Eventually.holds(
          "it follows the other primary",
          () -> keeper.feed().current("orders").replicas().size() == 2);
    }
  }

  private static List<Address> addresses(ReplicaSet set) {
    return set.nodes().stream().map(RedisServer::address).toList();
  }

  private static List<Address> nodes(Watched watched) {
    return watched.status().view().orElseThrow().nodes().stream().map(n -> n.address()).toList();
  }

  private static Answer add(Watched watched, RedisServer server, boolean replaceData) {
    return ask(watched, new Request.AddNode(server.address(), replaceData, BY), false);
  }

  private static Answer ask(Watched watched, Request request) {
    return ask(watched, request, false);
  }

  private static Answer ask(Watched watched, Request request, boolean trial) {
    try {
      return watched.keeper().ask(Watched.GROUP, request, trial).get(5, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
