package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.route.Users;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who a client is that says nothing, and what becomes of users that change. */
class UserChangesTest {
  @Test
  void shouldTakeThoseWhoSayNothingForTheDefaultUser() throws IOException {
    try (RedisServer open = RedisServer.start(ServerVersion.usual());
        Rig own =
            Rig.before(
                open,
                options ->
                    ProxyOptions.of(
                        options
                            .listeners()
                            .getFirst()
                            .with(
                                new Users(
                                    List.of(
                                        UsersTest.user("default", "on nopass ~pub:* +@read"),
                                        UsersTest.user("w", "on >pw ~* +@all"))))))) {
      try (Wire client = own.connect()) {
        assertThat(client.call("GET", "pub:1")).isEqualTo("$-1\r\n");
        assertThat(client.call("SET", "pub:1", "x")).startsWith("-NOPERM User default has no");
        assertThat(client.call("AUTH", "any"))
            .startsWith("-ERR AUTH <password> called without any password configured");
        assertThat(client.call("HELLO", "3", "AUTH", "w", "pw", "SETNAME", "n"))
            .startsWith("%")
            .contains("proto\r\n:3\r\n");
        assertThat(client.call("SET", "pub:1", "x")).isEqualTo("+OK\r\n");
        assertThat(client.call("CLIENT", "GETNAME")).isEqualTo("$1\r\nn\r\n");
      }
    }
  }

  @Test
  void shouldLetOnlyThoseStayWhoseUserIsAsItWas() throws IOException {
    try (RedisServer server = UsersTest.server();
        Rig own = Rig.before(server, ignored -> UsersTest.options(UsersTest.USERS));
        Wire stays = own.connect();
        Wire goes = own.connect();
        Wire nobody = own.connect()) {
      stays.call("AUTH", "root", "pw");
      goes.call("AUTH", "shop", "pw");
      nobody.call("PING");
      Users fewer =
          new Users(
              List.of(
                  UsersTest.user("shop", UsersTest.SHOP + " -get"),
                  UsersTest.user("root", "on >pw allkeys allchannels +@all"),
                  UsersTest.user("new", "on >pw +ping")));
      ProxyOptions next = UsersTest.options(fewer);
      assertThat(own.proxy.apply(next, Duration.ofSeconds(10), group -> {}))
          .anyMatch(line -> line.endsWith("has other users; clients of those that changed finish"));
      assertThat(goes.readToEnd()).isEmpty();
      assertThat(nobody.readToEnd()).isEmpty();
      assertThat(stays.call("PING")).isEqualTo("+PONG\r\n");
      assertThat(stays.call("AUTH", "reader", "pw")).startsWith("-WRONGPASS");
      assertThat(stays.call("AUTH", "new", "pw")).isEqualTo("+OK\r\n");
    }
  }
}
