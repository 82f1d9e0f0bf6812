package io.understudy.wire.acl;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Reply;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import io.understudy.wire.acl.AclCheck.Verdict;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.frame.FrameEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is allowed by rules is what real servers say that they would allow: ACL DRYRUN. */
class AclServerTest {
  private static final List<String> RULES =
      List.of(
          "on nopass",
          "on nopass +@all ~* &*",
          "on nopass ~orders:* &news:* +@read -keys",
          "on nopass ~orders:* resetchannels &news:* +@all -@dangerous",
          "on nopass %R~orders:* %W~log:* +@all",
          "on nopass %R~* %W~orders:?[a-c] +@all -@admin",
          "on nopass allkeys allchannels +@write -@slow +@pubsub",
          "on nopass ~a\\*b ~x[^y]z resetchannels &n?ws +@string +@pubsub +client -client|kill",
          "on nopass ~orders:* +@all -@scripting +eval -config +config|get +acl|whoami",
          "on nopass allkeys +@fast -@connection +select -@transaction +multi");

  private static final List<String> COMMANDS =
      List.of(
          "get orders:1",
          "get log:1",
          "get other",
          "get a*b",
          "get aXb",
          "get xaz",
          "get xyz",
          "set orders:1 get",
          "set orders:a 1",
          "set orders:a 1 GET",
          "set orders:ad 1",
          "set log:1 v",
          "set log:1 v EX 10 GET",
          "mget orders:1 orders:2",
          "mget orders:1 log:2",
          "mset orders:1 store orders:2 store",
          "mset orders:1 a log:1 b",
          "del orders:1 log:1",
          "exists log:1",
          "exists other",
          "strlen log:1",
          "append log:1 x",
          "incr log:1",
          "getset orders:1 x",
          "rename orders:1 orders:2",
          "rename log:1 orders:1",
          "copy orders:1 log:1",
          "sort orders:1",
          "sort orders:1 STORE orders:2",
          "sort orders:1 STORE log:2",
          "sort_ro orders:1",
          "georadius orders:1 1 1 1 m",
          "georadius orders:1 1 1 1 m STORE log:1",
          "zunionstore orders:1 2 orders:2 log:1",
          "zunion 2 orders:1 orders:2",
          "bitop AND log:1 orders:1",
          "bitfield_ro orders:1 GET u4 0",
          "xread STREAMS orders:1 0",
          "xread COUNT 2 STREAMS orders:1 log:1 0 0",
          "xadd log:1 * f v",
          "blpop orders:1 0",
          "lmpop 1 orders:1 LEFT",
          "object encoding orders:1",
          "memory usage log:1",
          "keys *",
          "scan 0",
          "dbsize",
          "randomkey",
          "flushall",
          "ping",
          "echo x",
          "select 1",
          "multi",
          "exec",
          "watch log:1",
          "watch orders:1",
          "eval return(1) 0",
          "eval return(1) 1 orders:1",
          "eval return(1) 1 other",
          "eval_ro return(1) 1 log:1",
          "script load x",
          "function list",
          "publish news:1 x",
          "publish other x",
          "spublish news:1 x",
          "subscribe news:1",
          "subscribe news:1 other",
          "ssubscribe news:1",
          "psubscribe news:*",
          "psubscribe news:1",
          "psubscribe n?ws",
          "unsubscribe",
          "punsubscribe other",
          "pubsub channels",
          "client list",
          "client kill ID 1",
          "client id",
          "config get x",
          "config set x y",
          "acl whoami",
          "acl list",
          "debug sleep 0",
          "shutdown",
          "replicaof no one",
          "info",
          "monitor",
          "auth x",
          "hello 3",
          "quit",
          "reset",
          "migrate h 1 orders:1 0 1");

  static List<ServerVersion> withDryRun() {
    return ServerVersion.matrix().stream()
        .filter(
            version -> version.family() == ServerVersion.Family.VALKEY || version.isAtLeast(7, 0))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("withDryRun")
  void shouldAllowWhatTheServerAllows(ServerVersion version) throws IOException {
    List<String> differences = new ArrayList<>();
    int refused = 0;
    try (RedisServer server = RedisServer.start(version);
        RespClient client = server.connect()) {
      for (String rules : RULES) {
        client.call(("ACL SETUSER u reset " + rules).split(" ", -1));
        AclUser user = AclUser.of("u", rules);
        for (String line : COMMANDS) {
          Verdict ours = verdict(user.rights(), line);
          String theirs = said(client.call(("ACL DRYRUN u " + line).split(" ", -1)));
          refused += theirs.equals("OK") ? 0 : 1;
          if ((ours == Verdict.ALLOWED) != theirs.equals("OK") && !isExcused(line, rules)) {
            differences.add(rules + " / " + line + ": " + ours + ", the server: " + theirs);
          }
        }
      }
    }
    assertThat(differences).isEmpty();
    assertThat(refused).isBetween(200, RULES.size() * COMMANDS.size() - 200);
  }

  /** MIGRATE's keys cannot be told for certain, so it needs all keys. */
  private static boolean isExcused(String line, String rules) {
    return line.startsWith("migrate") && rules.contains("+@all");
  }

  private static String said(Reply reply) {
    return reply instanceof Reply.Text(String text) ? text : reply.toString();
  }

  static Verdict verdict(Rights rights, String line) {
    String[] words = line.split(" ", -1);
    ByteBuf bytes = Unpooled.buffer();
    FrameEncoder.writeCommand(bytes, words);
    Command command = CommandTable.standard().named(words[0]);
    if (command.container()) {
      command = CommandTable.standard().named(words[0] + "|" + words[1]);
    }
    return new AclCheck().of(rights, command, bytes, 0);
  }
}
