package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.route.KeyRule;
import io.understudy.proxy.route.Routes;
import io.understudy.proxy.route.Routes.Route;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A listener that leads to three groups: keys a… and b… by routes, all others to the usual one. */
class RoutesTest {
  private static final String CROSSSLOT =
      "-CROSSSLOT Keys in request don't hash to the same slot\r\n";

  private final RedisServer usual = RedisServer.start(ServerVersion.usual());
  private final RedisServer first = RedisServer.start(ServerVersion.usual());
  private final RedisServer second = RedisServer.start(ServerVersion.usual());
  private final Feeds feeds = new Feeds();
  private ProxyServer proxy;
  private Wire client;

  /** What is published of three groups. */
  private static final class Feeds implements TopologyFeed {
    private final Map<String, HandFeed> byGroup =
        Map.of("usual", new HandFeed(), "first", new HandFeed(), "second", new HandFeed());

    HandFeed of(String group) {
      HandFeed feed = byGroup.get(group);
      if (feed == null) {
        throw new AssertionError("there is no group " + group);
      }
      return feed;
    }

    @Override
    public Topology current(String group) {
      return of(group).current(group);
    }

    @Override
    public Subscription subscribe(String group, Consumer<Topology> listener) {
      return of(group).subscribe(group, listener);
    }

    @Override
    public boolean isCurrent(Topology topology) {
      return byGroup.values().stream().anyMatch(feed -> feed.isCurrent(topology));
    }
  }

  @BeforeEach
  void start() throws IOException {
    Routes routes =
        new Routes(
            List.of(
                new Route(KeyRule.prefix("a"), "first"), new Route(KeyRule.glob("b*"), "second")),
            "usual",
            "second");
    proxy =
        ProxyServer.start(
            ProxyOptions.of(new Listener("127.0.0.1", 0, "usual").with(routes)), feeds);
    feeds.of("usual").crown(usual);
    feeds.of("first").crown(first);
    feeds.of("second").crown(second);
    client = connect();
  }

  private Wire connect() throws IOException {
    return new Wire(proxy.boundAddresses().getFirst());
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    proxy.close();
    List.of(usual, first, second).forEach(RedisServer::close);
    Eventually.holds("every buffer is given back", () -> Rig.activeBuffers() == 0);
  }

  private List<String> calls(String... lines) throws IOException {
    client.send(Wire.commands(lines));
    return client.read(lines.length);
  }

  @Test
  void shouldSendEachKeyToItsGroupInTheOrderOfThePipeline() throws IOException {
    assertThat(calls("SET a 1", "SET b 2", "SET c 3", "INCR a", "INCR b", "INCR c", "PING"))
        .containsExactly(
            "+OK\r\n", "+OK\r\n", "+OK\r\n", ":2\r\n", ":3\r\n", ":4\r\n", "+PONG\r\n");
    assertThat(first.command("KEYS", "*")).isEqualTo("a");
    assertThat(second.command("KEYS", "*")).isEqualTo("b");
    assertThat(usual.command("KEYS", "*")).isEqualTo("c");
    client.send(Wire.bytes("get a\r\nget b\r\n"));
    assertThat(client.read(2)).containsExactly("$1\r\n2\r\n", "$1\r\n3\r\n");
  }

