package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the proxy answers itself, the server was asked about: who may, and what only it knows. */
class ServersWordTest {
  private static RedisServer server;
  private static Rig rig;

  @BeforeAll
  static void start() {
    server = RedisServer.start(ServerVersion.newest(ServerVersion.Family.VALKEY));
    rig = Rig.before(server);
  }

  @AfterAll
  static void stop() {
    rig.close();
    server.close();
  }

  private static String id(Wire client) throws IOException {
    return client.call("CLIENT", "ID").substring(1).trim();
  }

  @Test
  void shouldRefuseCommandsOnClientsToUsersWithoutTheRight() throws IOException {
    server.command("ACL", "SETUSER", "modest", "on", ">pw", "+@all", "-client|kill", "~*");
    server.command("ACL", "SETUSER", "mute", "on", ">pw", "+get", "+info", "+role", "~*");
    try (Wire modest = rig.connect();
        Wire victim = rig.connect();
        Wire mute = rig.connect()) {
      String victimId = id(victim);
      assertThat(modest.call("AUTH", "modest", "pw")).isEqualTo("+OK\r\n");
      assertThat(modest.call("CLIENT", "KILL", "ID", victimId)).startsWith("-NOPERM");
      assertThat(modest.call("CLIENT", "LIST")).contains("id=" + victimId + " ");
      assertThat(victim.call("PING")).isEqualTo("+PONG\r\n");
      assertThat(mute.call("AUTH", "mute", "pw")).isEqualTo("+OK\r\n");
      for (String subcommand : List.of("ID", "LIST", "INFO", "GETNAME")) {
        assertThat(mute.call("CLIENT", subcommand)).startsWith("-NOPERM");
      }
      assertThat(mute.call("CLIENT", "SETNAME", "x")).startsWith("-NOPERM");
    }
  }

  @Test
  void shouldKeepTheDatabaseOfAUserWhoMayNotSelect() throws IOException {
    server.command("ACL", "SETUSER", "bound", "on", ">pw", "+@all", "-select", "~*");
    try (Wire client = rig.connect()) {
      assertThat(client.call("SELECT", "7")).isEqualTo("+OK\r\n");
      assertThat(client.call("AUTH", "bound", "pw")).isEqualTo("+OK\r\n");
      assertThat(client.call("SET", "here", "7")).isEqualTo("+OK\r\n");
      assertThat(client.call("SELECT", "0")).startsWith("-NOPERM");
      assertThat(client.call("GET", "here")).isEqualTo("$1\r\n7\r\n");
    }
    try (Wire client = rig.connect()) {
      assertThat(client.call("GET", "here")).isEqualTo("$-1\r\n");
    }
  }

  @Test
  void shouldShowWhatOnlyTheServerKnows() throws IOException {
    try (Wire blocked = rig.connect();
        Wire subscribed = rig.connect();
        Wire queueing = rig.connect();
        Wire idle = rig.connect();
        Wire asking = rig.connect()) {
      String blockedId = id(blocked);
      String subscribedId = id(subscribed);
      String queueingId = id(queueing);
      idle.call("GET", "k");
      String idleId = id(idle);
      blocked.send("BLPOP", "nothing", "0");
      subscribed.call("SUBSCRIBE", "c");
      queueing.send(Wire.commands("MULTI", "GET k"));
      queueing.read(2);
      Eventually.holds("it is blocked", () -> server.info("blocked_clients").equals("1"));
      assertThat(asking.call("CLIENT", "LIST", "ID", blockedId))
          .contains("id=" + blockedId + " ", " flags=b ", " cmd=blpop ");
      assertThat(asking.call("CLIENT", "LIST", "ID", subscribedId)).contains(" flags=P ", " sub=1");
      assertThat(asking.call("CLIENT", "LIST", "ID", queueingId)).contains(" flags=x ", " multi=1");
      assertThat(asking.call("CLIENT", "LIST", "ID", idleId, blockedId))
          .contains("id=" + idleId + " ", "id=" + blockedId + " ", "flags=N ", "cmd=client|id ");
      assertThat(asking.call("CLIENT", "LIST", "TYPE", "pubsub"))
          .contains("id=" + subscribedId + " ")
          .doesNotContain("id=" + idleId + " ");
      assertThat(asking.call("CLIENT", "LIST", "TYPE", "nonsense"))
          .isEqualTo("-ERR Unknown client type 'nonsense'\r\n");
      // The fields are those that the server itself has, in its order.
      String own = server.command("CLIENT", "INFO").replaceAll("=\\S*", "").trim();
      String ours = asking.call("CLIENT", "INFO");
      ours = ours.substring(ours.indexOf('\n') + 1).replaceAll("=\\S*", "").trim();
      assertThat(ours).isEqualTo(own);
      String listed = idle.call("CLIENT", "LIST", "ID", idleId);
      listed = listed.substring(listed.indexOf('\n') + 1).replaceAll("=\\S*", "").trim();
      assertThat(listed).isEqualTo(own);
    }
  }

