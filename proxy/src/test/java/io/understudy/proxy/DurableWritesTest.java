package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.session.Counters;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Durability;
import io.understudy.topology.RunId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When the answer to a write reaches the client, where replicas must have it first. */
class DurableWritesTest {
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String NOT_REPLICATED = "-NOTREPLICATED ";

  static List<ServerVersion> versions() {
    return ServerVersion.matrix();
  }

  private static Durability terms(ReplicaSet set, Duration timeout, boolean confirms) {
    return new Durability(
        1,
        timeout,
        List.of(new RunId(set.replica(0).info("run_id"))),
        0,
        attachments(set.primary()),
        confirms);
  }

  private static long attachments(RedisServer server) {
    return Long.parseLong(server.info("sync_full"))
        + Long.parseLong(server.info("sync_partial_ok"));
  }

  private static Rig durable(ReplicaSet set, Duration timeout) {
    return durable(set, timeout, true);
  }

  private static Rig durable(ReplicaSet set, Duration timeout, boolean confirms) {
    Rig rig = new Rig(Rig.options());
    rig.feed.crown(set.primary(), terms(set, timeout, confirms));
    return rig;
  }

  @ParameterizedTest
  @MethodSource("versions")
  void shouldAnswerAWriteWhenTheReplicaHasItAndSayWhenItHasNot(ServerVersion version)
      throws IOException {
    try (ReplicaSet set = ReplicaSet.start(version, 1);
        Rig rig = durable(set, SHORT);
        Wire client = rig.connect();
        Wire reader = rig.connect()) {
      assertThat(client.call("SET", "a", "1")).isEqualTo("+OK\r\n");
      assertThat(set.replica(0).command("GET", "a")).isEqualTo("1");

      set.replica(0).stop();
      client.send("SET", "a", "2");
      assertThat(client.read()).startsWith(NOT_REPLICATED);
      assertThat(reader.call("GET", "a")).isEqualTo("$1\r\n2\r\n"); // Nobody else waits.
      assertThat(rig.count(Counters.Count.NOT_REPLICATED)).isEqualTo(1);

      set.replica(0).resume();
      Eventually.holds("the replica is back", () -> client.call("SET", "a", "3").equals("+OK\r\n"));
      assertThat(set.replica(0).command("GET", "a")).isEqualTo("3");
    }
  }

  @Test
  void shouldAnswerInOrderAndOnceTheReplicaHasAll() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Rig rig = durable(set, LONG);
        Wire client = rig.connect();
        Wire reader = rig.connect()) {
      assertThat(client.call("SET", "a", "0")).isEqualTo("+OK\r\n");
      set.replica(0).stop();
      client.send(Wire.commands("INCR a", "GET a", "INCR a", "LPUSH a x"));
      Eventually.holds("all is executed", () -> reader.call("GET", "a").equals("$1\r\n2\r\n"));
      client.send("PING");
      assertThat(client.isSilentFor(150)).isTrue();
      assertThat(reader.call("PING")).isEqualTo("+PONG\r\n");

      set.replica(0).resume();
      assertThat(client.read(3)).containsExactly(":1\r\n", "$1\r\n1\r\n", ":2\r\n");
      assertThat(client.read()).startsWith("-WRONGTYPE");
      assertThat(client.read()).isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void shouldConfirmWhatAnOwnConnectionWrote() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Rig rig = durable(set, SHORT);
        Wire client = rig.connect();
        Wire blocked = rig.connect();
        Wire script = rig.connect()) {
      assertThat(client.call("MULTI")).isEqualTo("+OK\r\n");
      assertThat(client.call("INCR", "a")).isEqualTo("+QUEUED\r\n");
      assertThat(client.call("EXEC")).isEqualTo("*1\r\n:1\r\n");
      blocked.send("BLPOP", "list", "0");
      set.replica(0).stop();

      assertThat(client.call("MULTI")).isEqualTo("+OK\r\n");
      assertThat(client.call("INCR", "a")).isEqualTo("+QUEUED\r\n");
      assertThat(client.call("EXEC")).startsWith(NOT_REPLICATED);
      assertThat(client.call("GET", "a")).isEqualTo("$1\r\n2\r\n");
      assertThat(script.call("EVAL", "return redis.call('incr', KEYS[1])", "1", "b"))
          .startsWith(NOT_REPLICATED);
      assertThat(client.call("LPUSH", "list", "x")).startsWith(NOT_REPLICATED);
      assertThat(blocked.read()).startsWith(NOT_REPLICATED);
      assertThat(client.call("LPUSH", "a", "x")).startsWith("-WRONGTYPE"); // It promises nothing.
      set.replica(0).resume();
    }
  }

  @Test
  void shouldNotCountWhoeverAttachedWithoutAVote() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        RedisServer stranger = RedisServer.start(ServerVersion.usual());
        Rig rig = durable(set, SHORT);
        Wire client = rig.connect()) {
      assertThat(client.call("SET", "a", "1")).isEqualTo("+OK\r\n");
      stranger.command("REPLICAOF", "127.0.0.1", Integer.toString(set.primary().address().port()));
      stranger.awaitLinkUp();
      set.replica(0).stop();

      assertThat(client.call("SET", "a", "2")).startsWith(NOT_REPLICATED);
      assertThat(stranger.command("GET", "a")).isEqualTo("2");

      set.replica(0).resume();
      Eventually.holds("both have it", () -> client.call("SET", "a", "3").equals("+OK\r\n"));
    }
  }

  @Test
  void shouldAcknowledgeNothingBeforeTheReignMay() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Rig rig = durable(set, SHORT, false);
        Wire client = rig.connect()) {
      client.send("SET", "a", "1");
      assertThat(client.isSilentFor(500)).isTrue();
      assertThat(set.primary().command("GET", "a")).isEqualTo("1");

      rig.feed.durable(terms(set, SHORT, true));
      assertThat(client.read()).isEqualTo("+OK\r\n");
    }
  }

  @Test
  void shouldCallAWriteUnknownWhosePrimaryIsWithdrawnBeforeItIsConfirmed() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Rig rig = durable(set, LONG);
        Wire client = rig.connect()) {
      set.replica(0).stop();
      client.send("SET", "a", "1");
      Eventually.holds("it is executed", () -> set.primary().command("GET", "a").equals("1"));
      rig.feed.vacate();
      assertThat(client.read()).startsWith("-UNKNOWNOUTCOME");
      set.replica(0).resume();
    }
  }
}
