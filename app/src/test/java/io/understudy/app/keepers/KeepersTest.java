package io.understudy.app.keepers;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.decide.Entry;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.failover.decide.Request;
import io.understudy.failover.view.NodeView;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.Topology;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeepersTest {
  @Test
  void shouldFailOverAndTellEveryOutput() {
    try (var trial = Trial.start(1)) {
      trial.servers.primary().command("SET", "key", "value");
      trial.servers.awaitInSync();
      trial.servers.primary().kill9();

      RedisServer primary = trial.awaitSuccessor(1);
      trial.awaitWhole(primary, others(trial, primary));

      assertThat(primary.command("GET", "key")).isEqualTo("value");
      trial.keepers.forEach(KeepersTest::neverWentBack);
      trial.keepers.forEach(keeper -> tellsWhatWasDone(trial, keeper));
      // The old one comes back, and is demoted by whoever leads.
      trial.servers.primary().restartEmpty();
      trial.awaitWhole(primary, others(trial, primary));
      assertThat(primary.command("GET", "key")).isEqualTo("value");
    }
  }

  /** Whoever led, each keeper can say what was done and decide it again. */
  private static void tellsWhatWasDone(Trial trial, Trial.Member keeper) {
    trial.await(
        keeper.id + " knows of the failover",
        () ->
            keeper.keeper.history(Trial.GROUP, 100).stream()
                .anyMatch(e -> e.reason().contains("was promoted in epoch 2")));
    try {
      for (Entry entry : keeper.keeper.history(Trial.GROUP, 100)) {
        assertThat(keeper.keeper.entry(Trial.GROUP, entry.number())).contains(entry);
        assertThat(GroupMachine.replay(entry).reason()).isEqualTo(entry.reason());
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<RedisServer> others(Trial trial, RedisServer primary) {
    return trial.servers.nodes().stream().filter(s -> s != primary && s.isRunning()).toList();
  }

  private static void neverWentBack(Trial.Member keeper) {
    Topology before = Topology.unknown(Trial.GROUP);
    for (Topology each : keeper.seen) {
      assertThat(each.isAfter(before) || each.epoch().equals(Epoch.NONE))
          .as("%s after %s", each, before)
          .isTrue();
      before = each;
    }
  }

  /** Asked of the leader, done through ZooKeeper; the outputs of all keepers have to hold. */
  @Test
  void shouldChangeThePrimaryAsPlanned() {
    try (var trial = Trial.start(1)) {
      trial.servers.primary().command("SET", "key", "value");
      RedisServer next = trial.servers.replica(1);

      // Asked again when it was called off, as it is when this machine has no time for it.
      trial.await(
          "the primary is changed",
          () -> {
            trial.leader().ask(new Request.Switchover(Optional.of(next.address()), "a test"));
            return trial.living().stream().allMatch(k -> k.isServing(next));
          });

      trial.awaitWhole(next, others(trial, next));
      assertThat(next.command("GET", "key")).isEqualTo("value");
      assertThat(next.info("sync_full")).isEqualTo("0");
      trial.keepers.forEach(KeepersTest::neverWentBack);
      assertThat(trial.living())
          .allMatch(k -> k.seen.stream().anyMatch(t -> t.retiring().isPresent()));
    }
  }

  /** Asked of the leader; the others follow what it journals, and one of them acts on it. */
  @Test
  void shouldPromoteANodeThatAnotherKeeperAdded() throws Exception {
    try (var trial = Trial.start(1);
        var added = RedisServer.start(ServerVersion.usual())) {
      Trial.Member leader = trial.leader();
      leader.ask(new Request.AddNode(added.address(), false, "a test"));
      for (RedisServer replica : trial.servers.replicas()) {
        leader.ask(new Request.RemoveNode(replica.address(), "a test"));
      }
      trial.await(
          "all keepers watch it and no other replica",
          () ->
              trial.living().stream()
                  .allMatch(k -> nodes(k).equals(addresses(trial.servers.primary(), added))));
      trial.await("it is in sync", () -> leader.current().replicas().size() == 1);
      leader.close();
      trial.await(
          "another keeper leads", () -> trial.living().stream().anyMatch(Trial.Member::leads));
      trial.servers.primary().kill9();

      trial.await("it is primary", () -> trial.living().stream().allMatch(k -> k.isServing(added)));
    }
  }

  private static List<Address> addresses(RedisServer... servers) {
    return Arrays.stream(servers).map(RedisServer::address).toList();
  }

  private static List<Address> nodes(Trial.Member keeper) {
    return keeper.keeper.status(Trial.GROUP).view().stream()
        .flatMap(view -> view.nodes().stream())
        .map(NodeView::address)
        .toList();
  }

  /** The leader ends at some point of the failover; another keeper finishes it. */
  @ParameterizedTest
  @ValueSource(strings = {"bereft", "crashed", "carry-on", "stray"})
  void shouldFinishWhatTheLeaderBeganThatDiedAt(String rule) {
    try (var trial = Trial.start(1)) {
      trial.servers.primary().command("SET", "key", "value");
      trial.servers.awaitInSync();
      Trial.Member leader = trial.leader();
      leader.closeAtRule(rule);
      trial.servers.primary().kill9();
      trial.await(
          "the leader came to act",
          () ->
              leader.isClosed()
                  || leader.decisions.stream().anyMatch(d -> d.published().epoch().number() > 1));

      RedisServer primary = trial.awaitSuccessor(1);
      trial.awaitWhole(primary, others(trial, primary));
      assertThat(primary.command("GET", "key")).isEqualTo("value");
      trial.keepers.forEach(KeepersTest::neverWentBack);
    }
  }

  /**
   * The leader ends in the middle of a switchover, of which not every step was saved. Another
   * finishes it or calls it off.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"are being answered", "offsets are being read", "it is gated", "is promoted"})
  void shouldComeToOnePrimaryWhenTheLeaderOfASwitchoverDiedAt(String step) {
    try (var trial = Trial.start(1)) {
      trial.servers.primary().command("SET", "key", "value");
      trial.servers.awaitInSync();
      Trial.Member leader = trial.leader();
      leader.closeAt(decision -> decision.reason().contains(step));
      trial.await(
          "the leader ended in a switchover",
          () -> {
            if (!leader.isClosed()) {
              leader.ask(new Request.Switchover(Optional.empty(), "a test"));
            }
            return leader.isClosed();
          });
      trial.await(
          "another keeper leads", () -> trial.living().stream().anyMatch(Trial.Member::leads));

      RedisServer primary = trial.awaitAnyPrimary();
      trial.awaitWhole(primary, others(trial, primary));
      assertThat(primary.command("GET", "key")).isEqualTo("value");
      trial.keepers.forEach(KeepersTest::neverWentBack);
    }
  }

  @Test
  void shouldFailOverASilentPrimary() {
    try (var trial = Trial.start(1)) {
      trial.servers.primary().stop();

      RedisServer primary = trial.awaitSuccessor(1);
      trial.servers.primary().resume();
      trial.awaitWhole(primary, others(trial, primary));
    }
  }

  /** One of three is left: it must not decide anything, however dead the primary looks. */
  @Test
  void shouldChangeNothingWithoutAMajorityOfKeepers() throws IOException {
    try (var trial = Trial.start(1)) {
      Trial.Member last = trial.leader();
      trial.keepers.stream().filter(k -> k != last).toList().forEach(Trial.Member::close);
      trial.await(
          "it says that it is alone",
          () -> last.keeper.status(Trial.GROUP).decision().reason().contains("1 of 3 keepers"));
      trial.servers.primary().kill9();
      trial.await(
          "it sees that the primary is dead",
          () ->
              last.keeper
                  .status(Trial.GROUP)
                  .view()
                  .flatMap(v -> v.at(trial.servers.primary().address()))
                  .filter(n -> n.reachability().describe(0).contains("refuses"))
                  .isPresent());
      assertThat(last.current().epoch().number()).isEqualTo(1);
      trial.servers.replicas().forEach(r -> assertThat(r.info("role")).isEqualTo("slave"));

      trial.startKeeper(Trial.MEMBERS.stream().filter(id -> !id.equals(last.id)).findFirst().get());
      RedisServer primary = trial.awaitSuccessor(1);
      trial.awaitWhole(primary, others(trial, primary));
    }
  }

  /** Without ZooKeeper's majority outputs stop, nothing is changed, and all goes on afterwards. */
  @Test
  void shouldHoldEverythingWhileZookeeperHasNoMajority() throws IOException {
    try (var trial = Trial.start(3)) {
      trial.stopZookeeper(0);
      trial.stopZookeeper(1);
      trial.await(
          "no output may act any more",
          () -> trial.keepers.stream().noneMatch(k -> k.keeper.feed().isCurrent(k.current())));
      trial.servers.primary().kill9();
      trial.await("no keeper leads", () -> trial.keepers.stream().noneMatch(Trial.Member::leads));
      trial.servers.replicas().forEach(r -> assertThat(r.info("role")).isEqualTo("slave"));

      trial.startZookeeper(0);
      trial.startZookeeper(1);
      RedisServer primary = trial.awaitSuccessor(1);
      trial.awaitWhole(primary, others(trial, primary));
      trial.keepers.forEach(KeepersTest::neverWentBack);
    }
  }

  /**
   * A prefix that is written wrong makes a world of its own, which must leave the servers alone.
   */
  @Test
  void shouldLeaveServersAloneThatKeepersBelowAnotherPrefixLookAfter() throws IOException {
    try (var trial = Trial.start(1)) {
      Trial.Member stranger = trial.startElsewhere("/understody");
      trial.await(
          "it says who else is at work",
          () ->
              stranger
                  .keeper
                  .status(Trial.GROUP)
                  .decision()
                  .reason()
                  .contains("of another keeper"));
      assertThat(stranger.current().primary()).isEmpty();
      assertThat(trial.leader().current().epoch()).isEqualTo(new Epoch(1));
      trial.awaitWhole(trial.servers.primary(), trial.servers.replicas());
    }
  }
}
