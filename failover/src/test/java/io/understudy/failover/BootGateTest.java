package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.Watched.KeeperSettings;
import io.understudy.failover.decide.Request;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Servers that start as replicas of nothing, so that only keepers make a primary. */
class BootGateTest {
  private static final int KEYS = 2000;
  private static final KeeperSettings SETTINGS = KeeperSettings.QUICK.withUsualStartWait();

  @EachServer
  void shouldNeverPromoteAPrimaryThatRestartsEmpty(ServerVersion version) {
    try (var set = gated(version);
        var watched = Watched.over(set.nodes(), SETTINGS)) {
      watched.awaitWhole(set.primary(), set.replicas());
      fill(set);

      set.primary().restartEmpty();

      RedisServer successor = watched.awaitSuccessor(1, set.replicas());
      watched.awaitWhole(successor, others(set, successor));
      assertAllHoldTheKeys(set);
      assertThat(primariesAfterTheFirst(watched)).containsExactly(successor.address());
      assertThat(successor.info("sync_full")).as("only the empty one is filled").isEqualTo("1");
    }
  }

  /** The race that a keeper may lose: without the gate every replica is emptied here. */
  @EachServer
  void shouldKeepItsReplicasFullWhileNoKeeperRuns(ServerVersion version) {
    try (var set = gated(version)) {
      Path folder = watchedUntilFilled(set);

      set.primary().restartEmpty();

      for (RedisServer replica : set.replicas()) {
        Eventually.holds(
            replica + " asked the empty server for data",
            () -> replica.log().contains("NOMASTERLINK"));
      }
      set.replicas().forEach(replica -> assertThat(keys(replica)).isGreaterThanOrEqualTo(KEYS));
      try (var watched = Watched.at(folder, addresses(set), SETTINGS)) {
        RedisServer successor = watched.awaitSuccessor(1, set.replicas());
        watched.awaitWhole(successor, others(set, successor));
        assertAllHoldTheKeys(set);
      }
    }
  }

  /** All lose power, the keeper too; the primary saved last. Every replica is filled anew. */
  @EachServer
  void shouldPromoteTheOneWithTheMostDataAfterAColdStart(ServerVersion version) {
    try (var set = gated(version)) {
      Path folder = watchedUntilFilled(set);
      set.nodes().forEach(RedisServer::save);
      set.primary().command("SET", "last", "value");
      set.primary().save();

      set.nodes().forEach(RedisServer::kill9);
      set.nodes().forEach(RedisServer::restartWithData);
      assertAllFollowNothing(set);

      try (var watched = Watched.at(folder, addresses(set), SETTINGS)) {
        watched.awaitSuccessor(1, List.of(set.primary()));
        watched.awaitWhole(set.primary(), set.replicas());
        assertAllHoldTheKeys(set);
        for (RedisServer node : set.nodes()) {
          assertThat(node.command("GET", "last")).as("last on %s", node).isEqualTo("value");
        }
        assertThat(primariesAfterTheFirst(watched)).containsExactly(set.primary().address());
        assertThat(set.primary().info("sync_full")).isEqualTo("2");
      }
    }
  }

  /** The keeper sees all die; the old primary saved last and comes back last. */
  @EachServer
  void shouldWaitForTheOldPrimaryThatMayHaveSavedLast(ServerVersion version) {
    try (var set = gated(version);
        var watched = Watched.over(set.nodes(), SETTINGS)) {
      watched.awaitWhole(set.primary(), set.replicas());
      fill(set);
      set.nodes().forEach(RedisServer::save);
      set.primary().command("SET", "last", "value");
      set.primary().save();

      set.nodes().forEach(RedisServer::kill9);
      watched.await("the primary is withdrawn", () -> watched.current().primary().isEmpty());
      set.replicas().forEach(RedisServer::startAgain);
      watched.await(
          "the replicas' data is compared with what may come",
          () -> watched.status().decision().reason().contains("others may hold more data"));
      set.primary().startAgain();

      watched.awaitSuccessor(1, List.of(set.primary()));
      watched.awaitWhole(set.primary(), set.replicas());
      assertThat(set.replica(0).command("GET", "last")).isEqualTo("value");
      assertThat(primariesAfterTheFirst(watched)).containsExactly(set.primary().address());
    }
  }

