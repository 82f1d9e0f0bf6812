package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CLIENT TRACKING in every mode: clients hear what they would hear from the server itself. */
class TrackingTest {
  private static final List<String> CONVERSATIONS =
      List.of(
          "a HELLO 3|a CLIENT TRACKING ON|a GET k|b SET k 1|a PING|b SET k 2|a PING|a GET k"
              + "|b DEL k|a PING|a GET k|b FLUSHALL|a PING|a CLIENT TRACKING OFF|a GET k"
              + "|b SET k 3|a PING",
          "a HELLO 3|a CLIENT TRACKING ON BCAST PREFIX u: PREFIX o:|b SET u:1 x|b SET z:1 x"
              + "|b MSET o:1 x o:2 x u:2 x|a PING|a CLIENT TRACKING ON BCAST PREFIX u:1|a SET u:3 x"
              + "|a PING",
          "a HELLO 3|a CLIENT TRACKING ON BCAST|b SET any x|a PING|b FLUSHALL|a PING",
          "a HELLO 3|a CLIENT TRACKING ON OPTIN|a GET k|b SET k 1|a PING|a CLIENT CACHING YES"
              + "|a GET k|a GET l|b MSET k 2 l 2|a PING|a CLIENT CACHING NO",
          "a HELLO 3|a CLIENT TRACKING ON OPTIN|a CLIENT CACHING YES|a MULTI|a GET k|a GET l"
              + "|a EXEC|b MSET k 1 l 1|a PING",
          "a HELLO 3|a CLIENT TRACKING ON OPTOUT|a CLIENT CACHING NO|a GET k|b SET k 1|a PING"
              + "|a GET k|b SET k 2|a PING|a CLIENT CACHING YES",
          "a HELLO 3|a CLIENT CACHING YES|a CLIENT TRACKING ON BCAST OPTIN|a CLIENT TRACKING ON"
              + "|a CLIENT CACHING YES|a CLIENT TRACKING ON OPTOUT|a CLIENT TRACKING MAYBE",
          "a HELLO 3|a CLIENT TRACKING ON NOLOOP|a GET k|a GET l|a SET k 1|a PING|b SET l 1|a PING",
          "a HELLO 3|a CLIENT TRACKING ON BCAST NOLOOP|a SET k 1|a PING|b SET k 2|a PING",
          "r SUBSCRIBE __redis__:invalidate|a CLIENT TRACKING ON REDIRECT $r|a GET k|b SET k 1"
              + "|r PING|b SET k 2|r PING|a GET k|b FLUSHALL|r PING|a CLIENT GETREDIR",
          "r SUBSCRIBE __redis__:invalidate|a CLIENT TRACKING ON REDIRECT $r BCAST PREFIX u:"
              + "|b SET u:1 x|r PING|a CLIENT TRACKING OFF|b SET u:1 y|r PING",
          "r HELLO 3|a HELLO 3|a CLIENT TRACKING ON REDIRECT $r|a GET k|b SET k 1|r PING|a PING"
              + "|a CLIENT GETREDIR|a CLIENT TRACKING ON REDIRECT 987654321|a CLIENT TRACKINGINFO",
          "a CLIENT TRACKING ON|a GET k|b SET k 1|a PING",
          "a HELLO 3|a CLIENT TRACKING ON|a MULTI|a GET k|a EXEC|b SET k 1|a PING|a RESET"
              + "|a GET k|b SET k 2|a PING",
          "a HELLO 3|a CLIENT TRACKING ON|a GET k|b SET k 1|a PING|a MGET k l m|b MSET k 1 m 1"
              + "|a PING",
          "a HELLO 3|a CLIENT TRACKINGINFO|a CLIENT TRACKING ON OPTIN NOLOOP|a CLIENT TRACKINGINFO"
              + "|a CLIENT CACHING YES|a CLIENT TRACKINGINFO");

  @EachServer
  void shouldLetClientsHearWhatTheServerTells(ServerVersion version) throws IOException {
    try (RedisServer server = RedisServer.start(version);
        Rig rig = Rig.before(server)) {
      for (String conversation : CONVERSATIONS) {
        Talk.requireSame(server.address(), rig.address(), "b FLUSHALL|" + conversation);
      }
    }
  }

