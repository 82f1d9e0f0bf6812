package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.observe.Distribution;
import io.understudy.proxy.route.CommandClass;
import io.understudy.proxy.session.Counters;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How long commands took, and which errors they got, in front of a real server. */
class MeasuredTest {
  private static final long MILLI = 1_000_000;

  private static Distribution times(Rig rig, CommandClass of) {
    return Optional.ofNullable(stats(rig).times().get(of)).orElseThrow();
  }

  private static ProxyStats.ListenerStats stats(Rig rig) {
    return rig.proxy.stats().listeners().getFirst();
  }

  @Test
  void shouldMeasureEveryAnsweredCommandInItsClass() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server);
        Wire client = rig.connect()) {
      // One pipeline of reads and writes, then what goes over a connection of its own.
      client.send(Wire.commands("SET a 1", "GET a", "GET b", "PING"));
      assertThat(client.read(4)).containsExactly("+OK\r\n", "$1\r\n1\r\n", "$-1\r\n", "+PONG\r\n");
      client.send(Wire.commands("MULTI", "INCR a", "EXEC"));
      assertThat(client.read(3)).endsWith("*1\r\n:2\r\n");
      assertThat(client.call("EVAL", "return 1", "0")).isEqualTo(":1\r\n");
      assertThat(client.call("BLPOP", "nothing", "0.05")).isEqualTo("*-1\r\n");
      assertThat(client.call("GET", "a")).isEqualTo("$1\r\n2\r\n");

      Eventually.holds("turns are noted", () -> stats(rig).times().size() > 0 && turns(rig) > 0);
      assertThat(times(rig, CommandClass.READ).count()).isEqualTo(3);
      assertThat(times(rig, CommandClass.WRITE).count()).isEqualTo(2);
      assertThat(times(rig, CommandClass.SCRIPT).count()).isEqualTo(1);
      assertThat(times(rig, CommandClass.BLOCKING).count()).isEqualTo(1);
      assertThat(times(rig, CommandClass.BLOCKING).sumNanos()).isGreaterThan(40 * MILLI);
      assertThat(times(rig, CommandClass.OTHER).count()).isEqualTo(3);
    }
  }

  private static long turns(Rig rig) {
    return rig.proxy.stats().turns().getFirst().count();
  }

  @Test
  void shouldCountTheErrorsThatClientsGetByTheirKind() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server);
        Wire client = rig.connect()) {
      client.send(Wire.commands("SET a x", "INCR a", "LPUSH a 1", "GET a"));
      assertThat(client.read(4)).element(3).isEqualTo("$1\r\nx\r\n");
      assertThat(client.call("EXEC")).startsWith("-ERR");
      assertThat(client.call("EVAL", "return redis.error_reply('MINE it is')", "0"))
          .startsWith("-MINE");
      assertThat(client.call("CLIENT", "REPLY", "WRONG")).startsWith("-ERR");

      assertThat(stats(rig).errors())
          .containsOnly(Map.entry("ERR", 3L), Map.entry("WRONGTYPE", 1L), Map.entry("other", 1L));
    }
  }

  @Test
  void shouldMeasureHowLongCommandsWaitedForAPrimary() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = new Rig(Rig.options());
        Wire client = rig.connect();
        Wire other = rig.connect()) {
      client.send(Wire.commands("SET a 1", "GET a"));
      other.send("EVAL", "return 1", "0");
      Eventually.holds("commands wait", () -> rig.count(Counters.Count.HELD) == 3);
      rig.feed.crown(server);
      assertThat(client.read(2)).containsExactly("+OK\r\n", "$1\r\n1\r\n");
      assertThat(other.read()).isEqualTo(":1\r\n");

      Distribution holds = stats(rig).holds();
      assertThat(holds.count()).isEqualTo(3);
      assertThat(holds.sumNanos()).isPositive();
      // What a client sees begins when its command arrives, not when there is a primary.
      assertThat(times(rig, CommandClass.WRITE).count()).isEqualTo(1);
      long seen =
          times(rig, CommandClass.WRITE).sumNanos()
              + times(rig, CommandClass.READ).sumNanos()
              + times(rig, CommandClass.SCRIPT).sumNanos();
      assertThat(seen).isGreaterThan(holds.sumNanos() - MILLI);
    }
  }
}
