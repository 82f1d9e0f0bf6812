package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Clients that asked for it are told of failovers, in the form that Lettuce and node-redis read.
 */
class NoticesTest {
  private static String failingOver(int number) {
    return ">4\r\n$12\r\nFAILING_OVER\r\n:" + number + "\r\n:15\r\n$6\r\norders\r\n";
  }

  private static String failedOver(int number) {
    return ">3\r\n$11\r\nFAILED_OVER\r\n:" + number + "\r\n$6\r\norders\r\n";
  }

  @Test
  void shouldTellOfAFailoverBeforeAnythingIsSentWhenThePrimaryDies() throws IOException {
    try (RedisServer first = RedisServer.start(ServerVersion.usual());
        RedisServer second = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(first);
        Wire client = rig.connect()) {
      client.call("HELLO", "3");
      assertThat(client.call("CLIENT", "MAINT_NOTIFICATIONS", "ON")).isEqualTo("+OK\r\n");
      assertThat(client.call("SET", "a", "1")).isEqualTo("+OK\r\n");
      first.kill9();
      assertThat(client.read()).isEqualTo(failingOver(1));
      client.send("SET", "a", "2");
      assertThat(client.isSilentFor(300)).isTrue();
      rig.feed.crown(second);
      assertThat(client.read()).isEqualTo(failedOver(2));
      assertThat(client.read()).isEqualTo("+OK\r\n");
    }
  }

  @Test
  void shouldTellThoseOnlyWhoAskedAndWhileTheyWantIt() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server);
        Wire other = rig.connect();
        Wire client = rig.connect()) {
      other.call("HELLO", "3");
      assertThat(client.call("CLIENT", "MAINT_NOTIFICATIONS", "ON"))
          .isEqualTo("-ERR CLIENT MAINT_NOTIFICATIONS needs RESP3; send HELLO 3 before\r\n");
      client.call("HELLO", "3");
      client.send(
          Wire.commands(
              "CLIENT MAINT_NOTIFICATIONS",
              "CLIENT MAINT_NOTIFICATIONS maybe",
              "CLIENT MAINT_NOTIFICATIONS ON moving-endpoint-type",
              "CLIENT MAINT_NOTIFICATIONS ON moving-endpoint-type moon",
              "MULTI",
              "CLIENT MAINT_NOTIFICATIONS ON",
              "DISCARD",
              "CLIENT MAINT_NOTIFICATIONS ON moving-endpoint-type external-fqdn"));
      assertThat(client.read(8))
          .containsExactly(
              "-ERR wrong number of arguments for 'client|maint_notifications' command\r\n",
              "-ERR syntax error\r\n",
              "-ERR syntax error\r\n",
              "-ERR syntax error\r\n",
              "+OK\r\n",
              "-ERR CLIENT MAINT_NOTIFICATIONS is not allowed inside MULTI\r\n",
              "+OK\r\n",
              "+OK\r\n");
      rig.feed.vacate();
      assertThat(client.read()).isEqualTo(failingOver(1));
      rig.feed.crown(server);
      assertThat(client.read()).isEqualTo(failedOver(2));
      assertThat(client.call("CLIENT", "MAINT_NOTIFICATIONS", "OFF")).isEqualTo("+OK\r\n");
      rig.feed.vacate();
      rig.feed.crown(server);
      assertThat(client.call("PING")).isEqualTo("+PONG\r\n");
      assertThat(other.call("PING")).isEqualTo("+PONG\r\n");
      client.call("CLIENT", "MAINT_NOTIFICATIONS", "ON");
      assertThat(client.call("RESET")).isEqualTo("+RESET\r\n");
      client.call("HELLO", "3");
      rig.feed.vacate();
      rig.feed.crown(server);
      assertThat(client.call("PING")).isEqualTo("+PONG\r\n");
    }
  }
}
