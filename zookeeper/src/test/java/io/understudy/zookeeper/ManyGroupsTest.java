package io.understudy.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.Eventually;
import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.Publisher;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Followers of more groups than are all read at each publication. */
class ManyGroupsTest {
  private static final int GROUPS = 3 * Tree.PARTS;

  private final Map<String, Topology> seen = new ConcurrentHashMap<>();

  private void saw(Topology topology) {
    seen.merge(topology.group(), topology, (old, next) -> next.isAfter(old) ? next : old);
  }

  private static Topology topology(String group, int version) {
    Node primary = new Node(new Address("127.0.0.1", 7001), new RunId("a".repeat(40)));
    return new Topology(group, new Epoch(1), version, Optional.of(primary), List.of(), "test");
  }

  @Test
  void shouldHearOfEachPublicationAndOfThoseThatNoPartCounts() throws IOException {
    List<String> groups = IntStream.range(0, GROUPS).mapToObj(i -> "group-" + i).toList();
    try (Ensemble server = Ensemble.of(1);
        var keeper =
            ZookeeperCoordinator.keeper(
                server.options("/many"),
                new KeeperIdentity("a", List.of("a"), "same", groups, "here"),
                false,
                TrafficFeed.NONE);
        var follower =
            ZookeeperCoordinator.follower(server.options("/many"), groups, TrafficFeed.NONE);
        var older = ZookeeperConnection.open(server.options("/many"), Duration.ofSeconds(10))) {
      Publisher publisher = keeper.coordinator().publisher();
      Publisher followed = follower.publisher();
      followed.follow(this::saw);
      Eventually.holds("it has a lease", followed::isUpToDate);
      for (int version = 1; version <= 3; version++) {
        for (int i = 0; i < GROUPS; i += 7) {
          publisher.publish(topology("group-" + i, version));
        }
        publisher.publish(topology("group-1", version));
        int newest = version;
        Eventually.holds(
            "all arrive",
            () ->
                followed.isUpToDate()
                    && topology("group-1", newest).equals(seen.get("group-1"))
                    && topology("group-0", newest).equals(seen.get("group-0")));
        seen.remove("group-2");
        assertThat(seen.values()).allMatch(each -> each.version() == newest);
        // A keeper of before there were parts counts in none of them.
        Topology foreign = topology("group-2", version);
        int before = version == 1 ? Store.ABSENT : version - 2;
        assertThat(
                older.writeAndCount(
                    Tree.topology("group-2"),
                    TopologyText.write(foreign),
                    before,
                    Tree.PUBLISHED,
                    Tree.HISTORIES))
            .isPresent();
        Eventually.holds("that arrives, too", () -> foreign.equals(seen.get("group-2")));
      }
    }
  }
}
