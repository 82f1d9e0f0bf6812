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

/** What binds clients to connections, on every version: as heard from the server itself. */
class LikeAServerTest {
  private static final String LIBRARY =
      "#!lua name=lib\nredis.register_function('put', function(k, a) return redis.call('SET', k[1],"
          + " a[1]) end)\nredis.register_function{function_name='get', callback=function(k)"
          + " return redis.call('GET', k[1]) end, flags={'no-writes'}}";

  private static final List<String> CONVERSATIONS =
      List.of(
          // Channels, in both protocols.
          "a SUBSCRIBE c|a PSUBSCRIBE c*|b PUBLISH c x|a PING|a GET k|a UNSUBSCRIBE c"
              + "|b PUBLISH c y|a PUNSUBSCRIBE c*|b PUBLISH c z|a PING",
          "a HELLO 3|a SUBSCRIBE c|b PUBLISH c x|a GET k|a SET k 1|a UNSUBSCRIBE c|a PING",
          "a SSUBSCRIBE s|b SPUBLISH s x|a PING|b PUBLISH s y|a PING|b PUBSUB SHARDNUMSUB s"
              + "|a SUNSUBSCRIBE s|b SPUBLISH s z|a PING",
          "a HELLO 3|a SSUBSCRIBE s|a SUBSCRIBE s|b SPUBLISH s x|a PING|b PUBLISH s y|a PING"
              + "|a SUNSUBSCRIBE s|b SPUBLISH s z|a UNSUBSCRIBE s|a GET k",
          // MONITOR, and what ends it.
          "m MONITOR|b SET k 1|b GET k|m PING",
          // Pauses.
          "a CLIENT PAUSE 100 WRITE|b GET k|b SET k 1|a CLIENT UNPAUSE|b GET k",
          "a CLIENT PAUSE 20 ALL|b GET k|a SET k 1|b GET k",
          "a CLIENT PAUSE 20|b SET k 1|a CLIENT PAUSE x|a CLIENT PAUSE 1 SOME|a CLIENT PAUSE",
          // Flags.
          "a CLIENT NO-EVICT ON|a GET k|a CLIENT NO-EVICT OFF|a CLIENT NO-EVICT MAYBE|a GET k",
          "a CLIENT NO-TOUCH ON|a GET k|a CLIENT NO-TOUCH OFF|a CLIENT NO-TOUCH MAYBE|a GET k",
          // WAIT, and what it says where nobody replicates.
          "a SET k 1|a WAIT 0 10|a WAIT 1 10|a WAIT x 10|a MULTI|a WAIT 0 0|a EXEC",
          "a SET k 1|a WAITAOF 0 0 10|a WAITAOF 1 0 10|a WAITAOF 0 1 10|a WAITAOF 2 0 10",
          // Scripts.
          "a SCRIPT LOAD return(1)|a EVALSHA 930269f31393d0be681588b6ab08dccee7d6bb67 0"
              + "|a SCRIPT EXISTS 930269f31393d0be681588b6ab08dccee7d6bb67"
              + "|a EVALSHA ffffffffffffffffffffffffffffffffffffffff 0|a SCRIPT FLUSH"
              + "|a EVALSHA 930269f31393d0be681588b6ab08dccee7d6bb67 0|a EVAL_RO return(2) 0",
          // What blocks.
          "b RPUSH q 1 2 3|a BLPOP q 0|a BRPOPLPUSH q r 0|a BLMOVE q r LEFT RIGHT 0"
              + "|a BLMPOP 0 1 r LEFT|a BZPOPMIN z 0.01|a MULTI|a BLPOP none 0|a EXEC",
          "a RESET|a MULTI|a RESET|a EXEC|a SUBSCRIBE c|a RESET|a GET k");

  @EachServer
  void shouldLetClientsHearWhatTheServerSays(ServerVersion version) throws IOException {
    try (RedisServer server = RedisServer.start(version);
        Rig rig = Rig.before(server)) {
      for (String conversation : CONVERSATIONS) {
        Talk.requireSame(
            server.address(), rig.address(), "b FLUSHALL|b SCRIPT FLUSH|" + conversation);
      }
    }
  }

  @EachServer
  void shouldRunFunctions(ServerVersion version) throws IOException {
    try (RedisServer server = RedisServer.start(version);
        Rig rig = Rig.before(server);
        Wire direct = new Wire(server.address());
        Wire through = rig.connect()) {
      List<List<String>> commands =
          List.of(
              List.of("FUNCTION", "LOAD", LIBRARY),
              List.of("FUNCTION", "LOAD", LIBRARY),
              List.of("FCALL", "put", "1", "k", "v"),
              List.of("FCALL_RO", "get", "1", "k"),
              List.of("FCALL_RO", "put", "1", "k", "v"),
              List.of("FCALL", "none", "0"),
              List.of("FUNCTION", "DELETE", "lib"),
              List.of("FCALL", "get", "1", "k"));
      for (List<String> command : commands) {
        String[] words = command.toArray(String[]::new);
        String expected = direct.call(words);
        if (command.contains("LOAD") && expected.startsWith("$")) {
          direct.call("FUNCTION", "FLUSH");
        }
        if (command.contains("DELETE")) {
          direct.call(List.of("FUNCTION", "LOAD", LIBRARY).toArray(String[]::new));
        }
        assertThat(through.call(words)).as("%s", command.getFirst()).isEqualTo(expected);
      }
    }
  }

