package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.observe.KeyName;
import io.understudy.proxy.observe.KeysSeen;
import io.understudy.proxy.route.Limits;
import io.understudy.proxy.route.Observing;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Slow requests, hot keys and big keys, in front of a real server. */
class SeenKeysTest {
  private static final int HALVED = 40_000;
  private static final int HUGE = 300_000;

  private static ProxyOptions observing(ProxyOptions options, Observing observing) {
    Limits usual = options.limits();
    return options.withLimits(
        new Limits(
            usual.maxClients(),
            usual.clientBytes(),
            usual.totalBytes(),
            usual.hold(),
            usual.heldCommands(),
            usual.heldBytes(),
            usual.idleTimeout(),
            usual.commandsPerTurn(),
            usual.commandsInFlight(),
            usual.resumedPerTurn(),
            usual.streamedRequestBytes(),
            usual.heavyReplyBytes(),
            usual.maxBackends(),
            observing));
  }

  private static Rig all(RedisServer server) {
    return Rig.before(server, options -> observing(options, new Observing(0, 64, 1_000_000_000)));
  }

  private static String shown(SlowRequest slow) {
    var first = slow.entry().first();
    return slow.entry().commands()
        + " "
        + first.command()
        + " "
        + first.key()
        + " "
        + first.arguments()
        + " "
        + first.more();
  }

  private static Optional<KeysSeen.Big> big(Rig rig, String key) {
    return rig.proxy.keys(HandFeed.GROUP).big().stream()
        .filter(each -> each.key().name().equals(key))
        .findFirst();
  }

  @Test
  void shouldNoteSlowRequestsWithoutWhatMayBeSecret() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = all(server);
        Wire client = rig.connect()) {
      client.call("CLIENT", "SETNAME", "till");
      client.call("SET", "user:1", "v".repeat(100));
      client.send(Wire.commands("GET user:1", "LPUSH l a b c d e f g h", "GET b"));
      client.read(3);
      client.call("AUTH", "nobody", "very-secret");
      client.call("CONFIG", "SET", "requirepass", "");
      client.call("ACL", "SETUSER", "someone", ">very-secret");
      client.call("HELLO", "2", "AUTH", "default", "very-secret");
      client.call("EVAL", "return redis.call('GET', KEYS[1])", "1", "user:1");
      client.call("UNHEARD-OF", "very-secret");

      List<SlowRequest> slow = rig.proxy.slow();
      assertThat(slow.stream().map(SeenKeysTest::shown).toList())
          .contains(
              "1 set user:1 [user:1, " + "v".repeat(32) + "...] 0",
              "3 get user:1 [user:1] 0",
              "1 auth  [] 2",
              "1 acl|setuser  [] 2",
              "1 hello  [] 4",
              "1 eval user:1 [return redis.call('GET', KEYS[1]..., 1, user:1] 0",
              "1 unknown  [] 1");
      assertThat(slow.toString()).doesNotContain("very-secret");
      assertThat(slow)
          .allSatisfy(
              each -> {
                assertThat(each.entry().client()).isEqualTo("127.0.0.1:" + client.localPort());
                assertThat(each.entry().tookNanos()).isNotNegative();
                assertThat(each.bound()).isEqualTo(rig.address().toString());
              });
      assertThat(slow).anySatisfy(each -> assertThat(each.entry().name()).isEqualTo("till"));
    }
  }

  @Test
  void shouldNoteNothingThatIsFastNorWhatBlocks() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig =
            Rig.before(
                server, options -> observing(options, new Observing(50_000_000L, 64, 1_000)));
        Wire client = rig.connect()) {
      client.call("GET", "a");
      client.call("BLPOP", "nothing", "0.2");
      client.call("DEBUG", "SLEEP", "0.1");

      assertThat(rig.proxy.slow().stream().map(SeenKeysTest::shown).toList())
          .containsExactly("1 debug  [SLEEP, 0.1] 0");
    }
  }

  @Test
  void shouldFindTheKeysThatAreAskedForMost() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = all(server);
        Wire client = rig.connect()) {
      client.call("SELECT", "3");
      for (int i = 0; i < 600; i++) {
        client.send(
            Wire.commands("GET rare:" + i, "INCR hot", "MGET warm x:" + i, "INCR hot", "PING"));
        client.read(5);
      }

      KeysSeen seen = rig.proxy.keys(HandFeed.GROUP);
      assertThat(seen.hot().stream().limit(2).map(KeysSeen.Hot::key).toList())
          .containsExactly(new KeyName(3, "hot"), new KeyName(3, "warm"));
      // Two of five commands are for the one, one of five for the other.
      assertThat(seen.hot().get(0).weight() / 3_000).isBetween(0.25, 0.55);
      assertThat(seen.hot().get(1).weight() / 3_000).isBetween(0.1, 0.3);
      assertThat(seen.hot()).hasSizeLessThanOrEqualTo(128);
    }
  }

  @Test
  void shouldFindKeysWithLargeRequestsAndReplies() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server);
        Wire client = rig.connect();
        Wire direct = new Wire(server.address())) {
      direct.call("SET", "filled", "v".repeat(20_000));
      direct.call("SET", "huge", "v".repeat(HUGE));
      // In one run with small ones, alone, and streamed in both directions.
      Eventually.holds(
          "all large ones are seen",
          () -> {
            client.send(Wire.commands("SET small 1", "GET filled", "GET small"));
            client.read(3);
            client.send(Wire.commands("SET small 1", "SET large " + "v".repeat(9_000)));
            client.read(2);
            byte[] halved = Wire.command("SET", "halved", "v".repeat(HALVED));
            client.send(Arrays.copyOf(halved, 1_000));
            assertThat(direct.call("PING")).isEqualTo("+PONG\r\n");
            client.send(Arrays.copyOfRange(halved, 1_000, halved.length));
            client.read();
            client.call("GET", "huge");
            client.call("SET", "vast", "v".repeat(HUGE));
            return big(rig, "filled").isPresent()
                && big(rig, "large").isPresent()
                && big(rig, "huge").isPresent()
                && big(rig, "halved").isPresent()
                && big(rig, "vast").isPresent();
          });

      assertThat(big(rig, "filled").orElseThrow().bytes()).isBetween(20_000L, 20_100L);
      assertThat(big(rig, "filled").orElseThrow().reply()).isTrue();
      assertThat(big(rig, "large").orElseThrow().bytes()).isBetween(9_000L, 9_100L);
      assertThat(big(rig, "large").orElseThrow().reply()).isFalse();
      assertThat(big(rig, "huge").orElseThrow().bytes()).isBetween(HUGE + 0L, HUGE + 100L);
      assertThat(big(rig, "halved").orElseThrow().bytes()).isBetween(HALVED + 0L, HALVED + 100L);
      assertThat(big(rig, "vast").orElseThrow().bytes()).isBetween(HUGE + 0L, HUGE + 100L);
      assertThat(big(rig, "vast").orElseThrow().command()).isEqualTo("set");
      assertThat(big(rig, "small")).isEmpty();
    }
  }
}