  @EachServer
  void shouldTellClientsToForgetEverythingWhenThePrimaryChanges(ServerVersion version)
      throws IOException {
    try (ReplicaSet set = ReplicaSet.start(version, 1);
        Rig rig = Rig.before(set.primary());
        Wire tracking = rig.connect();
        Wire broadcast = rig.connect();
        Wire other = rig.connect()) {
      for (Wire client : List.of(tracking, broadcast)) {
        client.call("HELLO", "3");
      }
      assertThat(tracking.call("CLIENT", "TRACKING", "ON")).isEqualTo("+OK\r\n");
      assertThat(broadcast.call("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "u:"))
          .isEqualTo("+OK\r\n");
      tracking.call("GET", "k");
      promote(set, rig);
      for (Wire client : List.of(tracking, broadcast)) {
        assertThat(client.read()).isEqualTo(">2\r\n$10\r\ninvalidate\r\n_\r\n");
        assertThat(client.call("PING")).isEqualTo("+PONG\r\n");
      }
      // It goes on with the next primary.
      assertThat(tracking.call("GET", "k")).isEqualTo("_\r\n");
      assertThat(other.call("SET", "k", "1")).isEqualTo("+OK\r\n");
      assertThat(other.call("SET", "u:1", "1")).isEqualTo("+OK\r\n");
      assertThat(tracking.read()).contains("invalidate", "\r\nk\r\n");
      assertThat(broadcast.read()).contains("invalidate", "u:1");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void shouldTellTheClientThatInvalidationsAreRedirectedTo(int protocol) throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Rig rig = Rig.before(set.primary())) {
      for (boolean listenerFirst : new boolean[] {true, false}) {
        redirected(set, rig, protocol, listenerFirst);
      }
    }
  }

  private static void redirected(ReplicaSet set, Rig rig, int protocol, boolean listenerFirst)
      throws IOException {
    RedisServer from = listenerFirst ? set.primary() : set.replica(0);
    RedisServer to = listenerFirst ? set.replica(0) : set.primary();
    try (Wire listener = rig.connect();
        Wire tracking = rig.connect();
        Wire other = rig.connect()) {
      listener.call("HELLO", Integer.toString(protocol));
      String id = listener.call("CLIENT", "ID").substring(1).trim();
      if (protocol == 2) {
        listener.call("SUBSCRIBE", "__redis__:invalidate");
      }
      assertThat(tracking.call("CLIENT", "TRACKING", "ON", "REDIRECT", id)).isEqualTo("+OK\r\n");
      tracking.call("GET", "k");
      to.command("REPLICAOF", "NO", "ONE");
      rig.feed.crown(to);
      String all = listener.read();
      assertThat(all)
          .isEqualTo(
              protocol == 3
                  ? ">2\r\n$10\r\ninvalidate\r\n_\r\n"
                  : "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*-1\r\n");
      // Tracked keys are told of to the same client from the next primary on.
      Eventually.holds(
          "tracking is set up again",
          () -> tracking.call("CLIENT", "GETREDIR").equals(":" + id + "\r\n"));
      tracking.call("GET", "k");
      other.call("SET", "k", "1");
      assertThat(listener.read()).contains("invalidate", "\r\nk\r\n");
      assertThat(tracking.call("PING")).isEqualTo("+PONG\r\n");
      from.command("REPLICAOF", to.address().host(), Integer.toString(to.address().port()));
      from.awaitLinkUp();
    }
  }

  /** As a server does: RESP3 is told when something would have been said, RESP2 can only ask. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void shouldSayWhatAServerSaysWhenTheClientIsGoneThatHearsOfInvalidations(int protocol)
      throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server)) {
      String direct = afterTheTargetIsGone(server.address(), protocol);
      assertThat(direct).contains("broken_redirect", protocol == 3 ? "tracking-redir-broken" : "R");
      assertThat(afterTheTargetIsGone(rig.address(), protocol)).isEqualTo(direct);
    }
  }

  private static String afterTheTargetIsGone(Address address, int protocol) throws IOException {
    try (Wire target = new Wire(address);
        Wire tracking = new Wire(address);
        Wire other = new Wire(address)) {
      tracking.call("HELLO", Integer.toString(protocol));
      target.call("SUBSCRIBE", "__redis__:invalidate");
      String id = idOf(address, "sub=1");
      assertThat(tracking.call("CLIENT", "TRACKING", "ON", "REDIRECT", id)).isEqualTo("+OK\r\n");
      assertThat(target.call("QUIT")).isEqualTo("+OK\r\n");
      Eventually.holds("it is gone", () -> !other.call("CLIENT", "LIST").contains(" sub=1 "));
      tracking.call("GET", "k");
      other.call("SET", "k", "1");
      StringBuilder heard = new StringBuilder();
      Eventually.holds(
          "it can be seen",
          () -> {
            tracking.send("CLIENT", "TRACKINGINFO");
            String frame = tracking.read();
            while (frame.startsWith(">")) {
              heard.append(frame.replace(":" + id, ":target"));
              frame = tracking.read();
            }
            boolean broken = frame.contains("broken_redirect");
            if (broken) {
              heard.append(frame.replace(":" + id, ":target"));
            } else {
              tracking.call("GET", "k");
              other.call("SET", "k", "1");
            }
            return broken;
          });
      heard.append(tracking.call("CLIENT", "GETREDIR").replace(":" + id, ":target"));
      String info = tracking.call("CLIENT", "INFO");
      heard.append(info.replaceAll("(?s).*( flags=\\S+).*", "$1"));
      return heard.append(tracking.call("PING")).toString();
    }
  }

  /** The id of the client whose line in CLIENT LIST has a word. */
  private static String idOf(Address address, String word) throws IOException {
    try (Wire asking = new Wire(address)) {
      return asking
          .call("CLIENT", "LIST")
          .lines()
          .filter(line -> line.contains(" " + word + " "))
          .map(line -> line.replaceAll(".*\\bid=(\\d+).*", "$1"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void shouldSetTrackingUpAgainWhenTheConnectionIsLostToWhichInvalidationsAreRedirected()
      throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server);
        Wire target = rig.connect();
        Wire tracking = rig.connect();
        Wire other = rig.connect()) {
      String id = target.call("CLIENT", "ID").substring(1).trim();
      target.call("SUBSCRIBE", "__redis__:invalidate");
      assertThat(tracking.call("CLIENT", "TRACKING", "ON", "REDIRECT", id)).isEqualTo("+OK\r\n");
      tracking.call("GET", "k");

      // No failover: the server closes one connection, and the client that has it stays.
      server.command("CLIENT", "KILL", "ID", idOf(server.address(), "sub=1"));
      assertThat(target.read())
          .isEqualTo("*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*-1\r\n");
      tracking.call("GET", "k");
      other.call("SET", "k", "1");
      String told = target.read();
      while (told.endsWith("*-1\r\n")) {
        told = target.read(); // Once for each of the two connections.
      }
      assertThat(told).contains("invalidate", "\r\nk\r\n");
      assertThat(tracking.call("CLIENT", "GETREDIR")).isEqualTo(":" + id + "\r\n");
      assertThat(tracking.call("CLIENT", "TRACKINGINFO")).doesNotContain("broken_redirect");
    }
  }

  /** Nothing is asked of the connection meanwhile: its own answer has to set it up again. */
  @Test
  void shouldSetTrackingUpAgainAsSoonAsACommandUnderWayIsAnswered() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server);
        Wire target = rig.connect();
        Wire tracking = rig.connect();
        Wire other = rig.connect()) {
      String id = target.call("CLIENT", "ID").substring(1).trim();
      target.call("SUBSCRIBE", "__redis__:invalidate");
      assertThat(tracking.call("CLIENT", "TRACKING", "ON", "REDIRECT", id, "BCAST"))
          .isEqualTo("+OK\r\n");
      tracking.send("BLPOP", "list", "0");
      Eventually.holds(
          "it is under way", () -> server.command("INFO", "clients").contains("blocked_clients:1"));

      String lost = idOf(server.address(), "sub=1");
      server.command("CLIENT", "KILL", "ID", lost);
      Eventually.holds(
          "the client that stays has another connection",
          () -> {
            String clients = server.command("CLIENT", "LIST");
            return clients.contains(" sub=1 ") && !clients.contains("id=" + lost + " ");
          });
      assertThat(server.command("INFO", "clients")).contains("blocked_clients:1");
      other.call("RPUSH", "list", "x");
      assertThat(tracking.read()).contains("list", "x");

      Eventually.holds(
          "it is told of keys again",
          () -> {
            other.call("SET", "k", "1");
            target.send("PING");
            String told = target.read();
            boolean heard = false;
            while (!told.contains("pong")) {
              heard |= told.contains("\r\nk\r\n");
              told = target.read();
            }
            return heard;
          });
    }
  }

  private static void promote(ReplicaSet set, Rig rig) {
    set.replica(0).command("REPLICAOF", "NO", "ONE");
    rig.feed.crown(set.replica(0));
  }
}
