package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.link.Credentials;
import io.understudy.failover.view.Reachability;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import java.util.List;
import java.util.Optional;

class CredentialsTest {
  /** What a keeper needs, and nothing else; the same words on every version. */
  private static final List<String> KEEPER_RULES =
      List.of(
          "on",
          ">secret",
          "~{understudy}:*",
          "+ping",
          "+info",
          "+replicaof",
          "+config|get",
          "+config|set",
          "+config|rewrite",
          "+client|setname",
          "+client|id",
          "+client|list",
          "+client|kill",
          "+multi",
          "+exec",
          "+watch",
          "+unwatch",
          "+get",
          "+set",
          "+eval");

  @EachServer
  void shouldReportAWrongPasswordAndChangeNothing(ServerVersion version) {
    try (var primary = RedisServer.start(version, "--requirepass", "right");
        var watched =
            Watched.over(
                List.of(primary),
                Watched.KeeperSettings.QUICK.with(new Credentials(Optional.empty(), "wr0ng")))) {
      watched.await(
          "the password is refused",
          () -> watched.reachability(primary) instanceof Reachability.NoAuth);
      var refused = (Reachability.NoAuth) watched.reachability(primary);
      assertThat(refused.detail()).contains("WRONGPASS");
      assertThat(watched.current().primary()).isEmpty();
      assertThat(watched.status().toString()).doesNotContain("wr0ng");

      primary.command("AUTH", "right");
      primary.command("CONFIG", "SET", "requirepass", "wr0ng");
      watched.awaitPrimary(primary);
    }
  }

  @EachServer
  void shouldFailOverWithPasswordsEverywhere(ServerVersion version) {
    String[] secured = {"--requirepass", "secret", "--masterauth", "secret"};
    try (var primary = RedisServer.start(version, secured);
        var replica = RedisServer.startReplica(version, primary, secured);
        var watched =
            Watched.over(
                List.of(primary, replica),
                Watched.KeeperSettings.QUICK.with(new Credentials(Optional.empty(), "secret")))) {
      primary.command("AUTH", "secret");
      replica.command("AUTH", "secret");
      watched.awaitWhole(primary, List.of(replica));

      primary.kill9();

      assertThat(watched.awaitSuccessor(1, List.of(replica))).isEqualTo(replica);
    }
  }

  @EachServer
  void shouldNameTheReplicaThatMissesAMasterauth(ServerVersion version) {
    String[] secured = {"--requirepass", "secret", "--masterauth", "secret"};
    try (var primary = RedisServer.start(version, secured);
        var replica = RedisServer.startReplica(version, primary, secured);
        var watched =
            Watched.over(
                List.of(primary, replica),
                Watched.KeeperSettings.QUICK.with(new Credentials(Optional.empty(), "secret")))) {
      primary.command("AUTH", "secret");
      replica.command("AUTH", "secret");
      watched.awaitWhole(primary, List.of(replica));

      replica.command("CONFIG", "SET", "masterauth", "");
      primary.command("CLIENT", "KILL", "TYPE", "replica");

      String named = replica.address() + " has no masterauth, and the primary wants a password";
      watched.await(
          "the missing password is named",
          () -> watched.status().decision().reason().contains(named));
      assertThat(watched.current().primary().orElseThrow().address()).isEqualTo(primary.address());

      replica.command("CONFIG", "SET", "masterauth", "secret");
      watched.awaitWhole(primary, List.of(replica));
      watched.await(
          "nothing is named any more",
          () -> !watched.status().decision().reason().contains("masterauth"));
    }
  }

  @EachServer
  void shouldFailOverAsAUserThatMayDoOnlyWhatIsNeeded(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2)) {
      set.nodes().forEach(node -> makeUser(node, KEEPER_RULES));
      try (var watched = Watched.over(set.nodes(), asUser())) {
        watched.awaitWhole(set.primary(), set.replicas());

        set.primary().kill9();
        RedisServer promoted = watched.awaitSuccessor(1, set.replicas());

        RedisServer other = promoted == set.replica(0) ? set.replica(1) : set.replica(0);
        watched.awaitWhole(promoted, List.of(other));
      }
    }
  }

  @EachServer
  void shouldDoWithoutRewriteAndClientKill(ServerVersion version) {
    List<String> fewer =
        KEEPER_RULES.stream()
            .filter(rule -> !rule.equals("+config|rewrite") && !rule.equals("+client|kill"))
            .toList();
    try (var set = ReplicaSet.start(version, 1)) {
      set.nodes().forEach(node -> makeUser(node, fewer));
      try (var watched = Watched.over(set.nodes(), asUser())) {
        watched.awaitWhole(set.primary(), set.replicas());

        set.replica(0).command("REPLICAOF", "NO", "ONE");
        watched.awaitWhole(set.primary(), set.replicas());

        set.primary().kill9();
        assertThat(watched.awaitSuccessor(1, set.replicas())).isEqualTo(set.replica(0));
      }
    }
  }

  @EachServer
  void shouldReportAUserThatMayTooLittle(ServerVersion version) {
    try (var primary = RedisServer.start(version)) {
      makeUser(primary, List.of("on", ">secret", "+ping", "+info"));
      try (var watched = Watched.over(List.of(primary), asUser())) {
        watched.await(
            "it is told", () -> watched.reachability(primary) instanceof Reachability.NoPerm);
        assertThat(watched.current().primary()).isEmpty();
      }
    }
  }

  private static Watched.KeeperSettings asUser() {
    return Watched.KeeperSettings.QUICK.with(new Credentials(Optional.of("keeper"), "secret"));
  }

  private static void makeUser(RedisServer server, List<String> rules) {
    String[] command = new String[rules.size() + 3];
    command[0] = "ACL";
    command[1] = "SETUSER";
    command[2] = "keeper";
    for (int i = 0; i < rules.size(); i++) {
      command[i + 3] = rules.get(i);
    }
    server.command(command);
  }
}
