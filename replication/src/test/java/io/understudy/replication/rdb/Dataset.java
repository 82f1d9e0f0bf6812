package io.understudy.replication.rdb;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Reply;
import io.understudy.testkit.ServerVersion;
import io.understudy.testkit.ServerVersion.Family;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Keys of every type in every encoding that a server can write, and the file it writes of them.
 *
 * <p>Values are small, so that a file can be cut at every byte; {@link #fillLarge} adds the
 * encodings that only large values have.
 */
final class Dataset {
  private static final int SEED = 5;

  /** Far away, so that nothing expires during a test. */
  static final long EXPIRE_AT_MILLIS = 4_102_444_800_000L;

  private static final String MANY = "a word and a word and a word and a word and a word";

  private Dataset() {}

  /** A server whose files are neither delayed nor made by itself. */
  static RedisServer start(ServerVersion version, String... directives) {
    List<String> all = new ArrayList<>(List.of("--databases", "20"));
    all.addAll(Arrays.asList(directives));
    return RedisServer.start(version, all.toArray(String[]::new));
  }

  /** The file that the server writes of what it holds now. */
  static byte[] save(RedisServer server) {
    server.command("SAVE");
    try {
      return Files.readAllBytes(server.folder().resolve("dump.rdb"));
    } catch (IOException e) {
      throw new AssertionError(server + " has written no file", e);
    }
  }

  static boolean hasFieldTimes(ServerVersion v) {
    return v.family() == Family.REDIS ? v.isAtLeast(7, 4) : v.isAtLeast(9, 0);
  }

  static boolean hasFunctions(ServerVersion v) {
    return v.isAtLeast(7, 0);
  }

  static boolean hasVectorSets(ServerVersion v) {
    return v.family() == Family.REDIS && v.isAtLeast(8, 0);
  }

  static void fill(RedisServer server) {
    strings(server);
    collections(server);
    streams(server);
    server.command("SET", "expiring", "soon");
    server.command("PEXPIREAT", "expiring", Long.toString(EXPIRE_AT_MILLIS));
    server.command("SELECT", "7");
    server.command("SET", "elsewhere", "db7");
    server.command("SELECT", "0");
    if (hasFieldTimes(server.version())) {
      fieldTimes(server);
    }
    if (hasFunctions(server.version())) {
      server.command(
          "FUNCTION",
          "LOAD",
          "#!lua name=ours\nredis.register_function('ours', function(k, a) return 1 end)");
    }
    if (hasVectorSets(server.version())) {
      server.command("VADD", "vectors", "VALUES", "3", "0.1", "0.2", "0.3", "first");
      server.command("VADD", "vectors", "VALUES", "3", "-1", "2", "0", "second");
    }
  }

  private static void strings(RedisServer server) {
    for (String value :
        List.of(
            "",
            "0",
            "1",
            "-1",
            "127",
            "-128",
            "128",
            "-300",
            "32767",
            "40000",
            "-2147483648",
            "2147483647",
            "2147483648",
            "9223372036854775807",
            "007",
            "+1",
            "short",
            MANY.repeat(3),
            "\u0000\u0001\u00ff\r\n")) {
      server.command("SET", "string:" + value, value);
    }
    for (String key : List.of("", "12", "-5", "-70000", "300", "\u00ff\u0000", "k".repeat(90))) {
      server.command("SET", key, "of a key");
    }
    server.command("SETBIT", "bits", "77", "1");
    server.command("PFADD", "hyperloglog", "a", "b", "c");
  }

  private static void collections(RedisServer server) {
    server.command("RPUSH", "list", "a", "", "12", "-13", "5000", "-70000", "9000000", MANY);
    server.command("RPUSH", "list:numbers", "1", "-9223372036854775808", "4000000000", "8388607");
    server.command("SADD", "set:16", "1", "-2", "300");
    server.command("SADD", "set:32", "1", "70000");
    server.command("SADD", "set:64", "1", "-9223372036854775808");
    server.command("SADD", "set:words", "alpha", "beta", "", "12", MANY);
    server.command(
        "ZADD",
        "zset",
        "1",
        "one",
        "-2.5",
        "two",
        "inf",
        "top",
        "-inf",
        "bottom",
        "3.14159265358979",
        "pi",
        "9007199254740993",
        "12");
    server.command("HSET", "hash", "f", "v", "", "empty", "n", "-12", "long", MANY);
    server.command("GEOADD", "geo", "13.361389", "38.115556", "Palermo");
  }

  private static void streams(RedisServer server) {
    for (int i = 1; i <= 6; i++) {
      server.command("XADD", "stream", i + "-1", "name", "v" + i, "n", Integer.toString(i * 100));
    }
    server.command("XADD", "stream", "7-0", "other", "field");
    server.command("XADD", "stream", "7-5", "", "");
    server.command("XDEL", "stream", "3-1");
    server.command("XGROUP", "CREATE", "stream", "group", "0");
    server.command("XREADGROUP", "GROUP", "group", "ann", "COUNT", "3", "STREAMS", "stream", ">");
    server.command("XREADGROUP", "GROUP", "group", "bob", "COUNT", "1", "STREAMS", "stream", ">");
    server.command("XACK", "stream", "group", "1-1");
    server.command("XGROUP", "CREATE", "stream", "idle", "$");
    server.command("XGROUP", "CREATE", "stream:empty", "group", "$", "MKSTREAM");
    server.command("XADD", "stream:trimmed", "5-5", "a", "b");
    server.command("XTRIM", "stream:trimmed", "MAXLEN", "0");
    if (server.version().family() == Family.REDIS && server.version().isAtLeast(8, 6)) {
      server.command("XADD", "stream:once", "IDMP", "producer", "first", "*", "f", "v");
    }
  }

  private static void fieldTimes(RedisServer server) {
    String at = Long.toString(EXPIRE_AT_MILLIS);
    server.command("HSET", "hash:times", "a", "1", "b", "2", "c", "");
    server.command("HPEXPIREAT", "hash:times", at, "FIELDS", "2", "a", "c");
    server.command("HPEXPIREAT", "hash:times", at + "0", "FIELDS", "1", "c");
  }

  /** The encodings of values with many or long parts. */
  static void fillLarge(RedisServer server) {
    var random = new Random(SEED);
    String[] words = new String[400];
    for (int i = 0; i < words.length; i++) {
      words[i] = "w" + i + "-" + Long.toString(random.nextLong(), 36);
    }
    call(server, "RPUSH", "large:list", words);
    call(server, "SADD", "large:set", words);
    call(server, "HSET", "large:hash", words);
    server.command("HSET", "large:hash", "long", MANY.repeat(3));
    String[] scored = words.clone();
    for (int i = 0; i < scored.length; i += 2) {
      scored[i] = Double.toString(random.nextGaussian() * 1e6);
    }
    call(server, "ZADD", "large:zset", scored);
    call(
        server, "RPUSH", "large:nodes", "x".repeat(5000), "y".repeat(9000), "12", "z".repeat(9000));
    for (int i = 1; i <= 250; i++) {
      server.command("XADD", "large:stream", i + "-0", "field", words[i], words[i], "value");
    }
    byte[] noise = new byte[40_000];
    random.nextBytes(noise);
    server.command("SET", "large:noise", new String(noise, StandardCharsets.ISO_8859_1));
    server.command("SET", "large:text", MANY.repeat(2000));
    if (server.call("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "200b") instanceof Reply.Text) {
      call(server, "RPUSH", "large:plain", "p".repeat(300), "q", "r".repeat(300), "s");
    }
    if (hasFieldTimes(server.version())) {
      call(server, "HSET", "large:times", words);
      server.command("HSET", "large:times", "long", MANY.repeat(3));
      server.command(
          "HPEXPIREAT", "large:times", Long.toString(EXPIRE_AT_MILLIS), "FIELDS", "1", words[0]);
    }
  }

  private static void call(RedisServer server, String command, String key, String... arguments) {
    List<String> all = new ArrayList<>(List.of(command, key));
    all.addAll(Arrays.asList(arguments));
    server.command(all.toArray(String[]::new));
  }
}
