package io.understudy.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.ProgramProcess;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code understudy rdb} as a process, on a file that a server wrote. */
class RdbCommandTest {
  private static byte[] written = {};

  @TempDir private Path folder;

  @BeforeAll
  static void shouldWriteAFile() throws Exception {
    try (RedisServer server = RedisServer.start(ServerVersion.usual())) {
      server.command("SET", "greeting", "hello");
      server.command("SET", "binary", "\u00ff\u0000");
      server.command("SET", "number", "-12");
      server.command("PEXPIREAT", "number", "4102444800000");
      server.command("RPUSH", "list", "a", "1");
      server.command("ZADD", "scores", "1.5", "a", "inf", "b");
      server.command("HSET", "hash", "field", noise());
      server.command("SET", "compressed", "x".repeat(3000));
      server.command("XADD", "stream", "1-1", "f", "v");
      server.command("SELECT", "3");
      server.command("SADD", "set", "1", "2");
      server.command("SAVE");
      written = Files.readAllBytes(server.folder().resolve("dump.rdb"));
    }
  }

  /** What does not become smaller when the server compresses it. */
  private static String noise() {
    return new Random(1)
        .ints(3000, ' ', '~')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @AfterAll
  static void shouldForgetTheFile() {
    written = new byte[0];
  }

  private ProgramProcess.Ended run(byte[] file, String... arguments) throws Exception {
    Files.write(folder.resolve("dump.rdb"), file);
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[0] = "rdb";
    all[all.length - 1] = "dump.rdb";
    return ProgramProcess.run(folder, all);
  }

  @Test
  void shouldCountKeysAndNameTheBiggest() throws Exception {
    var ended = run(written, "--biggest", "1", "--progress");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out().lines())
        .startsWith("REDIS0010, complete")
        .anyMatch(line -> line.matches("  redis-ver: 7\\.0\\..*"))
        .anyMatch(line -> line.matches("database 0 +8 +1 +\\d+"))
        .anyMatch(line -> line.matches("database 3 +1 +0 +\\d+"))
        .anyMatch(line -> line.matches("string +4 +1 +\\d+"))
        .anyMatch(line -> line.matches("set-intset +1 +0 +\\d+"));
    assertThat(ended.out().lines().toList().getLast()).endsWith("database 0  hash  \"hash\"");
    assertThat(ended.err()).containsPattern("MB read \\(100 %\\), \\d+ MB/s");
  }

  @Test
  void shouldListKeys() throws Exception {
    var ended = run(written, "--list", "--database", "0");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out().lines().sorted())
        .hasSize(8)
        .anyMatch(line -> line.matches("0\tstring\tstring\t\\d+\t2100-01-01T00:00:00Z\t\"number\""))
        .anyMatch(line -> line.matches("0\tzset\tzset-listpack\t\\d+\t-\t\"scores\""));
  }

  @Test
  void shouldWriteJsonLines() throws Exception {
    var ended = run(written, "--json", "--max-value", "1000");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    String big = "\"key\":\"hash\",\"type\":\"hash\",\"encoding\":\"hash";
    assertThat(ended.out().lines())
        .hasSize(9)
        .contains(
            "{\"db\":0,\"key\":\"greeting\",\"type\":\"string\",\"encoding\":\"string\",\"value\":\"hello\"}",
            "{\"db\":0,\"key\":\"binary\",\"type\":\"string\",\"encoding\":\"string\",\"value\":{\"base64\":\"/wA=\"}}",
            "{\"db\":0,\"key\":\"number\",\"type\":\"string\",\"encoding\":\"string\",\"expireAt\":4102444800000,\"value\":\"-12\"}",
            "{\"db\":0,\"key\":\"list\",\"type\":\"list\",\"encoding\":\"list-quicklist-2\",\"value\":[\"a\",\"1\"]}",
            "{\"db\":0,\"key\":\"scores\",\"type\":\"zset\",\"encoding\":\"zset-listpack\",\"value\":[{\"member\":\"a\",\"score\":1.5},{\"member\":\"b\",\"score\":\"inf\"}]}",
            "{\"db\":3,\"key\":\"set\",\"type\":\"set\",\"encoding\":\"set-intset\",\"value\":[\"1\",\"2\"]}",
            "{\"db\":0,\"key\":\"stream\",\"type\":\"stream\",\"encoding\":\"stream-2\",\"value\":{\"lastId\":\"1-1\",\"entries\":[{\"id\":\"1-1\",\"fields\":[\"f\",\"v\"]}],\"groups\":[]}}")
        .anyMatch(line -> line.contains(big) && line.contains("omittedBytes"))
        .anyMatch(line -> line.contains("\"compressed\"") && line.contains("omittedBytes"));
  }

  @Test
  void shouldSayInOneLineWhereAFileIsDamaged() throws Exception {
    var cut = run(Arrays.copyOf(written, written.length - 20));
    assertThat(cut.exitCode()).isEqualTo(1);
    assertThat(cut.err())
        .matches(
            "understudy rdb: dump\\.rdb: at byte "
                + (written.length - 20)
                + ": the file ends .+\n");
    assertThat(cut.out()).isEmpty();

    byte[] damaged = written.clone();
    damaged[damaged.length - 1] ^= 1;
    var wrong = run(damaged);
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err())
        .matches("understudy rdb: dump\\.rdb: at byte \\d+: the checksum is wrong: .+\n");

    var longer = run(Arrays.copyOf(written, written.length + 1));
    assertThat(longer.exitCode()).isEqualTo(1);
    assertThat(longer.err())
        .isEqualTo(
            "understudy rdb: dump.rdb: at byte "
                + written.length
                + ": the file has ended here, but more bytes follow\n");
  }

  @Test
  void shouldSayInOneLineWhenItIsNoSuchFile() throws Exception {
    var nothing = run("root:x:0:0".getBytes(StandardCharsets.US_ASCII));
    assertThat(nothing.exitCode()).isEqualTo(1);
    assertThat(nothing.err())
        .isEqualTo(
            "understudy rdb: dump.rdb: at byte 0: this is no RDB file: it begins with"
                + " \"root:x:0:\"\n");

    var missing = ProgramProcess.run(folder, "rdb", "nowhere.rdb");
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.err()).isEqualTo("understudy rdb: nowhere.rdb: there is no such file\n");
  }
}
