package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.view.Reachability;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.Reply;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Errors that only the living give are never death. */
class AliveTest {
  @EachServer
  void shouldNotFailOverWhileAScriptKeepsThePrimary(ServerVersion version) throws IOException {
    try (var set = ReplicaSet.start(version, 1, "--lua-time-limit", "50");
        var watched = Watched.over(set.nodes());
        var client = set.primary().connect()) {
      watched.awaitWhole(set.primary(), set.replicas());

      client.send("EVAL", "while true do end", "0");
      watched.await(
          "it is busy for longer than downAfter",
          () ->
              watched.reachability(set.primary()) instanceof Reachability.Busy busy
                  && busy.lastReplyNanos() - busy.sinceNanos()
                      > 2 * Watched.KeeperSettings.QUICK.policy().downAfter().toNanos());
      watched.awaitRule("blind");
      assertThat(watched.status().decision().reason()).contains("SCRIPT KILL");
      assertThat(watched.current().epoch().number()).isEqualTo(1);

      set.primary().command("SCRIPT", "KILL");
      watched.awaitRule("steady").awaitPrimary(set.primary());
      assertThat(watched.current().epoch().number()).isEqualTo(1);
    }
  }

  @EachServer
  void shouldWaitForAPrimaryThatIsLoading(ServerVersion version) {
    // It answers only between pieces of 2 MB, so the data must be several of them.
    try (var primary =
        RedisServer.start(version, "--key-load-delay", "2000", "--rdbcompression", "no")) {
      primary.command(
          "EVAL", "for i=1,1000 do redis.call('set','key:'..i,string.rep('x',20000)) end", "0");
      primary.save();
      primary.startAgain();
      try (var watched = Watched.over(List.of(primary))) {
        watched.await(
            "it is seen loading",
            () -> watched.reachability(primary) instanceof Reachability.Loading);

        watched.awaitPrimary(primary);
        assertThat(primary.command("STRLEN", "key:1000")).isEqualTo("20000");
      }
    }
  }

  @EachServer
  void shouldKeepAPrimaryThatCannotSave(ServerVersion version) throws IOException {
    Path gone = Files.createTempDirectory("understudy-gone-");
    try (var primary = RedisServer.start(version, "--dir", gone.toString());
        var replica = RedisServer.startReplica(version, primary);
        var watched = Watched.over(List.of(primary, replica))) {
      watched.awaitWhole(primary, List.of(replica));
      primary.command("CONFIG", "SET", "save", "3600 1");
      deleteWhole(gone);

      Eventually.holds(
          "no other save is in the way", () -> !(primary.call("BGSAVE") instanceof Reply.Failure));

      watched.await(
          "it says so", () -> watched.reachability(primary) instanceof Reachability.Misconf);
      watched.awaitPrimary(primary);
      assertThat(watched.current().epoch().number()).isEqualTo(1);
    }
  }

  private static void deleteWhole(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
