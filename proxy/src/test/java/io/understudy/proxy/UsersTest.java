package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.understudy.proxy.backend.Access;
import io.understudy.proxy.route.Credentials;
import io.understudy.proxy.route.Users;
import io.understudy.proxy.session.Counters.Count;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.wire.acl.AclUser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisAccessControlException;

/** Users that log in at the proxy, before a server that knows others. */
class UsersTest {
  static final String SHOP = "on >pw ~orders:* resetchannels &news:* +@all -@dangerous";
  private static RedisServer server;
  private static Rig rig;

  static Users.User user(String name, String rules) {
    return new Users.User(AclUser.of(name, rules), Credentials.OF_GROUP);
  }

  static final Users USERS =
      new Users(
          List.of(
              user("shop", SHOP),
              user("reader", "on >pw allkeys +@read +info +acl|whoami"),
              user("root", "on >pw allkeys allchannels +@all"),
              new Users.User(
                  AclUser.of("other", "on >pw allkeys allchannels +@all"),
                  new Credentials("narrow", "np")),
              user("off", "off >pw allkeys +@all")));

  static ProxyOptions options(Users users) {
    Listener listener = Rig.options().listeners().getFirst().with(users);
    Access access = Access.PLAIN.with(new Credentials("proxy", "gp"));
    return ProxyOptions.of(listener).withAccess(Map.of(HandFeed.GROUP, access));
  }

  @BeforeAll
  static void start() {
    server = server();
    rig = Rig.before(server, ignored -> options(USERS));
  }

  /** A server that knows other users than the proxy. */
  static RedisServer server() {
    RedisServer server = RedisServer.start(ServerVersion.newest(ServerVersion.Family.VALKEY));
    server.command("ACL", "SETUSER", "proxy", "on", ">gp", "+@all", "~*", "&*");
    server.command("ACL", "SETUSER", "narrow", "on", ">np", "+@all", "-set", "~*", "&*");
    server.command("ACL", "SETUSER", "default", "-@all", "+auth", "+info", "+ping");
    return server;
  }

  @AfterAll
  static void stop() {
    rig.close();
    server.close();
  }

  private static Wire login(String name) throws IOException {
    Wire client = rig.connect();
    assertThat(client.call("AUTH", name, "pw")).isEqualTo("+OK\r\n");
    return client;
  }

  /** Letter for letter what a server says that has the same users. */
  @Test
  void shouldAnswerAsAServerDoes() throws IOException {
    try (RedisServer direct = RedisServer.start(server.version())) {
      direct.command(("ACL SETUSER shop reset " + SHOP).split(" ", -1));
      direct.command("ACL", "SETUSER", "off", "off", ">pw");
      direct.command("ACL", "SETUSER", "default", "off", "resetpass", "-@all");
      List<String> lines =
          List.of(
              "GET orders:1",
              "PING",
              "CLIENT ID",
              "HELLO",
              "HELLO 3",
              "HELLO 4 AUTH shop pw",
              "HELLO x",
              "HELLO 3 FOO",
              "HELLO 3 AUTH shop",
              "AUTH",
              "AUTH pw",
              "AUTH a b c",
              "AUTH shop no",
              "AUTH nobody pw",
              "AUTH off pw",
              "HELLO 3 AUTH shop no",
              "RESET",
              "AUTH shop pw",
              "ACL WHOAMI",
              "GET orders:1",
              "GET other",
              "GET",
              "FLUSHALL",
              "KEYS *",
              "CLIENT KILL ID 123456",
              "ACL LIST",
              "PUBLISH news:1 x",
              "PUBLISH other x",
              "MULTI",
              "SET orders:1 a",
              "EXEC",
              "MULTI",
              "SET orders:1 b",
              "SET other b",
              "EXEC",
              "MULTI",
              "GET orders:1",
              "FLUSHALL",
              "EXEC",
              "WATCH other",
              "GET orders:1",
              "EVAL return(1) 1 other",
              "EVAL return(1) 1 orders:1",
              "BLPOP other 1",
              "SUBSCRIBE other",
              "PSUBSCRIBE news:1",
              "SUBSCRIBE news:1",
              "SUBSCRIBE other",
              "UNSUBSCRIBE",
              "AUTH shop no",
              "ACL WHOAMI",
              "HELLO 3 FOO",
              "RESET",
              "GET orders:1",
              "QUIT");
      List<String> expected = new ArrayList<>();
      List<String> found = new ArrayList<>();
      try (Wire straight = new Wire(direct.address());
          Wire through = rig.connect()) {
        for (String line : lines) {
          expected.add(line + ": " + straight.call(line.split(" ", -1)));
          found.add(line + ": " + through.call(line.split(" ", -1)));
        }
      }
      assertThat(found).isEqualTo(expected);
      // The same in one write: an answer must not overtake another.
      try (Wire straight = new Wire(direct.address());
          Wire through = rig.connect()) {
        byte[] all = Wire.commands(lines.toArray(String[]::new));
        straight.send(all);
        through.send(all);
        assertThat(through.read(lines.size())).isEqualTo(straight.read(lines.size()));
      }
    }
  }

