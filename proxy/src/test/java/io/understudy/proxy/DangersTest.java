package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.backend.Access;
import io.understudy.proxy.route.Credentials;
import io.understudy.proxy.session.Counters.Count;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Relay;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.RunId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ways in which proxies of this shape have gone wrong, each as a test. */
class DangersTest {
  private static final long MEGABYTE = 1 << 20;

  private static RedisServer server() {
    return RedisServer.start(ServerVersion.usual());
  }

  @Test
  void shouldNotPinALargeBufferForASmallReplyThatIsNotRead() throws IOException {
    try (RedisServer server = server();
        Rig rig = Rig.before(server);
        Wire slow = new Wire(rig.address(), 4_096);
        Wire busy = rig.connect()) {
      server.command("SET", "small", "x".repeat(100));
      ByteArrayOutputStream requests = new ByteArrayOutputStream();
      for (int i = 0; i < 900; i++) {
        requests.writeBytes(Wire.command("GET", "small"));
      }
      for (int round = 0; round < 30; round++) {
        slow.send(requests.toByteArray());
        busy.send(requests.toByteArray());
        busy.read(900);
      }
      // A slice per run would pin one receive buffer each: 30 rounds, hundreds of buffers.
      assertThat(Rig.activeBuffers()).isLessThan(400);
    }
  }

  @Test
  void shouldNotLetAHalfSentCommandStopOthersOnTheSharedConnection() throws IOException {
    try (RedisServer server = server();
        Rig rig = Rig.before(server);
        Wire slow = rig.connect();
        Wire large = rig.connect();
        Wire other = rig.connect()) {
      slow.send(Wire.bytes("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$10\r\n01234"));
      large.send(Wire.bytes("*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$200000\r\n" + "y".repeat(100_000)));
      assertThat(other.call("PING")).isEqualTo("+PONG\r\n");
      assertThat(other.call("SET", "c", "1")).isEqualTo("+OK\r\n");
      slow.send(Wire.bytes("56789\r\n"));
      assertThat(slow.read()).isEqualTo("+OK\r\n");
      large.send(Wire.bytes("y".repeat(100_000) + "\r\n"));
      assertThat(large.read()).isEqualTo("+OK\r\n");
      assertThat(other.call("STRLEN", "b")).isEqualTo(":200000\r\n");
    }
  }

  @Test
  void shouldNotLetASlowReaderOfALargeReplyStopOthers() throws IOException {
    try (RedisServer server = server();
        Rig rig = Rig.before(server);
        Wire slow = new Wire(rig.address(), 4_096);
        Wire other = rig.connect()) {
      assertThat(other.call("SET", "large", "z".repeat(20_000_000))).isEqualTo("+OK\r\n");
      slow.send("GET", "large");
      for (int i = 0; i < 100; i++) {
        assertThat(other.call("PING")).isEqualTo("+PONG\r\n");
      }
      assertThat(slow.read()).hasSize(20_000_000 + 13);
      slow.send("GET", "large");
      for (int i = 0; i < 100; i++) {
        assertThat(other.call("PING")).isEqualTo("+PONG\r\n");
      }
      assertThat(slow.call("PING")).hasSize(20_000_000 + 13);
      assertThat(slow.read()).isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void shouldCloseAClientWhoseUnreadRepliesStandInTheWayOfOthers() throws IOException {
    try (RedisServer server = server();
        Rig rig = Rig.before(server, o -> o.withLimits(Rig.limits(15_000, 1_000, 2 * MEGABYTE)));
        Wire slow = new Wire(rig.address(), 4_096);
        Wire other = rig.connect()) {
      assertThat(other.call("SET", "large", "z".repeat(60_000_000))).isEqualTo("+OK\r\n");
      slow.send("GET", "large");
      other.send("PING");
      assertThat(other.read()).isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void shouldNotLetABlockedOrUnknownCommandStopOthers() throws IOException {
    try (RedisServer server = server();
        Rig rig = Rig.before(server);
        Wire blocked = rig.connect();
        Wire unknown = rig.connect();
        Wire other = rig.connect()) {
      blocked.send("BLPOP", "queue", "0");
      assertThat(unknown.call("NOSUCHCOMMAND")).startsWith("-ERR unknown command");
      assertThat(other.call("PING")).isEqualTo("+PONG\r\n");
      assertThat(other.call("RPUSH", "queue", "v")).isEqualTo(":1\r\n");
      assertThat(blocked.read()).contains("queue", "v");
    }
  }

  @Test
  void shouldKeepTheOrderAcrossSharedAndOwnConnections() throws IOException {
    try (RedisServer server = server();
        Rig rig = Rig.before(server);
        Wire client = rig.connect()) {
      ByteArrayOutputStream requests = new ByteArrayOutputStream();
      List<String> expected = new ArrayList<>();
      int value = 0;
      for (int i = 0; i < 20; i++) {
        requests.writeBytes(Wire.commands("INCR n", "MULTI", "INCR n", "EXEC", "INCR n"));
        requests.writeBytes(Wire.commands("BLPOP none 0.001", "SELECT 0", "GET n"));
        expected.add(":" + ++value + "\r\n");
        expected.addAll(List.of("+OK\r\n", "+QUEUED\r\n"));
        expected.add("*1\r\n:" + ++value + "\r\n");
        expected.add(":" + ++value + "\r\n");
        expected.addAll(List.of("*-1\r\n", "+OK\r\n"));
        String text = Integer.toString(value);
        expected.add("$" + text.length() + "\r\n" + text + "\r\n");
      }
      client.send(requests.toByteArray());
      assertThat(client.read(expected.size())).isEqualTo(expected);
    }
  }

  @Test
  void shouldTellApartWhatWasSentAndWhatWasNotWhenTheConnectionIsLost() throws Exception {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Relay relay = Relay.to(set.primary().address());
        Rig rig = new Rig(Rig.options())) {
      rig.feed.crown(relay.address(), new RunId(set.primary().info("run_id")));
      try (Wire client = rig.connect()) {
        assertThat(client.call("SET", "n", "0")).isEqualTo("+OK\r\n");
        set.awaitInSync();
        relay.hold(Relay.Direction.TO_SERVER);
        String filler = "f".repeat(60_000);
        int count = 200;
        Thread sender =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        for (int i = 0; i < count; i++) {
                          client.send("SET", "k" + i, filler);
                        }
                      } catch (IOException e) {
                        throw new AssertionError(e);
                      }
                    });
        assertThat(client.isSilentFor(500)).isTrue();
        set.replica(0).command("REPLICAOF", "NO", "ONE");
        rig.feed.crown(set.replica(0));
        int unknown = 0;
        int done = 0;
        for (String reply : client.read(count)) {
          if (reply.startsWith("-UNKNOWNOUTCOME")) {
            assertThat(done).as("what was not sent comes behind what was").isZero();
            unknown++;
          } else {
            assertThat(reply).isEqualTo("+OK\r\n");
            done++;
          }
        }
        sender.join();
        assertThat(unknown).isPositive();
        assertThat(done).isPositive();
        assertThat(set.replica(0).command("DBSIZE")).isEqualTo(Integer.toString(done + 1));
        assertThat(rig.count(Count.UNKNOWN)).isEqualTo(unknown);
      }
    }
  }

