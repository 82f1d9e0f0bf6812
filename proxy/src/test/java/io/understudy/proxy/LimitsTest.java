package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.route.Limits;
import io.understudy.proxy.session.Counters.Count;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LimitsTest {
  @Test
  void shouldRefuseMoreClientsThanAllowedAndCloseIdleOnes() throws IOException {
    Limits usual = Limits.DEFAULT;
    Limits few =
        new Limits(
            1,
            usual.clientBytes(),
            usual.totalBytes(),
            usual.hold(),
            usual.heldCommands(),
            usual.heldBytes(),
            Duration.ofMillis(300),
            usual.commandsPerTurn(),
            usual.commandsInFlight(),
            usual.resumedPerTurn(),
            usual.streamedRequestBytes(),
            usual.heavyReplyBytes(),
            usual.maxBackends());
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig small = new Rig(Rig.options().withLimits(few));
        Wire first = small.connect()) {
      small.feed.crown(server);
      Eventually.holds("the first is in", () -> small.count(Count.ACCEPTED) == 1);
      try (Wire second = small.connect()) {
        assertThat(second.readToEnd()).containsExactly("-ERR max number of clients reached\r\n");
      }
      assertThat(first.readToEnd()).isEmpty();
      assertThat(small.count(Count.REFUSED)).isEqualTo(1);
    }
  }

  @Test
  void shouldFinishWhatIsUnderWayWhenItDrains() throws IOException {
    RedisServer server = RedisServer.start(ServerVersion.usual());
    Rig draining = Rig.before(server);
    Wire client = draining.connect();
    client.send(Wire.commands("SET a 1", "MULTI", "INCR a", "EXEC", "GET a"));
    assertThat(client.read()).isEqualTo("+OK\r\n");
    draining.proxy.drain(Duration.ofSeconds(10));
    assertThat(client.readToEnd()).last().isEqualTo("$1\r\n2\r\n");
    client.close();
    draining.close();
    server.close();
  }
}