  @Test
  void shouldLetNothingOfABigPipelinePassThatIsNotAllowed() throws IOException {
    try (Wire client = login("shop");
        Wire root = login("root")) {
      root.call("SET", "secret", "x");
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        lines.add(i == 250 ? "SET secret stolen" : "SET orders:" + i + " v");
      }
      client.send(Wire.commands(lines.toArray(String[]::new)));
      List<String> replies = new ArrayList<>(client.read(500));
      assertThat(replies.remove(250)).isEqualTo("-NOPERM No permissions to access a key\r\n");
      assertThat(replies).isEqualTo(Collections.nCopies(499, "+OK\r\n"));
      assertThat(root.call("GET", "secret")).isEqualTo("$1\r\nx\r\n");
      // Also when a command comes in pieces, however they fall.
      byte[] cut = Wire.commands("GET orders:1", "GET secret", "GET orders:2");
      for (int at = 1; at < cut.length; at++) {
        client.send(Arrays.copyOf(cut, at));
        client.send(Arrays.copyOfRange(cut, at, cut.length));
        assertThat(client.read(3))
            .containsExactly(
                "$1\r\nv\r\n", "-NOPERM No permissions to access a key\r\n", "$1\r\nv\r\n");
      }
      client.send(Wire.bytes("GET secret\r\nGET orders:1\r\n"));
      assertThat(client.read(2).getFirst()).startsWith("-NOPERM");
      String big = "x".repeat(200_000);
      assertThat(client.call("SET", "secret", big)).startsWith("-NOPERM");
      assertThat(client.call("SET", "orders:big", big)).isEqualTo("+OK\r\n");
      client.send(Wire.command("WATCH", "orders:1"));
      client.send(Wire.command("SET", "secret", big));
      assertThat(client.read(2).getLast()).startsWith("-NOPERM");
    }
  }

  @Test
  void shouldForgetAUserWhoSaidReset() throws IOException {
    try (Wire client = login("root")) {
      client.send(Wire.commands("WATCH a", "RESET", "SET a 1", "AUTH shop pw", "SET a 1"));
      assertThat(client.read(5))
          .containsExactly(
              "+OK\r\n",
              "+RESET\r\n",
              "-NOAUTH Authentication required.\r\n",
              "+OK\r\n",
              "-NOPERM No permissions to access a key\r\n");
    }
  }

  @Test
  void shouldRunCommandsAsTheUserOfTheServerThatIsConfigured() throws IOException {
    try (Wire other = login("other");
        Wire root = login("root")) {
      assertThat(root.call("SET", "k", "1")).isEqualTo("+OK\r\n");
      assertThat(other.call("GET", "k")).isEqualTo("$1\r\n1\r\n");
      assertThat(other.call("SET", "k", "2"))
          .isEqualTo("-NOPERM User narrow has no permissions to run the 'set' command\r\n");
      assertThat(other.call("ACL", "WHOAMI")).isEqualTo("$5\r\nother\r\n");
      assertThat(root.call("CLIENT", "LIST")).contains("user=other", "user=root");
      // The same connection cannot become another user's while something binds it.
      other.call("SUBSCRIBE", "c");
      assertThat(other.call("AUTH", "root", "pw")).startsWith("-ERR Can't execute 'auth'");
      other.call("UNSUBSCRIBE");
      other.call("WATCH", "k");
      assertThat(other.call("AUTH", "root", "pw")).contains("needs another connection");
      assertThat(other.call("ACL", "WHOAMI")).isEqualTo("$5\r\nother\r\n");
      other.call("UNWATCH");
      assertThat(other.call("AUTH", "root", "pw")).isEqualTo("+OK\r\n");
      assertThat(other.call("SET", "k", "2")).isEqualTo("+OK\r\n");
    }
  }

  @Test
  void shouldKillByTheNamesOfItsOwnUsers() throws IOException {
    try (Wire reader = login("reader");
        Wire root = login("root")) {
      assertThat(root.call("CLIENT", "KILL", "USER", "nobody"))
          .isEqualTo("-ERR No such user 'nobody'\r\n");
      assertThat(root.call("CLIENT", "KILL", "USER", "reader")).isEqualTo(":1\r\n");
      assertThat(reader.readToEnd()).isEmpty();
      assertThat(root.call("ACL", "SETUSER", "x"))
          .isEqualTo(
              "-ERR ACL SETUSER is not possible here: the users of this address are in the"
                  + " proxy's configuration\r\n");
      assertThat(root.call("ACL", "CAT")).contains("keyspace");
    }
  }

  @Test
  void shouldTakeLittleBeforeLogin() throws IOException {
    try (Wire client = rig.connect()) {
      client.send(Wire.command("GET", "x".repeat(16_385)));
      assertThat(client.readToEnd())
          .containsExactly("-ERR Protocol error: unauthenticated bulk length\r\n");
    }
    try (Wire client = rig.connect()) {
      client.send(Wire.commands("MGET 1 2 3 4 5 6 7 8 9 10"));
      assertThat(client.readToEnd())
          .containsExactly("-ERR Protocol error: unauthenticated multibulk length\r\n");
    }
    try (Wire client = login("root")) {
      assertThat(client.call("ECHO", "x".repeat(16_385))).startsWith("$16385");
    }
    long before = rig.count(Count.DENIED);
    try (Wire client = rig.connect()) {
      client.call("AUTH", "root", "wrong");
      Eventually.holds("it is counted", () -> rig.count(Count.DENIED) == before + 1);
    }
  }

  @Test
  void shouldServeJedisAndLettuceAsUsers() {
    HostAndPort address = new HostAndPort(rig.address().host(), rig.address().port());
    try (Jedis jedis =
        new Jedis(
            address, DefaultJedisClientConfig.builder().user("shop").password("pw").build())) {
      assertThat(jedis.set("orders:j", "1")).isEqualTo("OK");
      assertThat(catchThrowable(() -> jedis.get("other")))
          .isInstanceOf(JedisAccessControlException.class);
      assertThat(jedis.aclWhoAmI()).isEqualTo("shop");
    }
    RedisURI uri =
        RedisURI.builder()
            .withHost(rig.address().host())
            .withPort(rig.address().port())
            .withAuthentication("shop", "pw".toCharArray())
            .build();
    try (io.lettuce.core.RedisClient client = io.lettuce.core.RedisClient.create(uri);
        StatefulRedisConnection<String, String> connection = client.connect()) {
      assertThat(connection.sync().get("orders:j")).isEqualTo("1");
      assertThat(catchThrowable(() -> connection.sync().set("other", "1")))
          .isInstanceOf(RedisCommandExecutionException.class)
          .hasMessageContaining("NOPERM");
    }
  }
}
