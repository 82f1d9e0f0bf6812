package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.decide.Placement;
import io.understudy.failover.decide.Placement.Place;
import io.understudy.failover.decide.Placement.Tag;
import io.understudy.failover.decide.Request;
import io.understudy.failover.decide.Upkeep;
import io.understudy.failover.journal.LocalJournal;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.TrafficFeed;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The primary is where it should be, where that costs nothing, and never where it must not be. */
class PlacementTest {
  @Test
  void shouldReturnToThePreferredNodeWithoutAFullResync() throws Exception {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 2);
        var journal = LocalJournal.open(Files.createTempDirectory("understudy-journal-"));
        var keeper =
            keeper(
                journal,
                set,
                new Placement(
                    List.of(
                        place(set.primary(), "a", Tag.PREFER),
                        place(set.replica(0), "b", Tag.NORMAL),
                        place(set.replica(1), "c", Tag.NEVER)),
                    List.of(),
                    List.of(),
                    List.of()))) {
      awaitPrimary(keeper, set.primary());
      Eventually.holds("both are in sync", () -> replicas(keeper) == 2);
      set.primary().kill9();
      awaitPrimary(keeper, set.replica(0));
      set.primary().startAgain();
      awaitPrimary(keeper, set.primary());
      Eventually.holds("both are in sync again", () -> replicas(keeper) == 2);
      assertThat(set.primary().info("sync_full")).isEqualTo("0");
      assertThat(keeper.history("orders", 100))
          .anyMatch(e -> e.rule().equals("preferred") && e.reason().contains("better placed"));
    }
  }

  @Test
  void shouldKeepThePrimaryOutOfForbiddenZones() throws Exception {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 2);
        var journal = LocalJournal.open(Files.createTempDirectory("understudy-journal-"));
        var keeper =
            keeper(
                journal,
                set,
                new Placement(
                    List.of(
                        place(set.replica(0), "far", Tag.NORMAL),
                        place(set.replica(1), "odd", Tag.NORMAL)),
                    List.of(),
                    List.of("odd"),
                    List.of("far")))) {
      awaitPrimary(keeper, set.primary());
      Eventually.holds("both are in sync", () -> replicas(keeper) == 2);
      var far = new Request.Switchover(Optional.of(set.replica(0).address()), "a test");

      assertThat(keeper.ask("orders", far, false).get(5, TimeUnit.SECONDS).obstacles())
          .containsExactly(
              set.replica(0).address() + " is in zone far, which failover.zones forbids");
      set.primary().command("SET", "key", "value");
      set.primary().save();
      // A primary sends nothing to a replica before that has acknowledged the snapshot.
      Eventually.holds("it arrived", () -> set.replica(1).command("GET", "key").equals("value"));
      set.primary().kill9();
      awaitPrimary(keeper, set.replica(1));
      set.replica(1).save();
      set.replica(1).kill9();
      Eventually.holds(
          "it stays down and says why",
          () -> keeper.status("orders").decision().reason().contains("failover.zones forbids"));
      assertThat(set.replica(0).info("role")).isEqualTo("slave");
      // The primary that was avoided gives way to one in no zone at all.
      set.primary().startAgain();
      set.replica(1).startAgain();
      awaitPrimary(keeper, set.primary());
      assertThat(set.primary().command("GET", "key")).isEqualTo("value");
    }
  }

  private static Place place(RedisServer server, String zone, Tag tag) {
    return new Place(server.address(), Optional.of(zone), tag);
  }

  private static long replicas(Keeper keeper) {
    return keeper.feed().current("orders").replicas().size();
  }

  private static void awaitPrimary(Keeper keeper, RedisServer server) {
    try {
      Eventually.holds(
          server + " is primary",
          () ->
              keeper.feed().current("orders").primary().stream()
                  .anyMatch(p -> p.address().equals(server.address())));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + keeper.status("orders").decision(), e);
    }
  }

  private static Keeper keeper(LocalJournal journal, ReplicaSet set, Placement placement) {
    var quick = Watched.KeeperSettings.QUICK;
    var upkeep =
        new Upkeep(
            Upkeep.DEFAULT.replicaGrace(), Placement.NONE, Optional.of(Duration.ofSeconds(2)));
    return Keeper.start(
        KeeperOptions.alone(journal)
            .withPolicy(quick.policy().withUpkeep(upkeep))
            .withCadence(quick.cadence()),
        List.of(
            GroupOptions.of("orders", set.nodes().stream().map(RedisServer::address).toList())
                .with(placement)),
        TrafficFeed.NONE);
  }
}