  @Test
  void shouldGiveWhatOneServerGivesWhenCommandsOfManyKeysAreMixed() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> keys = List.of("a1", "a2", "b1", "b2", "c1", "c2");
    List<String> names = List.of("MGET", "DEL", "EXISTS", "UNLINK", "TOUCH", "MSET", "GET", "SET");
    try (RedisServer one = RedisServer.start(ServerVersion.usual());
        Wire direct = new Wire(one.address())) {
      for (int round = 0; round < 40; round++) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
          String name = names.get(random.nextInt(names.size()));
          boolean pairs = name.equals("MSET") || name.equals("SET");
          int count = name.endsWith("GET") && !name.startsWith("M") ? 1 : 1 + random.nextInt(4);
          StringBuilder line = new StringBuilder(name);
          for (int k = 0; k < (name.equals("SET") ? 1 : count); k++) {
            line.append(' ').append(keys.get(random.nextInt(keys.size())));
            line.append(pairs ? " " + random.nextInt(1_000) : "");
          }
          lines.add(line.toString());
        }
        String[] sent = lines.toArray(String[]::new);
        direct.send(Wire.commands(sent));
        assertThat(calls(sent)).as("seed %d: %s", seed, lines).isEqualTo(direct.read(sent.length));
      }
    }
  }

  @Test
  void shouldAskAllGroupsForWhatConcernsNoKey() throws IOException {
    TreeSet<String> keys = new TreeSet<>();
    for (int i = 0; i < 60; i++) {
      String key = List.of("a", "b", "c").get(i % 3) + i;
      keys.add(key);
      client.call("SET", key, "1");
    }
    assertThat(client.call("DBSIZE")).isEqualTo(":60\r\n");
    assertThat(client.call("KEYS", "*")).startsWith("*60\r\n");
    assertThat(client.call("RANDOMKEY")).startsWith("$");
    TreeSet<String> scanned = new TreeSet<>();
    String cursor = "0";
    do {
      String[] reply = client.call("SCAN", cursor, "COUNT", "7").split("\r\n", -1);
      cursor = reply[2];
      for (int i = 5; i < reply.length; i += 2) {
        scanned.add(reply[i]);
      }
    } while (!cursor.equals("0"));
    assertThat(scanned).isEqualTo(keys);
    assertThat(client.call("FLUSHALL")).isEqualTo("+OK\r\n");
    assertThat(client.call("DBSIZE")).isEqualTo(":0\r\n");
    assertThat(client.call("RANDOMKEY")).isEqualTo("$-1\r\n");
    String digest = client.call("SCRIPT", "LOAD", "return KEYS[1]").split("\r\n", -1)[1];
    assertThat(calls("EVALSHA " + digest + " 1 a", "EVALSHA " + digest + " 1 b"))
        .containsExactly("$1\r\na\r\n", "$1\r\nb\r\n");
    assertThat(client.call("SCRIPT", "EXISTS", digest, "nope")).isEqualTo("*2\r\n:1\r\n:0\r\n");
  }

  @Test
  void shouldKeepTransactionsAndScriptsInTheOneGroupOfTheirKeys() throws IOException {
    assertThat(calls("MULTI", "SET a 1", "INCR a2", "EXEC", "GET a"))
        .containsExactly(
            "+OK\r\n", "+QUEUED\r\n", "+QUEUED\r\n", "*2\r\n+OK\r\n:1\r\n", "$1\r\n1\r\n");
    assertThat(calls("MULTI", "SET a 2", "SET b 2", "EXEC", "GET a", "EXISTS b"))
        .containsExactly(
            "+OK\r\n",
            "+QUEUED\r\n",
            CROSSSLOT,
            "-EXECABORT Transaction discarded because of previous errors.\r\n",
            "$1\r\n1\r\n",
            ":0\r\n");
    assertThat(calls("MULTI", "MGET a b", "GET a", "EXEC", "MULTI", "EXEC", "MULTI", "DISCARD"))
        .containsExactly(
            "+OK\r\n",
            CROSSSLOT,
            "+QUEUED\r\n",
            "-EXECABORT Transaction discarded because of previous errors.\r\n",
            "+OK\r\n",
            "*0\r\n",
            "+OK\r\n",
            "+OK\r\n");
    client.send("WATCH", "b");
    assertThat(client.read()).isEqualTo("+OK\r\n");
    try (Wire other = connect()) {
      other.call("SET", "b", "9");
    }
    assertThat(calls("GET a", "MULTI", "GET b", "EXEC", "GET a"))
        .containsExactly(CROSSSLOT, "+OK\r\n", "+QUEUED\r\n", "*-1\r\n", "$1\r\n1\r\n");
    client.send("EVAL", "return redis.call('GET', KEYS[1])", "1", "b");
    client.send("GET", "a");
    client.send("EVAL", "return 1", "2", "a", "b");
    client.send("SINTERSTORE", "a9", "b9");
    client.send("BLPOP", "a", "b", "0");
    assertThat(client.read(5))
        .containsExactly("$1\r\n9\r\n", "$1\r\n1\r\n", CROSSSLOT, CROSSSLOT, CROSSSLOT);
  }

  @Test
  void shouldHaveChannelsInOneGroup() throws IOException {
    assertThat(client.call("SUBSCRIBE", "c")).startsWith("*3\r\n$9\r\nsubscribe\r\n");
    try (Wire other = connect()) {
      assertThat(other.call("PUBLISH", "c", "hello")).isEqualTo(":1\r\n");
    }
    assertThat(client.read()).endsWith("hello\r\n");
    assertThat(second.command("PUBSUB", "CHANNELS")).isEqualTo("c");
  }

  @Test
  void shouldServeTheOtherGroupsWhenOneHasNoPrimary() throws IOException {
    calls("SET a 1", "SET b 1", "SET c 1");
    feeds.of("first").vacate();
    try (Wire waiting = connect()) {
      waiting.send("MGET", "c", "a");
      assertThat(calls("GET b", "GET c")).containsExactly("$1\r\n1\r\n", "$1\r\n1\r\n");
      assertThat(waiting.isSilentFor(200)).isTrue();
      feeds.of("first").crown(first);
      assertThat(waiting.read()).isEqualTo("*2\r\n$1\r\n1\r\n$1\r\n1\r\n");
    }
  }
}
