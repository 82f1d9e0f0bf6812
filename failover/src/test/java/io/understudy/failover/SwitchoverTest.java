package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.decide.Answer;
import io.understudy.failover.decide.Request;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What operators ask for, on real servers. */
class SwitchoverTest {
  private static final String BY = "a test";

  @EachServer
  void shouldChangeThePrimaryWithoutAFullResync(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().command("SET", "key", "value");

      change(watched, set.replica(1));

      watched.awaitWhole(set.replica(1), List.of(set.primary(), set.replica(0)));
      assertThat(set.replica(1).command("GET", "key")).isEqualTo("value");
      assertThat(set.replica(1).info("sync_full")).isEqualTo("0");
      // And back, so that the settings of both have been through it.
      change(watched, set.primary());
      watched.awaitWhole(set.primary(), set.replicas());
      assertThat(set.primary().command("CONFIG", "GET", "min-replicas-to-write"))
          .doesNotContain("1000000");
    }
  }

  @EachServer
  void shouldLoseNothingThatOthersWriteToThePrimaryDirectly(ServerVersion version)
      throws InterruptedException {
    try (var set = ReplicaSet.start(version, 1);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      var stop = new AtomicBoolean();
      var writer = new DirectWriter(set.primary(), stop);
      var thread = Thread.ofPlatform().start(writer);
      watched.await("it writes", () -> writer.acknowledged > 100);

      change(watched, set.replica(0));
      watched.awaitWhole(set.replica(0), List.of(set.primary()));
      stop.set(true);
      thread.join();

      assertThat(set.replica(0).command("SCARD", "ids"))
          .isEqualTo(Long.toString(writer.acknowledged));
      assertThat(set.primary().command("CONFIG", "GET", "min-replicas-to-write"))
          .doesNotContain("1000000");
    }
  }

  /** Writes to one server for as long as that takes writes. */
  private static final class DirectWriter implements Runnable {
    private final RedisServer server;
    private final AtomicBoolean stop;
    private volatile long acknowledged;

    DirectWriter(RedisServer server, AtomicBoolean stop) {
      this.server = server;
      this.stop = stop;
    }

    @Override
    public void run() {
      for (long id = 0; !stop.get(); id++) {
        String reply = server.call("SADD", "ids", "id" + id).toString();
        if (reply.contains("NOREPLICAS") || reply.contains("READONLY")) {
          return;
        }
        acknowledged = id + 1;
      }
    }
  }

  @Test
  void shouldChangeThePrimaryAtTheTimeThatWasAskedFor() {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      long now = System.currentTimeMillis();
      var past = new Request.SwitchoverAt(Optional.empty(), now, BY);
      var far = new Request.SwitchoverAt(Optional.empty(), now + 3_600_000, BY);
      var soon = new Request.SwitchoverAt(Optional.of(set.replica(0).address()), now + 2_000, BY);

      assertThat(ask(watched, past, false).obstacles()).hasSize(1);
      assertThat(ask(watched, far, false).isAccepted()).isTrue();
      assertThat(ask(watched, new Request.Cancel(BY), false).isAccepted()).isTrue();
      assertThat(ask(watched, soon, false).isAccepted()).isTrue();

      watched.awaitWhole(set.replica(0), List.of(set.primary()));
      assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(now + 2_000);
      assertThat(watched.journal().scheduled()).isEmpty();
    }
  }

  @Test
  void shouldOnlySayWhatItWouldDoInATrial() {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      watched.await(
          "nothing speaks against it",
          () -> ask(watched, switchover(set.replica(0)), true).isAccepted());

      Answer trial = ask(watched, switchover(set.replica(0)), true);
      Answer refused = ask(watched, switchover(set.primary()), false);

      assertThat(String.join("\n", trial.plan())).contains("promote " + set.replica(0).address());
      assertThat(refused.obstacles())
          .containsExactly(set.primary().address() + " is primary already");
      assertThat(watched.journal().wish()).isEmpty();
      assertThat(watched.status().recent()).noneMatch(e -> e.rule().equals("asked"));
      assertThat(watched.current().epoch().number()).isEqualTo(1);
    }
  }

  @Test
  void shouldForceAFailoverToANodeThatRulesForbid() {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1, "--replica-priority", "0");
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      Address to = set.replica(0).address();

      assertThat(ask(watched, switchover(set.replica(0)), false).obstacles())
          .containsExactly(to + " has replica-priority 0");
      assertThat(ask(watched, new Request.ForcedFailover(to, BY), false).obstacles()).isEmpty();

      watched.awaitWhole(set.replica(0), List.of(set.primary()));
      assertThat(watched.status().recent())
          .anyMatch(e -> e.reason().contains("a forced failover to " + to));
    }
  }

  @Test
  void shouldForceANodeWhereAFailoverFindsNone() {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1, "--replica-priority", "0");
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      Address to = set.replica(0).address();
      set.primary().kill9();
      watched.await(
          "nobody may be promoted",
          () -> watched.status().decision().reason().contains("no node may be promoted"));

      assertThat(ask(watched, new Request.ForcedFailover(to, BY), false).obstacles()).isEmpty();

      assertThat(watched.awaitSuccessor(1, set.replicas())).isEqualTo(set.replica(0));
    }
  }

  @Test
  void shouldDoNothingForAPausedGroup() {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1);
        var watched = Watched.over(set.nodes())) {
      watched.awaitWhole(set.primary(), set.replicas());
      var pause = new Request.PauseFor(Optional.empty(), "new disks", Duration.ofMinutes(5), BY);

      assertThat(ask(watched, pause, false).obstacles()).isEmpty();
      watched.awaitRule("paused");
      set.primary().kill9();
      watched.await(
          "its death is seen",
          () ->
              watched.reachability(set.primary())
                      instanceof io.understudy.failover.view.Reachability.Refused refused
                  && refused.times() > 10);
      assertThat(watched.status().decision().rule()).isEqualTo("paused");
      assertThat(watched.status().decision().reason()).contains("new disks");
      assertThat(set.replica(0).info("role")).isEqualTo("slave");

      assertThat(ask(watched, new Request.Resume(Optional.empty(), BY), false).obstacles())
          .isEmpty();
      assertThat(watched.awaitSuccessor(1, set.replicas())).isEqualTo(set.replica(0));
    }
  }

  /** Asks again when it was called off, as it is when this machine has no time for it. */
  private static void change(Watched watched, RedisServer to) {
    watched.await(
        "a switchover to " + to,
        () -> {
          boolean done =
              watched.current().primary().filter(p -> p.address().equals(to.address())).isPresent();
          if (!done) {
            ask(watched, switchover(to), false);
          }
          return done;
        });
  }

  private static Request switchover(RedisServer to) {
    return new Request.Switchover(Optional.of(to.address()), BY);
  }

  private static Answer ask(Watched watched, Request request, boolean trial) {
    try {
      return watched.keeper().ask(Watched.GROUP, request, trial).get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no answer", e);
    }
  }
}
