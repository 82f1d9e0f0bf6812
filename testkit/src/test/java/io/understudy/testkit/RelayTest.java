package io.understudy.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class RelayTest {
  @Test
  void shouldHoldBackOneDirectionOnly() throws IOException {
    try (var server = RedisServer.start(ServerVersion.usual());
        var relay = Relay.to(server.address());
        var client = new RespClient(relay.address())) {
      assertThat(client.call("PING").text()).isEqualTo("PONG");

      relay.hold(Relay.Direction.TO_CLIENT);
      client.send("SET", "key", "value");
      Eventually.holds("the command got through", () -> "value".equals(get(server)));

      relay.release(Relay.Direction.TO_CLIENT);
      assertThat(client.read().text()).isEqualTo("OK");
    }
  }

  @Test
  void shouldResetConnectionsRefuseAndAcceptAgain() throws IOException {
    try (var server = RedisServer.start(ServerVersion.usual());
        var relay = Relay.to(server.address());
        var client = new RespClient(relay.address())) {
      assertThat(client.call("PING").text()).isEqualTo("PONG");

      relay.refuse();
      assertThatThrownBy(() -> client.call("PING")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> new RespClient(relay.address())).isInstanceOf(IOException.class);

      relay.accept();
      try (var again = new RespClient(relay.address())) {
        assertThat(again.call("PING").text()).isEqualTo("PONG");
      }
    }
  }

  private static String get(RedisServer server) {
    return server.command("GET", "key");
  }
}
