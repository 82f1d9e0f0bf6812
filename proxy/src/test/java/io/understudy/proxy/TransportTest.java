package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.proxy.backend.Transport;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransportTest {
  private static ProxyOptions options(Transport transport, String host) {
    return new ProxyOptions(
        List.of(new Listener(host, 0, HandFeed.GROUP)),
        Map.of(),
        2,
        transport,
        Rig.options().limits());
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void shouldServeManyClientsOnTwoLoopsOverEveryTransport(Transport transport) throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server, o -> options(transport, "127.0.0.1"))) {
      List<Wire> clients = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        clients.add(rig.connect());
      }
      String value = "v".repeat(150_000);
      for (Wire client : clients) {
        client.send(Wire.commands("INCR n", "MULTI", "INCR n", "EXEC", "SET large " + value));
        client.send("GET", "large");
      }
      for (Wire client : clients) {
        assertThat(client.read(5)).last().isEqualTo("+OK\r\n");
        assertThat(client.read()).hasSize(150_000 + 11);
        client.close();
      }
      assertThat(server.command("GET", "n")).isEqualTo("40");
      assertThat(rig.proxy.stats().groups().getFirst().backends()).isPositive();
    }
  }

  @Test
  void shouldListenOnIpv6() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server, o -> options(Transport.EPOLL, "::1"));
        Wire client = rig.connect()) {
      assertThat(client.call("PING")).isEqualTo("+PONG\r\n");
      assertThat(client.call("CLIENT", "INFO")).contains(" addr=[");
    }
  }

  @Test
  void shouldSayInOneLineThatAnAddressIsTaken() {
    try (Rig rig = new Rig(Rig.options())) {
      Address taken = rig.address();
      Listener same = new Listener(taken.host(), taken.port(), HandFeed.GROUP);
      assertThatThrownBy(() -> ProxyServer.start(ProxyOptions.of(same), rig.feed))
          .isInstanceOf(BindException.class)
          .message()
          .contains(taken.toString(), "choose another address")
          .doesNotContain("\n");
    }
  }

  @Test
  void shouldStreamToAReplicaThatAttachesThroughTheProxy() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        RedisServer replica = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server, o -> options(Transport.EPOLL, "127.0.0.1"));
        Wire client = rig.connect()) {
      assertThat(client.call("SET", "a", "r".repeat(500_000))).isEqualTo("+OK\r\n");
      replica.command("REPLICAOF", rig.address().host(), Integer.toString(rig.address().port()));
      replica.awaitLinkUp();
      assertThat(client.call("SET", "b", "2")).isEqualTo("+OK\r\n");
      io.understudy.testkit.Eventually.holds(
          "it follows", () -> replica.command("GET", "b").equals("2"));
      assertThat(replica.command("STRLEN", "a")).isEqualTo("500000");
    }
  }
}
