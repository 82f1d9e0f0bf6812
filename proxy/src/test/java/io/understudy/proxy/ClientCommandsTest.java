package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ClientCommandsTest {
  private static RedisServer server;
  private static Rig rig;

  @BeforeAll
  static void start() {
    server = RedisServer.start(ServerVersion.usual());
    rig = Rig.before(server);
  }

  @AfterAll
  static void stop() {
    rig.close();
    server.close();
  }

  private static long id(Wire client) throws IOException {
    return Long.parseLong(client.call("CLIENT", "ID").substring(1).trim());
  }

  @Test
  void shouldGiveEachClientAnIdOfItsOwn() throws IOException {
    try (Wire one = rig.connect();
        Wire other = rig.connect()) {
      assertThat(id(one)).isNotEqualTo(id(other)).isEqualTo(id(one));
      assertThat(one.call("HELLO", "3")).contains("$2\r\nid\r\n:" + id(one) + "\r\n");
      assertThat(other.call("CLIENT", "SETNAME", "other")).isEqualTo("+OK\r\n");
      // Redis 7.0 does not know it, and says so in its own words.
      assertThat(other.call("CLIENT", "SETINFO", "LIB-NAME", "lib"))
          .startsWith("-ERR unknown subcommand 'SETINFO'.");
      assertThat(other.call("CLIENT", "SETNAME", "a b")).startsWith("-ERR Client names cannot");
      assertThat(one.call("CLIENT", "LIST"))
          .contains("id=" + id(other) + " ", ":" + other.localPort() + " ", "name=other");
      assertThat(other.call("CLIENT", "INFO")).contains("id=" + id(other) + " ");
    }
  }

  @Test
  void shouldKillTheClientAndNotWhatItShares() throws IOException {
    try (Wire killer = rig.connect();
        Wire victim = rig.connect();
        Wire other = rig.connect()) {
      victim.call("PING");
      other.call("PING");
      assertThat(killer.call("CLIENT", "KILL", "ID", Long.toString(id(victim))))
          .isEqualTo(":1\r\n");
      assertThat(victim.readToEnd()).isEmpty();
      assertThat(other.call("PING")).isEqualTo("+PONG\r\n");
      assertThat(killer.call("CLIENT", "KILL", "ID", "999999")).isEqualTo(":0\r\n");
      assertThat(killer.call("CLIENT", "KILL", "127.0.0.1:1")).startsWith("-ERR No such client");
      assertThat(killer.call("CLIENT", "KILL", "127.0.0.1:" + other.localPort()))
          .isEqualTo("+OK\r\n");
      assertThat(other.readToEnd()).isEmpty();
    }
  }

  @Test
  void shouldUnblockByTheProxysId() throws IOException {
    try (Wire blocked = rig.connect();
        Wire other = rig.connect()) {
      long id = id(blocked);
      blocked.send("BLPOP", "none", "0");
      Eventually.holds("it is blocked", () -> server.info("blocked_clients").equals("1"));
      assertThat(other.call("CLIENT", "UNBLOCK", Long.toString(id), "ERROR")).isEqualTo(":1\r\n");
      assertThat(blocked.read()).startsWith("-UNBLOCKED");
      assertThat(other.call("CLIENT", "UNBLOCK", Long.toString(id))).isEqualTo(":0\r\n");
    }
  }

  @Test
  void shouldSuppressReplies() throws IOException {
    try (Wire client = rig.connect()) {
      client.send(Wire.commands("CLIENT REPLY SKIP", "SET a 1", "GET a", "CLIENT REPLY OFF"));
      client.send(Wire.commands("SET a 2", "MULTI", "SET a 3", "EXEC", "CLIENT REPLY ON", "GET a"));
      assertThat(client.read(3)).containsExactly("$1\r\n1\r\n", "+OK\r\n", "$1\r\n3\r\n");
    }
  }

  @Test
  void shouldStreamMonitorUntilReset() throws IOException {
    try (Wire monitor = rig.connect();
        Wire other = rig.connect()) {
      assertThat(monitor.call("MONITOR")).isEqualTo("+OK\r\n");
      other.call("SET", "seen", "1");
      assertThat(monitor.read()).contains("\"SET\" \"seen\"");
      monitor.send("RESET");
      String reply = monitor.read();
      while (!reply.equals("+RESET\r\n")) {
        reply = monitor.read();
      }
      assertThat(monitor.call("PING")).isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void shouldNameTheLastCommandOfAConnectionOfItsOwnToo() throws IOException {
    try (Wire blocked = rig.connect();
        Wire watching = rig.connect();
        Wire other = rig.connect()) {
      assertThat(watching.call("WATCH", "k")).isEqualTo("+OK\r\n");
      assertThat(watching.call("MULTI")).isEqualTo("+OK\r\n");
      assertThat(watching.call("GET", "k")).isEqualTo("+QUEUED\r\n");
      assertThat(other.call("CLIENT", "LIST")).contains("cmd=get ");
      assertThat(watching.call("EXEC")).startsWith("*1\r\n");
      assertThat(other.call("CLIENT", "LIST")).contains("cmd=exec ");
      blocked.send("BLPOP", "nothing", "0");
      Eventually.holds("it is shown", () -> other.call("CLIENT", "LIST").contains("cmd=blpop "));
    }
  }

  @Test
  void shouldShowTheServersFieldsInBothProtocols() throws IOException {
    try (Wire client = rig.connect()) {
      assertThat(client.call("CLIENT", "INFO")).startsWith("$").contains(" tot-mem=", " resp=2");
      client.call("HELLO", "3");
      assertThat(client.call("CLIENT", "INFO"))
          .startsWith("=")
          .contains("\r\ntxt:id=", " tot-mem=", " cmd=client|info ", " resp=3");
      assertThat(client.call("CLIENT", "LIST")).contains(" tot-mem=", " cmd=client|list ");
    }
  }

  @Test
  void shouldInvalidateWhatOneClientTracks() throws IOException {
    try (Wire tracking = rig.connect();
        Wire other = rig.connect()) {
      tracking.call("HELLO", "3");
      assertThat(tracking.call("CLIENT", "TRACKING", "ON")).isEqualTo("+OK\r\n");
      tracking.call("GET", "tracked");
      other.call("SET", "tracked", "1");
      assertThat(tracking.read()).startsWith(">2").contains("invalidate", "tracked");
    }
  }

  @Test
  void shouldTellWhenANodeAnsweredLast() throws IOException {
    try (Wire client = rig.connect()) {
      long before = System.nanoTime();
      client.call("PING");
      var runId = new io.understudy.topology.RunId(server.info("run_id"));
      assertThat(rig.proxy.traffic().lastReplyNanos(runId).orElseThrow()).isGreaterThan(before);
      assertThat(
              rig.proxy.traffic().lastReplyNanos(new io.understudy.topology.RunId("0".repeat(40))))
          .isEmpty();
    }
  }
}
