package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.view.Reachability;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.RunId;
import java.util.List;

/** A primary takes another replication history with its first replica, and nobody has read that. */
class UnseenHistoryTest {
  @EachServer
  void shouldPromoteWhoFollowedAPrimaryThatDiedBeforeItsNewHistoryWasRead(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var watched = Watched.over(set.nodes())) {
      RedisServer first = set.primary();
      RedisServer second = set.replica(0);
      RedisServer old = set.replica(1);
      set.nodes().forEach(node -> node.alwaysStartWith("--replicaof", "127.0.0.1", "0"));
      watched.awaitWhole(first, set.replicas());
      promoteOnlyOneOf(set, watched);
      assertThat(second.info("repl_backlog_active")).isEqualTo("0");
      String known = second.info("master_replid");
      watched.await("the keeper has read it", () -> reads(watched, known));

      // From here on the keeper sees that it lives, and cannot read it.
      second.command("ACL", "SETUSER", "default", "-info");
      watched.await(
          "it cannot be read", () -> watched.reachability(second) instanceof Reachability.NoPerm);
      old.startAgain();
      watched.await(
          "the old one is back", () -> watched.reachability(old) instanceof Reachability.Answering);
      first.restartEmpty();
      String run = first.info("run_id");
      watched.await("the empty one is read", () -> hasRead(watched, first, run));
      first.command("REPLICAOF", "127.0.0.1", Integer.toString(second.address().port()));
      first.awaitLinkUp();
      second.command("SET", "new", "value");
      Eventually.holds(
          "its first replica has the write", () -> first.command("GET", "new").equals("value"));
      assertThat(first.info("master_replid")).isNotEqualTo(known);
      assertThat(watched.journal().reign().orElseThrow().history().value()).isEqualTo(known);

      second.kill9();

      assertThat(watched.awaitSuccessor(2, List.of(first, old))).isEqualTo(first);
      watched.awaitWhole(first, List.of(old));
      assertThat(old.command("GET", "new")).isEqualTo("value");
    }
  }

  /** All die; of those that saved, only the first replica comes back, so it is promoted. */
  private static void promoteOnlyOneOf(ReplicaSet set, Watched watched) {
    RedisServer second = set.replica(0);
    RedisServer old = set.replica(1);
    set.primary().command("SET", "key", "old");
    set.awaitInSync();
    old.save();
    old.kill9();
    set.primary().command("SET", "key", "newer");
    Eventually.holds("it has the write", () -> second.command("GET", "key").equals("newer"));
    second.save();
    second.kill9();
    set.primary().kill9();
    watched.await("the primary is withdrawn", () -> watched.current().primary().isEmpty());
    second.startAgain();
    assertThat(watched.awaitSuccessor(1, List.of(second))).isEqualTo(second);
  }

  private static boolean hasRead(Watched watched, RedisServer server, String run) {
    return watched
        .status()
        .view()
        .flatMap(view -> view.at(server.address()))
        .filter(node -> node.isRun(new RunId(run)))
        .isPresent();
  }

  private static boolean reads(Watched watched, String history) {
    return watched.journal().reign().filter(r -> r.history().value().equals(history)).isPresent();
  }
}
