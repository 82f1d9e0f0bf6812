package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.backend.Access;
import io.understudy.proxy.route.Places;
import io.understudy.proxy.route.ReadPolicy;
import io.understudy.proxy.route.ReadPolicy.Balance;
import io.understudy.proxy.route.ReadPolicy.Consistency;
import io.understudy.proxy.route.ReadPolicy.From;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Which of real replicas answer reads, where they weigh differently and are in zones. */
class ReadPlacesTest {
  private static Rig rig(ReplicaSet set, From from, Balance balance, Places places) {
    Rig rig = new Rig(options(from, balance, places));
    rig.feed.crown(set.primary(), set.replicas());
    return rig;
  }

  private static ProxyOptions options(From from, Balance balance, Places places) {
    ReadPolicy policy =
        new ReadPolicy(from, balance, Consistency.ANY, Duration.ofSeconds(1), 1 << 20);
    return ProxyOptions.of(new Listener("127.0.0.1", 0, HandFeed.GROUP, policy))
        .withAccess(Map.of(HandFeed.GROUP, Access.PLAIN.with(places)));
  }

  private static Places near(RedisServer... servers) {
    return new Places(addresses(servers), Map.of());
  }

  private static Set<Address> addresses(RedisServer... servers) {
    return Set.copyOf(List.of(servers).stream().map(RedisServer::address).toList());
  }

  private static Places weights(ReplicaSet set, int first, int second) {
    Map<Address, Integer> weights = new HashMap<>();
    weights.put(set.replica(0).address(), first);
    weights.put(set.replica(1).address(), second);
    return new Places(Set.of(), weights);
  }

  private static long gets(RedisServer server) {
    Matcher calls =
        Pattern.compile("cmdstat_get:calls=(\\d+)").matcher(server.command("INFO", "commandstats"));
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  /** How many of so many reads went to the primary and to each replica. */
  private static List<Long> reads(ReplicaSet set, Wire client, int count) throws IOException {
    List<RedisServer> all = new ArrayList<>(List.of(set.primary()));
    all.addAll(set.replicas());
    List<Long> before = all.stream().map(ReadPlacesTest::gets).toList();
    for (int i = 0; i < count; i++) {
      assertThat(client.call("GET", "a")).isEqualTo("$-1\r\n");
    }
    List<Long> more = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      more.add(gets(all.get(i)) - before.get(i));
    }
    return more;
  }

  private static void awaitReads(ReplicaSet set, Wire client, Long... wanted) {
    int all = (int) List.of(wanted).stream().mapToLong(Long::longValue).sum();
    Eventually.holds(
        "reads go where they should", () -> reads(set, client, all).equals(List.of(wanted)));
  }

  @Test
  void shouldAskEachReplicaAsOftenAsItWeighs() throws IOException {
    for (Balance balance : Balance.values()) {
      try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 2);
          Rig rig = rig(set, From.REPLICAS, balance, weights(set, 3, 1));
          Wire client = rig.connect()) {
        awaitReads(set, client, 0L, 60L, 20L);
        // Evenly mixed: of any four, three and one.
        for (int i = 0; i < 5; i++) {
          assertThat(reads(set, client, 4)).containsExactly(0L, 3L, 1L);
        }
      }
    }
  }

  @Test
  void shouldNeverReadFromWhatWeighsNothing() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 2);
        Rig rig = rig(set, From.REPLICAS, Balance.ROUND_ROBIN, weights(set, 0, 1));
        Wire client = rig.connect()) {
      awaitReads(set, client, 0L, 0L, 20L);
      // With the only replica that weighs gone, the primary is asked, not the other one.
      rig.feed.crown(set.primary(), List.of(set.replica(0)));
      awaitReads(set, client, 20L, 0L, 0L);
    }
  }

  @Test
  void shouldFollowOtherWeightsWhileClientsAreConnected() throws Exception {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 2);
        Rig rig = rig(set, From.REPLICAS, Balance.ROUND_ROBIN, weights(set, 1, 1));
        Wire client = rig.connect()) {
      awaitReads(set, client, 0L, 10L, 10L);
      rig.proxy.apply(
          options(From.REPLICAS, Balance.ROUND_ROBIN, weights(set, 0, 5)),
          Duration.ofSeconds(1),
          group -> {});
      assertThat(reads(set, client, 20)).containsExactly(0L, 0L, 20L);
    }
  }

  @Test
  void shouldReadInTheOwnZoneAndElsewhereOnlyWhenNobodyThereCanAnswer() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 3);
        Rig rig =
            rig(
                set,
                From.REPLICAS,
                Balance.ROUND_ROBIN,
                near(set.primary(), set.replica(0), set.replica(2)));
        Wire client = rig.connect()) {
      awaitReads(set, client, 0L, 10L, 0L, 10L);
      rig.feed.crown(set.primary(), List.of(set.replica(0), set.replica(1)));
      awaitReads(set, client, 0L, 20L, 0L, 0L);
      // The other zone's is asked before the primary is, wherever that is.
      rig.feed.crown(set.primary(), List.of(set.replica(1)));
      awaitReads(set, client, 0L, 0L, 20L, 0L);
    }
  }

  @Test
  void shouldTakeThePrimaryOfTheOwnZoneForANearNode() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 2);
        Rig rig = rig(set, From.NEAREST, Balance.ROUND_ROBIN, near(set.primary()));
        Wire client = rig.connect()) {
      awaitReads(set, client, 20L, 0L, 0L);
    }
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 2);
        Rig rig = rig(set, From.NEAREST, Balance.ROUND_ROBIN, near(set.replica(1)));
        Wire client = rig.connect()) {
      awaitReads(set, client, 0L, 0L, 20L);
    }
  }
}