  @Test
  void shouldSendHeldCommandsInTheOrderOfTheirSessionAndNoneOfThoseWhoLeft() throws IOException {
    try (RedisServer server = server();
        Rig rig = new Rig(Rig.options())) {
      List<Wire> clients = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        Wire client = rig.connect();
        clients.add(client);
        for (int j = 0; j < 100; j++) {
          client.send("RPUSH", "list" + i, Integer.toString(j));
        }
      }
      Wire gone = rig.connect();
      gone.send("SET", "ghost", "1");
      Eventually.holds("all wait", () -> rig.count(Count.HELD) == 3_001);
      gone.reset();
      Eventually.holds("one left", () -> rig.count(Count.CLOSED) == 1);
      rig.feed.crown(server);
      for (Wire client : clients) {
        assertThat(client.read(100)).last().isEqualTo(":100\r\n");
        client.close();
      }
      for (int i = 0; i < 30; i++) {
        assertThat(server.command("LINDEX", "list" + i, "0")).isEqualTo("0");
        assertThat(server.command("LINDEX", "list" + i, "57")).isEqualTo("57");
      }
      assertThat(server.command("EXISTS", "ghost")).isEqualTo("0");
    }
  }

  @Test
  void shouldLetOthersHaveATurnBesidesALongPipeline() throws Exception {
    try (RedisServer server = server();
        Rig rig = Rig.before(server);
        Wire greedy = rig.connect();
        Wire modest = rig.connect()) {
      ByteArrayOutputStream requests = new ByteArrayOutputStream();
      int count = 200_000;
      for (int i = 0; i < count; i++) {
        requests.writeBytes(Wire.command("INCR", "n"));
      }
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      greedy.send(requests.toByteArray());
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      assertThat(greedy.read()).isEqualTo(":1\r\n");
      assertThat(modest.call("PING")).isEqualTo("+PONG\r\n");
      String seen = modest.call("GET", "n");
      int progress = Integer.parseInt(seen.substring(seen.indexOf('\n') + 1).trim());
      assertThat(progress).as("the modest one did not wait for all").isLessThan(count);
      assertThat(greedy.read(count - 1)).last().isEqualTo(":" + count + "\r\n");
      sender.join();
    }
  }

  @Test
  void shouldStopReadingFromClientsWhoseServerDoesNotKeepUp() throws Exception {
    try (RedisServer server = server();
        Rig rig = Rig.before(server);
        Wire client = rig.connect()) {
      assertThat(client.call("PING")).isEqualTo("+PONG\r\n");
      long before = Rig.activeBuffers();
      server.stop();
      String filler = "f".repeat(30_000);
      int count = 2_000;
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < count; i++) {
                        client.send("SET", "k", filler);
                      }
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      assertThat(client.isSilentFor(1_500)).isTrue();
      assertThat(Rig.activeBuffers() - before).as("60 MB are not taken in").isLessThan(600);
      server.resume();
      assertThat(client.read(count)).last().isEqualTo("+OK\r\n");
      sender.join();
    }
  }

  @Test
  void shouldDropTheRepliesOfAClientThatLeft() throws IOException {
    try (RedisServer server = server();
        Rig rig = Rig.before(server);
        Wire other = rig.connect()) {
      for (int i = 0; i < 50; i++) {
        Wire leaver = rig.connect();
        leaver.send(Wire.commands("ECHO leaver", "ECHO leaver", "ECHO leaver"));
        other.send("ECHO", "other" + i);
        leaver.reset();
        assertThat(other.read()).contains("other" + i);
      }
      assertThat(other.call("PING")).isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void shouldShareConnectionsByUserDatabaseAndProtocolOnly() throws IOException {
    try (RedisServer server = server();
        Rig rig =
            new Rig(
                new ProxyOptions(
                    Rig.options().listeners(),
                    java.util.Map.of(
                        HandFeed.GROUP, Access.PLAIN.with(new Credentials("", "secret"))),
                    1,
                    Rig.options().transport(),
                    Rig.options().limits()))) {
      // Before the first connection: one that is open stays logged in.
      server.command("CONFIG", "SET", "requirepass", "secret");
      rig.feed.crown(server);
      List<Wire> clients = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        Wire client = rig.connect();
        clients.add(client);
        assertThat(client.call("PING")).startsWith("-NOAUTH");
        assertThat(client.call("AUTH", "wrong")).startsWith("-WRONGPASS");
        assertThat(client.call("AUTH", "secret")).isEqualTo("+OK\r\n");
        assertThat(client.call("SELECT", Integer.toString(i % 3))).isEqualTo("+OK\r\n");
        assertThat(client.call("SET", "k", Integer.toString(i % 3))).isEqualTo("+OK\r\n");
      }
      for (int i = 0; i < 60; i++) {
        assertThat(clients.get(i).call("GET", "k")).isEqualTo("$1\r\n" + i % 3 + "\r\n");
      }
      assertThat(rig.proxy.stats().groups().getFirst().backends())
          .as("60 sessions in 3 databases, locked and not, shared and spare")
          .isLessThan(20);
      for (Wire client : clients) {
        client.close();
      }
    }
  }

  @Test
  void shouldNeverPushIntoAReply() throws IOException {
    // Redis 6.0 itself pushes the invalidation inside the array that answers EXEC.
    try (RedisServer server = RedisServer.start(ServerVersion.oldest(ServerVersion.Family.REDIS));
        Rig rig = Rig.before(server);
        Wire client = rig.connect()) {
      client.call("HELLO", "3");
      assertThat(client.call("CLIENT", "TRACKING", "ON")).isEqualTo("+OK\r\n");
      client.call("SET", "w", "0");
      client.call("GET", "w");
      client.send(Wire.commands("MULTI", "SET w 1", "GET w", "EXEC"));
      List<String> replies = client.read(5);
      assertThat(replies).filteredOn(reply -> reply.startsWith(">2")).hasSize(1);
      assertThat(replies).last().asString().startsWith("*2\r\n+OK");
    }
  }

  @Test
  void shouldWaitForWhatTheSessionWroteOverTheSharedConnection() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Rig rig = Rig.before(set.primary());
        Wire client = rig.connect()) {
      assertThat(client.call("SET", "a", "1")).isEqualTo("+OK\r\n");
      assertThat(client.call("WAIT", "1", "5000")).isEqualTo(":1\r\n");
      set.replica(0).stop();
      assertThat(client.call("SET", "a", "2")).isEqualTo("+OK\r\n");
      assertThat(client.call("WAIT", "1", "200")).isEqualTo(":0\r\n");
      set.replica(0).resume();
    }
  }

  @Test
  void shouldNotPassOnAConnectionThatNobodyReadsWhenItsClientWentAway() throws IOException {
    try (RedisServer server = server();
        Rig rig = Rig.before(server);
        Wire next = rig.connect()) {
      server.command("SET", "long", "x".repeat(30_000));
      for (int round = 0; round < 1_000; round++) {
        try (Wire gone = rig.connect()) {
          gone.send(Wire.commands("BLPOP none long 1"));
          gone.send(Wire.commands("BLPOP none long 1"));
          assertThat(gone.read()).startsWith("-WRONGTYPE");
        }
        next.send(Wire.commands("BLPOP none long 1", "BLPOP none long 1"));
        assertThat(next.read(2)).allMatch(reply -> reply.startsWith("-WRONGTYPE"));
      }
    }
  }
}