  @Test
  void shouldRedirectInvalidationsToTheClientThatIsNamed() throws IOException {
    try (Wire listener = rig.connect();
        Wire tracking = rig.connect();
        Wire other = rig.connect()) {
      String listenerId = id(listener);
      assertThat(tracking.call("CLIENT", "TRACKING", "ON", "REDIRECT", "123456789"))
          .isEqualTo("-ERR The client ID you want redirect to does not exist\r\n");
      listener.call("SUBSCRIBE", "__redis__:invalidate");
      assertThat(tracking.call("CLIENT", "TRACKING", "ON", "REDIRECT", listenerId))
          .isEqualTo("+OK\r\n");
      assertThat(tracking.call("CLIENT", "GETREDIR")).isEqualTo(":" + listenerId + "\r\n");
      assertThat(tracking.call("CLIENT", "TRACKINGINFO"))
          .contains("redirect\r\n:" + listenerId + "\r\n");
      assertThat(tracking.call("CLIENT", "INFO")).contains(" redir=" + listenerId + " ");
      tracking.call("GET", "followed");
      other.call("SET", "followed", "1");
      assertThat(listener.read()).contains("__redis__:invalidate", "followed");
      tracking.call("HELLO", "3");
      listener.reset();
      Eventually.holds("it is gone", () -> server.info("pubsub_channels").equals("0"));
      tracking.call("GET", "followed");
      other.call("SET", "followed", "2");
      assertThat(tracking.read()).contains("tracking-redir-broken", ":" + listenerId + "\r\n");
    }
  }

  @Test
  void shouldRedirectInvalidationsToAClientThatIsNotSubscribed() throws IOException {
    try (Wire listener = rig.connect();
        Wire tracking = rig.connect();
        Wire other = rig.connect()) {
      listener.call("HELLO", "3");
      String listenerId = id(listener);
      assertThat(tracking.call("CLIENT", "TRACKING", "ON", "REDIRECT", listenerId))
          .isEqualTo("+OK\r\n");
      tracking.call("GET", "pushed");
      other.call("SET", "pushed", "1");
      assertThat(listener.read()).startsWith(">2").contains("invalidate", "pushed");
      assertThat(listener.call("GET", "pushed")).isEqualTo("$1\r\n1\r\n");
    }
  }

  @Test
  void shouldKillAScriptThatRunsForEver() throws IOException {
    server.command("CONFIG", "SET", "lua-time-limit", "10");
    try (Wire running = rig.connect();
        Wire other = rig.connect();
        Wire administrator = rig.connect()) {
      other.call("PING");
      administrator.call("SELECT", "3");
      running.send("EVAL", "while true do end", "0");
      Eventually.holds("the server is busy", () -> server.call("PING").toString().contains("BUSY"));
      assertThat(other.call("GET", "k")).startsWith("-BUSY");
      assertThat(administrator.call("GET", "k")).startsWith("-BUSY");
      assertThat(administrator.call("SCRIPT", "KILL")).isEqualTo("+OK\r\n");
      assertThat(running.read()).contains("Script killed by user with SCRIPT KILL");
      assertThat(other.call("PING")).isEqualTo("+PONG\r\n");
      assertThat(administrator.call("SET", "k", "1")).isEqualTo("+OK\r\n");
      assertThat(running.call("PING")).isEqualTo("+PONG\r\n");
    } finally {
      server.command("CONFIG", "SET", "lua-time-limit", "5000");
    }
  }

