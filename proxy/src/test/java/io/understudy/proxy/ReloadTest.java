package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.proxy.route.Admission;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ReloadTest {
  private static final Duration FINISH = Duration.ofSeconds(10);

  private static Listener listener(Ports.Reserved port) {
    return new Listener("127.0.0.1", port.port(), HandFeed.GROUP);
  }

  private static ProxyOptions options(Listener... listeners) {
    ProxyOptions usual = Rig.options();
    return new ProxyOptions(List.of(listeners), Map.of(), 2, usual.transport(), usual.limits());
  }

  private final List<String> left = new CopyOnWriteArrayList<>();

  @Test
  void shouldOpenAndCloseListenersWithoutTouchingTheConnectionsOfOthers() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Ports.Reserved a = Ports.reserve();
        Ports.Reserved b = Ports.reserve();
        Ports.Reserved c = Ports.reserve();
        Rig rig = new Rig(options(listener(a), listener(b)))) {
      rig.feed.crown(server);
      Wire stays = new Wire(new Address("127.0.0.1", a.port()));
      Wire ends = new Wire(new Address("127.0.0.1", b.port()));
      stays.call("SUBSCRIBE", "c");
      // What is under way is answered before its listener's clients are closed.
      ends.send("BLPOP", "list", "0");
      Eventually.holds("it is blocked", () -> server.info("blocked_clients").equals("1"));

      assertThat(rig.proxy.apply(options(listener(a), listener(c)), FINISH, left::add))
          .containsExactly(
              "listener 127.0.0.1:"
                  + b.port()
                  + " is closed; its clients, 1 now, finish what is in flight",
              "listener 127.0.0.1:" + c.port() + " is open");
      try (Wire fresh = new Wire(new Address("127.0.0.1", c.port()))) {
        assertThat(fresh.call("PUBLISH", "c", "hello")).isEqualTo(":1\r\n");
      }
      assertThat(stays.read()).endsWith("hello\r\n");
      assertThatThrownBy(() -> new Wire(new Address("127.0.0.1", b.port())))
          .isInstanceOf(IOException.class);
      assertThat(ends.readToEnd()).isEmpty();
      stays.close();
    }
  }

  @Test
  void shouldLetGoOfAGroupWhenItsLastClientIsGone() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Ports.Reserved a = Ports.reserve();
        Ports.Reserved b = Ports.reserve();
        Rig rig = new Rig(options(listener(a), new Listener("127.0.0.1", b.port(), "another")))) {
      rig.feed.crown(server);
      try (Wire stays = new Wire(new Address("127.0.0.1", a.port()));
          Wire ends = new Wire(new Address("127.0.0.1", b.port()))) {
        assertThat(stays.call("PING")).isEqualTo("+PONG\r\n");
        assertThat(ends.call("PING")).isEqualTo("+PONG\r\n");
        assertThat(rig.proxy.stats().groups()).hasSize(2);
        assertThat(rig.proxy.plan(options(listener(a))))
            .isEqualTo(rig.proxy.apply(options(listener(a)), FINISH, left::add))
            .hasSize(1);
        assertThat(ends.readToEnd()).isEmpty();
        Eventually.holds("it is let go of", () -> left.contains("another"));
        assertThat(rig.proxy.leadsTo("another")).isFalse();
        assertThat(rig.proxy.stats().groups()).hasSize(1);
        assertThat(stays.call("PING")).isEqualTo("+PONG\r\n");

        // It may come again.
        rig.proxy.apply(
            options(listener(a), new Listener("127.0.0.1", b.port(), HandFeed.GROUP)),
            FINISH,
            left::add);
        try (Wire fresh = new Wire(new Address("127.0.0.1", b.port()))) {
          assertThat(fresh.call("PING")).isEqualTo("+PONG\r\n");
        }
        assertThat(left).containsExactly("another");
      }
    }
  }

  @Test
  void shouldServeNewClientsInTheNewWay() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Ports.Reserved a = Ports.reserve();
        Rig rig = new Rig(options(listener(a)))) {
      rig.feed.crown(server);
      Address address = new Address("127.0.0.1", a.port());
      try (Wire old = new Wire(address)) {
        assertThat(old.call("PING")).isEqualTo("+PONG\r\n");
        Listener narrow = listener(a).with(new Admission(1, 1));
        assertThat(rig.proxy.apply(options(narrow), FINISH, left::add))
            .containsExactly(
                "listener " + address + " serves those who connect from now on in its new way");
        try (Wire second = new Wire(address)) {
          assertThat(second.readToEnd()).containsExactly("-ERR max number of clients reached\r\n");
        }
        assertThat(rig.proxy.apply(options(narrow), FINISH, left::add)).isEmpty();
        assertThat(old.call("PING")).isEqualTo("+PONG\r\n");
        ProxyOptions patient = options(listener(a)).withLimits(Rig.limits(300, 10, 1 << 20));
        rig.proxy.apply(patient, FINISH, left::add);
        rig.feed.vacate();
        assertThat(old.call("PING")).contains("had no primary for 300 ms");
      }
    }
  }

  @Test
  void shouldChangeNothingWhenAnAddressIsTaken() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Ports.Reserved a = Ports.reserve();
        Rig rig = new Rig(options(listener(a)))) {
      rig.feed.crown(server);
      Listener taken =
          new Listener(server.address().host(), server.address().port(), HandFeed.GROUP);
      assertThatThrownBy(() -> rig.proxy.apply(options(taken), FINISH, left::add))
          .isInstanceOf(BindException.class);
      try (Wire client = new Wire(new Address("127.0.0.1", a.port()))) {
        assertThat(client.call("PING")).isEqualTo("+PONG\r\n");
      }
    }
  }
}
