package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.route.Limits;
import io.understudy.proxy.route.OutputLimit;
import io.understudy.proxy.session.Counters.Count;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that do not read what they are sent, in the classes that servers have for them. */
class SlowReadersTest {
  private static final int MEGABYTE = 1 << 20;
  private static final OutputLimit NONE = OutputLimit.hard(Long.MAX_VALUE);

  private static Rig rig(RedisServer server, OutputLimit normal, OutputLimit pubsub) {
    // The server closes nobody: what happens is the proxy's doing.
    server.command("CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 0 0");
    return Rig.before(
        server, o -> o.withLimits(Limits.DEFAULT.with(new OutputLimit.Classes(normal, pubsub))));
  }

  /** Has {@code megabytes} sent to whoever listens: as messages, invalidations, and monitored. */
  private static void publish(Wire writer, int megabytes) throws IOException {
    String text = "m".repeat(MEGABYTE / 8);
    for (int i = 0; i < megabytes * 8; i++) {
      writer.send("PUBLISH", "news", text);
      assertThat(writer.read()).startsWith(":");
      writer.send("SET", text + i, "");
      assertThat(writer.read()).isEqualTo("+OK\r\n");
    }
    writer.call("FLUSHALL");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SUBSCRIBE news",
        "PSUBSCRIBE n*",
        "HELLO 3|SUBSCRIBE news",
        "MONITOR",
        "HELLO 3|CLIENT TRACKING ON BCAST"
      })
  void shouldCloseWhoDoesNotReadMessagesAndKeepWhoDoesNotReadReplies(String listening)
      throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = rig(server, OutputLimit.hard(3 * MEGABYTE), OutputLimit.hard(2 * MEGABYTE));
        Wire writer = rig.connect();
        Wire reader = new Wire(rig.address(), 4_096);
        Wire listener = new Wire(rig.address(), 4_096)) {
      assertThat(writer.call("SET", "large", "z".repeat(20 * MEGABYTE))).isEqualTo("+OK\r\n");
      String[] commands = listening.split("\\|", -1);
      listener.send(Wire.commands(commands));
      listener.read(commands.length);
      reader.send("MULTI");
      reader.read();
      reader.send(Wire.commands("GET large", "EXEC"));
      publish(writer, 15);
      Eventually.holds("the listener is closed", () -> rig.count(Count.PUBSUB_OVER_LIMIT) == 1);
      assertThat(rig.count(Count.OVER_LIMIT)).isEqualTo(1);
      assertThat(listener.readToEnd()).doesNotContain("(it neither answers nor closes)");
      assertThat(reader.read()).isEqualTo("+QUEUED\r\n");
      assertThat(reader.read()).hasSizeGreaterThan(20 * MEGABYTE);
      assertThat(reader.call("PING")).isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void shouldHandOverWhatAServerSentBeforeItClosed() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = rig(server, NONE, NONE);
        Wire writer = rig.connect();
        Wire reader = new Wire(rig.address(), 4_096)) {
      server.command("CONFIG", "SET", "rdbcompression", "no");
      server.command("CONFIG", "SET", "repl-diskless-sync", "no");
      assertThat(writer.call("SET", "large", "z".repeat(6 * MEGABYTE))).isEqualTo("+OK\r\n");
      assertThat(reader.call("REPLCONF", "rdb-only", "1")).isEqualTo("+OK\r\n");
      reader.send("SYNC");
      // As with redis-cli --rdb: the server closes, while most of it still waits for the reader.
      Eventually.holds("the server has sent it", () -> server.info("sync_full").equals("1"));
      Eventually.holds("the server has closed", () -> server.info("connected_slaves").equals("0"));
      assertThat(reader.bytesToEnd()).isGreaterThan(6 * MEGABYTE);
    }
  }

  @Test
  void shouldCloseWhoHasHadTooMuchToReadForTooLong() throws IOException {
    OutputLimit soft =
        new OutputLimit(Long.MAX_VALUE, MEGABYTE, TimeUnit.MILLISECONDS.toNanos(100));
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = rig(server, NONE, soft);
        Wire writer = rig.connect();
        Wire listener = new Wire(rig.address(), 4_096)) {
      listener.call("SUBSCRIBE", "news");
      publish(writer, 15);
      // Nothing more is sent to it: time alone ends it.
      Eventually.holds("the listener is closed", () -> rig.count(Count.PUBSUB_OVER_LIMIT) == 1);
      Eventually.holds("and gone", () -> rig.count(Count.CLOSED) == 1);
    }
  }

  @Test
  void shouldKeepWhoReadsWhatWasTooMuchInTime() throws IOException {
    OutputLimit soft = new OutputLimit(Long.MAX_VALUE, MEGABYTE, Duration.ofHours(1).toNanos());
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = rig(server, NONE, soft);
        Wire writer = rig.connect();
        Wire listener = new Wire(rig.address(), 4_096)) {
      listener.call("SUBSCRIBE", "news");
      publish(writer, 15);
      List<String> messages = listener.read(15 * 8);
      assertThat(messages).allMatch(message -> message.startsWith("*3\r\n$7\r\nmessage\r\n"));
      assertThat(listener.call("PING")).contains("pong");
      assertThat(rig.count(Count.OVER_LIMIT)).isZero();
    }
  }

  @Test
  void shouldCountMessagesOnlyWhileNoReplyIsAwaited() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = rig(server, NONE, OutputLimit.hard(MEGABYTE));
        Wire writer = rig.connect();
        Wire reader = new Wire(rig.address(), 4_096)) {
      assertThat(writer.call("SET", "large", "z".repeat(20 * MEGABYTE))).isEqualTo("+OK\r\n");
      reader.send(Wire.commands("HELLO 3", "CLIENT TRACKING ON", "GET large"));
      reader.read(2);
      assertThat(writer.call("PING")).isEqualTo("+PONG\r\n");
      assertThat(reader.read()).hasSizeGreaterThan(20 * MEGABYTE);
      assertThat(rig.count(Count.OVER_LIMIT)).isZero();
    }
  }
}