  @Test
  void shouldKeepItsOwnQuestionsOutOfMonitor() throws IOException {
    try (Wire monitor = rig.connect();
        Wire other = rig.connect()) {
      assertThat(monitor.call("MONITOR")).isEqualTo("+OK\r\n");
      // Another database and a transaction: each needs a connection that is not open yet.
      other.send(Wire.commands("SELECT 5", "MULTI", "INCR m", "EXEC", "INFO server", "GET end"));
      other.read(6);
      StringBuilder seen = new StringBuilder();
      while (!seen.toString().contains("\"end\"")) {
        seen.append(monitor.read());
      }
      assertThat(seen).contains("\"SELECT\" \"5\"", "\"INCR\" \"m\"");
      assertThat(seen).doesNotContain("\"ROLE\"", "understudy-proxy").containsOnlyOnce("\"INFO\"");
    }
  }

  @Test
  void shouldConfirmSubscriptionsThoughRepliesAreOff() throws IOException {
    try (Wire client = rig.connect();
        Wire other = rig.connect()) {
      client.call("HELLO", "3");
      client.send("CLIENT", "REPLY", "OFF");
      assertThat(client.call("SUBSCRIBE", "quiet")).startsWith(">3").contains("subscribe");
      assertThat(other.call("PUBLISH", "quiet", "hello")).isEqualTo(":1\r\n");
      assertThat(client.read()).startsWith(">3").contains("message", "hello");
      assertThat(client.call("UNSUBSCRIBE", "quiet")).startsWith(">3").contains("unsubscribe");
    }
  }

  @Test
  void shouldLetReadsPassWritesThatThePauseHolds() throws IOException {
    try (Wire pausing = rig.connect();
        Wire writer = rig.connect();
        Wire reader = rig.connect()) {
      reader.call("SET", "r", "1");
      pausing.send(Wire.commands("MULTI", "CLIENT PAUSE 60000 WRITE", "EXEC"));
      assertThat(pausing.read(3)).endsWith("*1\r\n+OK\r\n");
      writer.send("SET", "w", "1");
      Eventually.holds("the write waits", () -> server.info("blocked_clients").equals("1"));
      assertThat(reader.call("GET", "r")).isEqualTo("$1\r\n1\r\n");
      assertThat(pausing.call("CLIENT", "UNPAUSE")).isEqualTo("+OK\r\n");
      assertThat(writer.read()).isEqualTo("+OK\r\n");
    }
  }

  @Test
  void shouldPassOnConfirmationsInsideATransaction() throws IOException {
    // The frames cannot be told apart by rules alone, so they are looked at as text.
    try (Socket socket = new Socket(rig.address().host(), rig.address().port())) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(
              Wire.commands(
                  "HELLO 3",
                  "SUBSCRIBE one two",
                  "MULTI",
                  "PING in",
                  "UNSUBSCRIBE one",
                  "EXEC",
                  "PUBLISH two x",
                  "PING end"));
      StringBuilder seen = new StringBuilder();
      while (seen.indexOf("$3\r\nend\r\n") < 0) {
        seen.append((char) socket.getInputStream().read());
      }
      assertThat(seen.toString())
          .contains(
              """
              +QUEUED
              *2
              $2
              in
              >3
              $11
              unsubscribe
              $3
              one
              :1
              :1
              >3
              $7
              message
              $3
              two
              $1
              x
              """
                  .replace("\n", "\r\n"));
    }
  }

  @Test
  void shouldLeaveTheLengthOfArgumentsToTheServer() throws IOException {
    server.command("CONFIG", "SET", "proto-max-bulk-len", "2000000");
    try (Wire client = rig.connect()) {
      assertThat(client.call("SET", "large", "x".repeat(1_900_000))).isEqualTo("+OK\r\n");
      client.send(Wire.bytes("*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n$2100000\r\n"));
      assertThat(client.readToEnd())
          .containsExactly("-ERR Protocol error: invalid bulk length\r\n");
    } finally {
      server.command("CONFIG", "SET", "proto-max-bulk-len", "536870912");
    }
  }
}