  @EachServer
  void shouldSayWhatTheNextPrimaryKnowsOfScriptsAndFunctions(ServerVersion version)
      throws IOException {
    try (ReplicaSet set = ReplicaSet.start(version, 1);
        Rig rig = Rig.before(set.primary());
        Wire client = rig.connect();
        Wire direct = new Wire(set.replica(0).address())) {
      String sha = "930269f31393d0be681588b6ab08dccee7d6bb67";
      assertThat(client.call("SCRIPT", "LOAD", "return(1)")).contains(sha);
      assertThat(client.call("EVALSHA", sha, "0")).isEqualTo(":1\r\n");
      client.call("FUNCTION", "LOAD", LIBRARY);
      client.call("SET", "k", "1");
      set.awaitInSync();
      set.primary().kill9();
      set.replica(0).command("REPLICAOF", "NO", "ONE");
      rig.feed.crown(set.replica(0));
      // Redis 6.0 replicates SCRIPT LOAD, later ones do not; functions are data.
      String known =
          version.family() == ServerVersion.Family.REDIS && !version.isAtLeast(7, 0)
              ? ":1\r\n"
              : "-NOSCRIPT ";
      assertThat(direct.call("EVALSHA", sha, "0")).startsWith(known);
      assertThat(client.call("EVALSHA", sha, "0")).isEqualTo(direct.call("EVALSHA", sha, "0"));
      assertThat(client.call("FCALL_RO", "get", "1", "k"))
          .isEqualTo(direct.call("FCALL_RO", "get", "1", "k"));
      assertThat(client.call("EVAL", "return(1)", "0")).isEqualTo(":1\r\n");
      assertThat(client.call("EVALSHA", sha, "0")).isEqualTo(":1\r\n");
    }
  }

  @EachServer
  void shouldWaitForReplicasAndFiles(ServerVersion version) throws IOException {
    try (ReplicaSet set = ReplicaSet.start(version, 1);
        Rig rig = Rig.before(set.primary());
        Wire client = rig.connect();
        Wire direct = new Wire(set.primary().address())) {
      set.nodes().forEach(node -> node.command("CONFIG", "SET", "appendonly", "yes"));
      assertThat(client.call("SET", "k", "1")).isEqualTo("+OK\r\n");
      assertThat(client.call("WAIT", "1", "10000")).isEqualTo(":1\r\n");
      assertThat(client.call("SET", "k", "2")).isEqualTo("+OK\r\n");
      direct.call("SET", "k", "3");
      assertThat(client.call("WAITAOF", "1", "1", "10000"))
          .isEqualTo(direct.call("WAITAOF", "1", "1", "10000"));
    }
  }

  @EachServer
  void shouldPopNothingForClientsThatWentAway(ServerVersion version) throws IOException {
    List<String> blocking =
        List.of("BLPOP q 0", "BRPOPLPUSH q r 0", "BRPOP other q 0", "BZPOPMIN z 0");
    try (RedisServer server = RedisServer.start(version);
        Rig rig = Rig.before(server)) {
      for (String command : blocking) {
        for (boolean half : new boolean[] {false, true}) {
          Wire gone = rig.connect();
          gone.send(Wire.commands(command));
          Eventually.holds("it is blocked", () -> server.info("blocked_clients").equals("1"));
          if (half) {
            gone.shutdownOutput();
            assertThat(gone.readToEnd()).isEmpty();
          } else {
            gone.reset();
          }
          Eventually.holds("it is gone", () -> server.info("blocked_clients").equals("0"));
          server.command("RPUSH", "q", "v");
          server.command("ZADD", "z", "1", "v");
          assertThat(server.command("LLEN", "q")).as(command).isEqualTo("1");
          assertThat(server.command("ZCARD", "z")).as(command).isEqualTo("1");
          server.command("FLUSHALL");
          gone.close();
        }
      }
    }
  }

  @EachServer
  void shouldAnswerWhatCameBeforeAHalfClose(ServerVersion version) throws IOException {
    List<byte[]> sent =
        List.of(
            Wire.commands("SET a 1", "GET a", "MULTI", "INCR a", "EXEC", "GET a"),
            Wire.commands("MULTI", "INCR a"),
            Wire.commands("RPUSH q 1", "BLPOP q 0", "PING"),
            Wire.commands("SUBSCRIBE c", "PING"),
            Wire.commands("HELLO 3 x", "EVAL return(1) 0", "WATCH a", "PING"));
    try (RedisServer server = RedisServer.start(version);
        Rig rig = Rig.before(server)) {
      for (byte[] bytes : sent) {
        server.command("FLUSHALL");
        List<String> direct = halfClosed(server.address(), bytes);
        server.command("FLUSHALL");
        assertThat(halfClosed(rig.address(), bytes)).isEqualTo(direct);
      }
    }
  }

  private static List<String> halfClosed(Address address, byte[] bytes) throws IOException {
    try (Wire wire = new Wire(address)) {
      wire.send(bytes);
      wire.shutdownOutput();
      return wire.readToEnd();
    }
  }
}