  /** The keeper sees all die and come back; the old primary's file is the oldest one. */
  @EachServer
  void shouldNotPromoteTheStaleOneAfterAColdStart(ServerVersion version) {
    try (var set = gated(version);
        var watched = Watched.over(set.nodes(), SETTINGS)) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().save();
      fill(set);
      set.replica(0).save();
      set.primary().command("SET", "last", "value");
      set.awaitInSync();
      set.replica(1).save();

      coldStart(set, watched);

      watched.awaitSuccessor(1, List.of(set.replica(1)));
      watched.awaitWhole(set.replica(1), List.of(set.primary(), set.replica(0)));
      assertAllHoldTheKeys(set);
      assertThat(set.primary().command("GET", "last")).isEqualTo("value");
      assertThat(primariesAfterTheFirst(watched)).containsExactly(set.replica(1).address());
    }
  }

  /**
   * What a person promotes begins a history of its own as soon as another server follows it. The
   * keeper cannot tell it from other data, so it loses none of it and asks.
   */
  @EachServer
  void shouldAskAboutAPrimaryThatAPersonMadeMeanwhile(ServerVersion version) {
    try (var set = gated(version)) {
      Path folder = watchedUntilFilled(set);
      set.nodes().forEach(RedisServer::save);
      set.nodes().forEach(RedisServer::restartWithData);
      assertAllFollowNothing(set);
      RedisServer chosen = set.replica(0);
      chosen.command("REPLICAOF", "NO", "ONE");
      for (RedisServer other : others(set, chosen)) {
        other.command("REPLICAOF", "127.0.0.1", Integer.toString(chosen.address().port()));
        other.awaitLinkUp();
      }
      chosen.command("SET", "by", "hand");

      try (var watched = Watched.at(folder, addresses(set), SETTINGS)) {
        watched.await(
            "it says why nobody is promoted",
            () -> watched.status().decision().reason().contains("another replication history"));
        assertThat(primariesAfterTheFirst(watched)).isEmpty();

        force(watched, chosen);

        watched.awaitWhole(chosen, others(set, chosen));
        assertAllHoldTheKeys(set);
        assertThat(set.primary().command("GET", "by")).isEqualTo("hand");
      }
    }
  }

  /** A server that loads an append-only file does not know how much of which history it holds. */
  @EachServer
  void shouldAskAfterAColdStartFromAppendOnlyFiles(ServerVersion version) {
    try (var set = gated(version, "--appendonly", "yes", "--appendfsync", "always")) {
      Path folder = watchedUntilFilled(set);
      // A replica that was just filled writes its file anew, and until then has an empty one.
      set.nodes().forEach(BootGateTest::awaitAppendOnlyFile);
      set.nodes().forEach(RedisServer::kill9);
      set.nodes().forEach(RedisServer::restartWithData);
      assertAllFollowNothing(set);

      try (var watched = Watched.at(folder, addresses(set), SETTINGS)) {
        watched.await(
            "it says why nobody is promoted",
            () -> watched.status().decision().reason().contains("was never synced"));
        assertThat(primariesAfterTheFirst(watched)).isEmpty();

        force(watched, set.replica(0));

        watched.awaitWhole(set.replica(0), others(set, set.replica(0)));
        assertAllHoldTheKeys(set);
      }
    }
  }

  private static void force(Watched watched, RedisServer to) {
    var request = new Request.ForcedFailover(to.address(), "an operator");
    try {
      assertThat(watched.keeper().ask(Watched.GROUP, request, false).get(30, TimeUnit.SECONDS))
          .matches(answer -> answer.obstacles().isEmpty());
    } catch (Exception e) {
      throw new AssertionError("no answer", e);
    }
  }

  private static ReplicaSet gated(ServerVersion version, String... directives) {
    ReplicaSet set = ReplicaSet.start(version, 2, directives);
    set.nodes().forEach(node -> node.alwaysStartWith("--replicaof", "127.0.0.1", "0"));
    return set;
  }

  /** Lets a keeper publish the group, fills it, and ends the keeper; its state stays there. */
  private static Path watchedUntilFilled(ReplicaSet set) {
    try (var watched = Watched.over(set.nodes(), SETTINGS)) {
      watched.awaitWhole(set.primary(), set.replicas());
      fill(set);
      return watched.folder();
    }
  }

  private static void awaitAppendOnlyFile(RedisServer server) {
    Eventually.holds(
        server + " has written its append-only file",
        () ->
            server.info("aof_rewrite_in_progress").equals("0")
                && server.info("aof_rewrite_scheduled").equals("0"));
  }

  private static void fill(ReplicaSet set) {
    set.primary()
        .command(
            "EVAL",
            "for i=1,tonumber(ARGV[1]) do redis.call('set','key:'..i,i) end",
            "0",
            Integer.toString(KEYS));
    set.awaitInSync();
  }

  private static void coldStart(ReplicaSet set, Watched watched) {
    set.nodes().forEach(RedisServer::kill9);
    watched.await("the primary is withdrawn", () -> watched.current().primary().isEmpty());
    set.nodes().forEach(RedisServer::startAgain);
    set.nodes().forEach(RedisServer::awaitAnswering);
  }

  private static void assertAllFollowNothing(ReplicaSet set) {
    for (RedisServer node : set.nodes()) {
      assertThat(node.info("role")).as("role of %s", node).isEqualTo("slave");
      assertThat(node.info("master_port")).as("what %s follows", node).isEqualTo("0");
    }
  }

  private static List<RedisServer> others(ReplicaSet set, RedisServer one) {
    List<RedisServer> others = new ArrayList<>(set.nodes());
    others.remove(one);
    return others;
  }

  private static void assertAllHoldTheKeys(ReplicaSet set) {
    for (RedisServer node : set.nodes()) {
      assertThat(keys(node)).as("keys of %s", node).isGreaterThanOrEqualTo(KEYS);
    }
  }

  private static long keys(RedisServer server) {
    return Long.parseLong(server.command("DBSIZE"));
  }

  /** Where the primaries of all epochs after the first were published. */
  private static List<Address> primariesAfterTheFirst(Watched watched) {
    return watched.published().stream()
        .filter(topology -> topology.epoch().number() > 1)
        .flatMap(topology -> topology.primary().stream())
        .map(primary -> primary.address())
        .distinct()
        .toList();
  }

  private static List<Address> addresses(ReplicaSet set) {
    return set.nodes().stream().map(RedisServer::address).toList();
  }
}
