package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardingTest {
  private static RedisServer server;
  private static Rig rig;

  @BeforeAll
  static void start() {
    server = RedisServer.start(ServerVersion.usual());
    rig = Rig.before(server);
  }

  @AfterAll
  static void stop() {
    rig.close();
    server.close();
  }

  @BeforeEach
  void empty() {
    server.command("FLUSHALL");
  }

  @Test
  void shouldAnswerAPipelineInOrder() throws IOException {
    try (Wire client = rig.connect()) {
      ByteArrayOutputStream requests = new ByteArrayOutputStream();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        requests.writeBytes(Wire.command("INCR", "counter"));
        expected.add(":" + (i + 1) + "\r\n");
      }
      client.send(requests.toByteArray());
      assertThat(client.read(5_000)).isEqualTo(expected);
    }
  }

  /** What a command changes is followed also when the command is long and comes in pieces. */
  @Test
  void shouldKeepTheWatchOfALongKey() throws IOException {
    String key = "k".repeat(200_000);
    try (Wire client = rig.connect();
        Wire other = rig.connect()) {
      byte[] watch = Wire.command("WATCH", key);
      client.send(Arrays.copyOf(watch, 100_000));
      client.send(Arrays.copyOfRange(watch, 100_000, watch.length));
      assertThat(client.read()).isEqualTo("+OK\r\n");
      assertThat(other.call("SET", key, "1")).isEqualTo("+OK\r\n");
      client.send(Wire.commands("MULTI", "SET a 1", "EXEC"));
      assertThat(client.read(3).getLast()).isEqualTo("*-1\r\n");
    }
  }

  @Test
  void shouldKeepEverySessionsRepliesApart() throws IOException {
    List<Wire> clients = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      clients.add(rig.connect());
    }
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < clients.size(); i++) {
        for (int j = 0; j <= i % 5; j++) {
          clients.get(i).send("ECHO", i + "-" + round + "-" + j);
        }
      }
      for (int i = 0; i < clients.size(); i++) {
        for (int j = 0; j <= i % 5; j++) {
          String text = i + "-" + round + "-" + j;
          assertThat(clients.get(i).read()).isEqualTo("$" + text.length() + "\r\n" + text + "\r\n");
        }
      }
    }
    for (Wire client : clients) {
      client.close();
    }
  }

  @Test
  void shouldPassOnWhatIsCutAnywhere() throws IOException {
    byte[] stream =
        Wire.commands("SET a 1", "GET a", "MULTI", "INCR a", "EXEC", "SELECT 1", "GET a", "PING");
    String expected =
        "+OK\r\n|$1\r\n1\r\n|+OK\r\n|+QUEUED\r\n|*1\r\n:2\r\n|+OK\r\n|$-1\r\n|+PONG\r\n";
    for (int cut = 1; cut < stream.length; cut++) {
      try (Wire client = rig.connect()) {
        client.send(java.util.Arrays.copyOfRange(stream, 0, cut));
        assertThat(client.isSilentFor(1) || cut > 5).isTrue();
        client.send(java.util.Arrays.copyOfRange(stream, cut, stream.length));
        assertThat(String.join("|", client.read(8))).as("cut at " + cut).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1_000, 15_000, 16_500, 65_000, 66_000, 300_000, 8_000_000})
  void shouldPassOnValuesOfAnySize(int length) throws IOException {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append((char) (i * 31 & 0xFF));
    }
    String value = text.toString();
    try (Wire client = rig.connect();
        Wire direct = new Wire(server.address())) {
      assertThat(client.call("SET", "k", value)).isEqualTo("+OK\r\n");
      assertThat(direct.call("GET", "k")).isEqualTo("$" + length + "\r\n" + value + "\r\n");
      assertThat(client.call("GET", "k")).isEqualTo("$" + length + "\r\n" + value + "\r\n");
      assertThat(client.call("STRLEN", "k")).isEqualTo(":" + length + "\r\n");
    }
  }

  @Test
  void shouldTakeInlineCommands() throws IOException {
    try (Wire client = rig.connect()) {
      client.send(Wire.bytes("SET k \"a b\\x41\"\r\n\r\nGET k\nPING\r\nMULTI\r\nEXEC\r\n"));
      assertThat(client.read(5))
          .containsExactly("+OK\r\n", "$4\r\na bA\r\n", "+PONG\r\n", "+OK\r\n", "*0\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*1\r\nPING\r\n",
        "*-5x\r\n",
        "*1\r\n$-1\r\n",
        "*1\r\n$99999999999\r\n",
        "SET \"a\r\n",
        "*1\r\n$4\r\nPING\r\n*x\r\n",
        "*3\r\n$3\r\nSET\r\n$1\r\na\r\n+\r\n"
      })
  void shouldAnswerABrokenStreamAsAServerDoesAndClose(String broken) throws IOException {
    try (Wire client = rig.connect();
        Wire direct = new Wire(server.address())) {
      client.send(Wire.bytes(broken));
      direct.send(Wire.bytes(broken));
      assertThat(client.readToEnd()).isNotEmpty().isEqualTo(direct.readToEnd());
    }
  }

  @Test
  void shouldAnswerWhatWasSentBeforeAHalfClose() throws IOException {
    try (Wire client = rig.connect()) {
      client.send(Wire.commands("SET a 1", "MULTI", "INCR a", "EXEC", "GET a"));
      client.shutdownOutput();
      assertThat(client.readToEnd())
          .containsExactly("+OK\r\n", "+OK\r\n", "+QUEUED\r\n", "*1\r\n:2\r\n", "$1\r\n2\r\n");
    }
  }

  @Test
  void shouldAnswerQuitBehindEverythingElseAndClose() throws IOException {
    try (Wire client = rig.connect()) {
      client.send(Wire.commands("SET a 1", "GET a", "QUIT", "GET a"));
      assertThat(client.readToEnd()).containsExactly("+OK\r\n", "$1\r\n1\r\n", "+OK\r\n");
    }
  }

  @Test
  void shouldKeepTheDatabaseOfEachSession() throws IOException {
    try (Wire one = rig.connect();
        Wire other = rig.connect()) {
      assertThat(one.call("SELECT", "5")).isEqualTo("+OK\r\n");
      assertThat(one.call("SET", "k", "five")).isEqualTo("+OK\r\n");
      assertThat(other.call("GET", "k")).isEqualTo("$-1\r\n");
      assertThat(one.call("GET", "k")).isEqualTo("$4\r\nfive\r\n");
      assertThat(one.call("SELECT", "99")).startsWith("-ERR DB index is out of range");
      assertThat(one.call("GET", "k")).isEqualTo("$4\r\nfive\r\n");
      assertThat(one.call("RESET")).isEqualTo("+RESET\r\n");
      assertThat(one.call("GET", "k")).isEqualTo("$-1\r\n");
    }
  }

  @Test
  void shouldSpeakEachSessionsProtocol() throws IOException {
    try (Wire two = rig.connect();
        Wire three = rig.connect()) {
      assertThat(three.call("HELLO", "3", "SETNAME", "me")).startsWith("%7\r\n");
      assertThat(three.call("CLIENT", "GETNAME")).isEqualTo("$2\r\nme\r\n");
      two.call("HSET", "h", "f", "v");
      assertThat(three.call("HGETALL", "h")).isEqualTo("%1\r\n$1\r\nf\r\n$1\r\nv\r\n");
      assertThat(two.call("HGETALL", "h")).isEqualTo("*2\r\n$1\r\nf\r\n$1\r\nv\r\n");
      assertThat(three.call("HELLO", "4")).startsWith("-NOPROTO");
      assertThat(three.call("GET", "none")).isEqualTo("_\r\n");
      assertThat(three.call("HELLO", "2")).startsWith("*14\r\n");
      assertThat(three.call("GET", "none")).isEqualTo("$-1\r\n");
    }
  }
}
