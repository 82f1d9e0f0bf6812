package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.route.ReadPolicy;
import io.understudy.proxy.route.ReadPolicy.Balance;
import io.understudy.proxy.route.ReadPolicy.Consistency;
import io.understudy.proxy.route.ReadPolicy.From;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Relay;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Reads from replicas that are really behind: what each level of consistency lets a client see. */
class ReadsTest {
  private static ReadPolicy policy(From from, Consistency consistency) {
    return new ReadPolicy(
        from, Balance.ROUND_ROBIN, consistency, Duration.ofMillis(500), 1_000_000);
  }

  private static ReadPolicy replicas(Consistency consistency) {
    return policy(From.REPLICAS, consistency);
  }

  private static Rig rig(ReplicaSet set, ReadPolicy policy) {
    ProxyOptions usual = Rig.options();
    Rig rig =
        new Rig(
            new ProxyOptions(
                List.of(new Listener("127.0.0.1", 0, HandFeed.GROUP, policy)),
                Map.of(),
                1,
                usual.transport(),
                usual.limits()));
    rig.feed.crown(set.primary(), set.replicas());
    return rig;
  }

  private static long gets(RedisServer server) {
    return calls(server, "get");
  }

  private static long calls(RedisServer server, String command) {
    Matcher calls =
        Pattern.compile("cmdstat_" + command + ":calls=(\\d+)")
            .matcher(server.command("INFO", "commandstats"));
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  /** Reads go to replicas once connections to them are open. */
  private static void awaitReplicasUsed(Wire client, ReplicaSet set) {
    Eventually.holds(
        "every replica answers reads",
        () -> {
          client.call("GET", "warm");
          return set.replicas().stream().allMatch(replica -> gets(replica) > 0);
        });
  }

  /** Lets the only replica follow through a relay that a test can hold. */
  private static Relay slowDown(ReplicaSet set) {
    Relay relay = Relay.to(set.primary().address());
    Address through = relay.address();
    set.replica(0).command("REPLICAOF", through.host(), Integer.toString(through.port()));
    set.replica(0).awaitLinkUp();
    return relay;
  }

  @Test
  void shouldSpreadReadsOverReplicasAndNothingElse() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 2);
        Rig rig = rig(set, replicas(Consistency.ANY));
        Wire client = rig.connect()) {
      assertThat(client.call("SET", "a", "1")).isEqualTo("+OK\r\n");
      set.awaitInSync();
      awaitReplicasUsed(client, set);
      long atPrimary = gets(set.primary());
      long first = gets(set.replica(0));
      long second = gets(set.replica(1));
      for (int i = 0; i < 100; i++) {
        assertThat(client.call("GET", "a")).isEqualTo("$1\r\n1\r\n");
      }
      assertThat(gets(set.primary())).isEqualTo(atPrimary);
      assertThat(gets(set.replica(0)) - first).isEqualTo(50);
      assertThat(gets(set.replica(1)) - second).isEqualTo(50);
      // None of these may be answered by a replica, or could be.
      client.send(Wire.commands("INCR a", "SCAN 0", "EVAL return(1) 0", "MULTI", "GET a", "EXEC"));
      assertThat(client.read(6)).startsWith(":2\r\n").endsWith("*1\r\n$1\r\n2\r\n");
      for (RedisServer replica : set.replicas()) {
        assertThat(calls(replica, "scan") + calls(replica, "eval")).isZero();
      }
    }
  }

  @Test
  void shouldFindAnythingOnAReplicaThatIsBehindWhenAnythingWillDo() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Relay relay = slowDown(set);
        Rig rig = rig(set, replicas(Consistency.ANY));
        Wire client = rig.connect()) {
      client.call("SET", "a", "old");
      set.awaitInSync();
      awaitReplicasUsed(client, set);
      relay.hold(Relay.Direction.TO_CLIENT);
      client.call("SET", "a", "new");
      assertThat(client.call("GET", "a")).isEqualTo("$3\r\nold\r\n");
    }
  }

  @Test
  void shouldLetEachSessionChooseWhatItsReadsFind() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Relay relay = slowDown(set);
        Rig rig = rig(set, replicas(Consistency.SESSION));
        Wire other = rig.connect();
        Wire client = rig.connect()) {
      client.call("SET", "a", "old");
      set.awaitInSync();
      awaitReplicasUsed(other, set);
      relay.hold(Relay.Direction.TO_CLIENT);
      client.call("SET", "a", "new");
      String fresh = "$3\r\nnew\r\n";
      String stale = "$3\r\nold\r\n";
      assertThat(client.call("UNDERSTUDY", "CONSISTENCY")).isEqualTo("$7\r\nsession\r\n");
      assertThat(client.call("GET", "a")).isEqualTo(fresh);
      assertThat(client.call("UNDERSTUDY", "CONSISTENCY", "any")).isEqualTo("+OK\r\n");
      assertThat(client.call("GET", "a")).isEqualTo(stale);
      // In one write: what is chosen counts for what stands behind it, and for nothing before.
      client.send(
          Wire.commands(
              "GET a",
              "UNDERSTUDY CONSISTENCY primary",
              "GET a",
              "MULTI",
              "PING",
              "EXEC",
              "UNDERSTUDY CONSISTENCY ANY",
              "GET a",
              "UNDERSTUDY CONSISTENCY session",
              "GET a"));
      List<String> replies = client.read(10);
      assertThat(replies.get(0)).isEqualTo(stale);
      assertThat(replies.get(2)).isEqualTo(fresh);
      assertThat(replies.get(7)).isEqualTo(stale);
      assertThat(replies.get(9)).isEqualTo(fresh);
      assertThat(other.call("UNDERSTUDY", "CONSISTENCY", "primary")).isEqualTo("+OK\r\n");
      assertThat(other.call("GET", "a")).isEqualTo(fresh);
      assertThat(other.call("UNDERSTUDY", "CONSISTENCY", "default")).isEqualTo("+OK\r\n");
      assertThat(other.call("GET", "a")).as("it wrote nothing").isEqualTo(stale);
      assertThat(other.call("UNDERSTUDY", "CONSISTENCY", "bounded")).isEqualTo("+OK\r\n");
      Eventually.holds(
          "a replica that is behind for too long is not asked",
          () -> other.call("GET", "a").equals(fresh));
      assertThat(other.call("UNDERSTUDY", "CONSISTENCY", "strong"))
          .isEqualTo("-ERR write UNDERSTUDY CONSISTENCY any|bounded|session|primary|default\r\n");
      other.call("UNDERSTUDY", "CONSISTENCY", "any");
      assertThat(other.call("RESET")).isEqualTo("+RESET\r\n");
      assertThat(other.call("UNDERSTUDY", "CONSISTENCY")).isEqualTo("$7\r\nsession\r\n");
      relay.release(Relay.Direction.TO_CLIENT);
    }
  }

  @Test
  void shouldFindWhatItsOwnClientWroteThoughTheReplicaIsBehind() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Relay relay = slowDown(set);
        Rig rig = rig(set, replicas(Consistency.SESSION));
        Wire writer = rig.connect();
        Wire reader = rig.connect()) {
      writer.call("SET", "a", "old");
      set.awaitInSync();
      awaitReplicasUsed(reader, set);
      relay.hold(Relay.Direction.TO_CLIENT);
      assertThat(writer.call("SET", "a", "new")).isEqualTo("+OK\r\n");
      for (int i = 0; i < 50; i++) {
        assertThat(writer.call("GET", "a")).isEqualTo("$3\r\nnew\r\n");
        assertThat(reader.call("GET", "a")).isEqualTo("$3\r\nold\r\n");
      }
      long atPrimary = gets(set.primary());
      relay.release(Relay.Direction.TO_CLIENT);
      Eventually.holds(
          "the writer's reads go to the replica again",
          () -> {
            long before = gets(set.replica(0));
            assertThat(writer.call("GET", "a")).isEqualTo("$3\r\nnew\r\n");
            return gets(set.replica(0)) == before + 1;
          });
      assertThat(gets(set.primary())).isGreaterThanOrEqualTo(atPrimary);
    }
  }

  @Test
  void shouldNotAskAReplicaThatIsFurtherBehindThanTheBound() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Relay relay = slowDown(set);
        Rig rig = rig(set, replicas(Consistency.BOUNDED));
        Wire client = rig.connect();
        Wire writer = new Wire(set.primary().address())) {
      writer.call("SET", "a", "old");
      set.awaitInSync();
      awaitReplicasUsed(client, set);
      relay.hold(Relay.Direction.TO_CLIENT);
      long begun = System.nanoTime();
      writer.call("SET", "a", "new");
      Eventually.holds(
          "the replica is too far behind",
          () -> {
            long asked = System.nanoTime();
            String found = client.call("GET", "a");
            // What is older than the bound is never missing.
            assertThat(found.contains("new") || asked - begun < 500_000_000L).isTrue();
            return found.contains("new");
          });
      long atReplica = gets(set.replica(0));
      for (int i = 0; i < 20; i++) {
        assertThat(client.call("GET", "a")).isEqualTo("$3\r\nnew\r\n");
      }
      assertThat(gets(set.replica(0))).isEqualTo(atReplica);
      relay.release(Relay.Direction.TO_CLIENT);
      Eventually.holds(
          "the replica answers again",
          () -> {
            client.call("GET", "a");
            return gets(set.replica(0)) > atReplica;
          });
    }
  }

  @Test
  void shouldKeepTheOrderOfWritesAndReadsInOnePipeline() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 2);
        Rig rig = rig(set, replicas(Consistency.SESSION));
        Wire client = rig.connect()) {
      set.awaitInSync();
      awaitReplicasUsed(client, set);
      for (int i = 0; i < 200; i++) {
        String n = Integer.toString(i);
        client.send(
            Wire.commands("GET k", "SET k " + n, "GET k", "STRLEN k", "APPEND k x", "GET k"));
        List<String> replies = client.read(6);
        assertThat(replies.subList(1, 6))
            .containsExactly(
                "+OK\r\n",
                "$" + n.length() + "\r\n" + n + "\r\n",
                ":" + n.length() + "\r\n",
                ":" + (n.length() + 1) + "\r\n",
                "$" + (n.length() + 1) + "\r\n" + n + "x\r\n");
      }
    }
  }

  @Test
  void shouldAskElsewhereWhenAReplicaDiesOrMayNotAnswer() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Rig rig = rig(set, replicas(Consistency.ANY));
        Wire client = rig.connect()) {
      client.call("SET", "a", "1");
      set.awaitInSync();
      awaitReplicasUsed(client, set);
      set.replica(0).command("CONFIG", "SET", "replica-serve-stale-data", "no");
      set.replica(0).command("REPLICAOF", "127.0.0.1", "1");
      for (int i = 0; i < 20; i++) {
        assertThat(client.call("GET", "a")).isEqualTo("$1\r\n1\r\n");
      }
      Address primary = set.primary().address();
      set.replica(0).command("REPLICAOF", primary.host(), Integer.toString(primary.port()));
      set.replica(0).awaitLinkUp();
      long before = gets(set.replica(0));
      Eventually.holds(
          "it is asked again",
          () -> {
            client.call("GET", "a");
            return gets(set.replica(0)) > before;
          });
      set.replica(0).stop();
      client.send("GET", "a");
      assertThat(client.isSilentFor(50)).isTrue();
      set.replica(0).kill9();
      assertThat(client.read()).isEqualTo("$1\r\n1\r\n");
      for (int i = 0; i < 20; i++) {
        assertThat(client.call("GET", "a")).isEqualTo("$1\r\n1\r\n");
      }
    }
  }

  @Test
  void shouldReadFromThePrimaryWhenNoReplicaIsPublished() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Rig rig = rig(set, policy(From.NEAREST, Consistency.SESSION));
        Wire client = rig.connect()) {
      rig.feed.crown(set.primary());
      client.send(Wire.commands("SET a 1", "GET a", "SET a 2", "GET a"));
      assertThat(client.read(4))
          .containsExactly("+OK\r\n", "$1\r\n1\r\n", "+OK\r\n", "$1\r\n2\r\n");
    }
  }
}
