package io.understudy.app.keepers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.app.ProgramProcess;
import io.understudy.failover.GroupOptions;
import io.understudy.failover.OfflinePromotion;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is promoted by hand while no keeper runs, and keepers that come back. */
class OfflinePromotionTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void shouldPromoteByHandAndBeAdoptedByTheKeeperThatComesBack() throws Exception {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 2);
        Ports.Reserved admin = Ports.reserve()) {
      configure(set, admin.port());
      RedisServer next = set.replica(1);
      String to = next.address().toString();
      try (var program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        awaitPrimary(set.primary());
        set.primary().command("SET", "key", "value");
        set.awaitInSync();

        var refused = promote(to, "--confirm", to);
        assertThat(refused.out())
            .contains("against it: an understudy answers at 127.0.0.1:" + admin.port())
            .contains("against it: a keeper (")
            .contains("against it: " + set.primary().address() + " is primary and holds")
            .contains("refused; nothing was changed");
        assertThat(refused.exitCode()).isEqualTo(1);
        program.terminate();
        program.await();
      }
      set.primary().kill9();

      assertThat(promote(to).out()).contains("what it holds is not known").contains("refused");
      assertThat(promote(to, "--force", "--confirm", "127.0.0.1:1").err())
          .isEqualTo("not confirmed; nothing was changed\n");
      assertThat(promote(to, "--force", "--dry-run").out())
          .contains("would make " + to + " primary; nothing was changed");
      assertThat(next.info("role")).isEqualTo("slave");
      var done = promote(to, "--force", "--confirm", to);
      assertThat(done.out()).contains("attach " + set.replica(0).address() + ": done");
      assertThat(done.exitCode()).isZero();
      assertThat(next.info("role")).isEqualTo("master");
      String mark = next.command("GET", "{understudy}:epoch").toString();
      assertThat(mark).contains("by-hand:" + System.getProperty("user.name") + "@");
      assertThat(Files.readString(folder.resolve("understudy-state/offline-promotions.log")))
          .contains("promotes " + to + " of orders, passing over [" + set.primary().address())
          .contains("saw " + set.replica(0).address() + " follows ")
          .contains("did: promote " + to + " in epoch ");
      next.command("SET", "meanwhile", "kept");

      set.primary().restartWithData();
      try (var _ = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        awaitPrimary(next);
        for (RedisServer other : List.of(set.primary(), set.replica(0))) {
          await()
              .atMost(DEADLINE)
              .ignoreExceptions()
              .until(() -> "kept".equals(String.valueOf(other.command("GET", "meanwhile"))));
        }
        assertThat(ask("history", "orders").out()).contains("by-hand:");
        assertThat(next.command("GET", "key")).isEqualTo("value");
      }
    }
  }

  /** The old primary lived on and was demoted by hand; ZooKeeper still names it as published. */
  @Test
  void shouldBeAdoptedByKeepersWhoseZookeeperNamesAnotherPrimary() throws Exception {
    try (var trial = Trial.start(1)) {
      RedisServer next = trial.servers.replica(0);
      trial.keepers.forEach(Trial.Member::close);
      try (var promotion =
          new OfflinePromotion(
              GroupOptions.of(
                  Trial.GROUP, trial.servers.nodes().stream().map(RedisServer::address).toList()),
              "a-test",
              System::nanoTime)) {
        promotion.look();
        assertThat(promotion.promote(next.address(), Verification.USUAL.doubt()).done()).isTrue();
      }
      next.command("SET", "meanwhile", "kept");

      for (String id : Trial.MEMBERS) {
        trial.startKeeper(id);
      }

      List<RedisServer> others = new ArrayList<>(trial.servers.nodes());
      others.remove(next);
      trial.awaitWhole(next, others);
      assertThat(next.command("GET", "meanwhile")).isEqualTo("kept");
    }
  }

  private void configure(ReplicaSet set, int admin) throws Exception {
    String nodes =
        set.nodes().stream().map(s -> "\"" + s.address() + "\"").collect(Collectors.joining(", "));
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups:
          - { name: orders, nodes: [%s] }
        admin: { bind: "127.0.0.1:%d" }
        """
            .formatted(nodes, admin));
  }

  private void awaitPrimary(RedisServer server) {
    await()
        .atMost(DEADLINE)
        .until(() -> ask("status").out().contains("primary " + server.address()));
  }

  private ProgramProcess.Ended ask(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(words));
    command.addAll(List.of("-c", "understudy.yaml"));
    return ProgramProcess.run(folder, command.toArray(String[]::new));
  }

  private ProgramProcess.Ended promote(String to, String... more) throws Exception {
    List<String> command = new ArrayList<>(List.of("promote", "orders", to, "--offline"));
    command.addAll(List.of(more));
    return ask(command.toArray(String[]::new));
  }
}
