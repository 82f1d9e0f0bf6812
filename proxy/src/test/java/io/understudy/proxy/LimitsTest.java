package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.route.Admission;
import io.understudy.proxy.route.Limits;
import io.understudy.proxy.session.Counters.Count;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
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
            usual.maxBackends(),
            usual.observing());
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
  void shouldTakeFewClientsFromOneAddressAndOnOneListenerWhenItIsToldTo() throws IOException {
    for (Admission few : List.of(new Admission(1_000, 2), new Admission(2, 1_000))) {
      Listener listener = new Listener("127.0.0.1", 0, HandFeed.GROUP).with(few);
      try (RedisServer server = RedisServer.start(ServerVersion.usual());
          Rig rig = new Rig(ProxyOptions.of(listener))) {
        rig.feed.crown(server);
        Wire first = rig.connect();
        Wire second = rig.connect();
        assertThat(first.call("PING")).isEqualTo("+PONG\r\n");
        assertThat(second.call("PING")).isEqualTo("+PONG\r\n");
        try (Wire third = rig.connect()) {
          assertThat(third.readToEnd()).containsExactly("-ERR max number of clients reached\r\n");
        }
        second.close();
        Eventually.holds("it is gone", () -> rig.count(Count.CLOSED) == 1);
        try (Wire again = rig.connect()) {
          assertThat(again.call("PING")).isEqualTo("+PONG\r\n");
        }
        first.close();
      }
    }
  }

  @EachServer
  void shouldLimitWhatIsAcceptedBeforeAuthenticationLikeAServer(ServerVersion version)
      throws IOException {
    byte[] bulk = Wire.bytes("*2\r\n$4\r\nECHO\r\n$16385\r\n");
    byte[] arguments = Wire.bytes("*11\r\n$4\r\nMGET\r\n");
    byte[] most = Wire.command("ECHO", "x".repeat(16_384));
    try (RedisServer server = RedisServer.start(version)) {
      server.command("CONFIG", "SET", "requirepass", "secret");
      shouldLimitWhatIsAccepted(server, List.of(bulk, arguments), most);
    }
  }

  private static void shouldLimitWhatIsAccepted(
      RedisServer server, List<byte[]> tooMuch, byte[] most) throws IOException {
    try (Rig rig = Rig.before(server)) {
      Eventually.holds(
          "the proxy knows that a password is needed",
          () -> {
            try (Wire wire = rig.connect()) {
              return wire.call("PING").startsWith("-NOAUTH");
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      for (byte[] sent : tooMuch) {
        try (Wire direct = new Wire(server.address());
            Wire through = rig.connect()) {
          direct.send(sent);
          through.send(sent);
          assertThat(through.readToEnd()).hasSize(1).isEqualTo(direct.readToEnd());
        }
      }
      try (Wire through = rig.connect()) {
        through.send(most);
        assertThat(through.read()).startsWith("-NOAUTH");
        assertThat(through.call("AUTH", "secret")).isEqualTo("+OK\r\n");
        assertThat(through.call("ECHO", "y".repeat(16_385))).startsWith("$16385\r\n");
      }
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
