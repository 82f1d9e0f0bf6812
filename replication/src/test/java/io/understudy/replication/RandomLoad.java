package io.understudy.replication;

import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Random writes of every kind against a few keys, so that they meet often: every type, several
 * databases, transactions, scripts, expiries, and commands with keys all over the dataset.
 *
 * <p>Keys are {@code <digit>:<type>:<number>}; the digit is what tests split by.
 */
final class RandomLoad {
  private static final int KEYS_OF_A_KIND = 4;
  private static final int PIPELINE = 50;

  private final Random random;
  private final boolean newerThanSix;
  private final boolean newest;

  RandomLoad(long seed, ServerVersion source) {
    this.random = new Random(seed);
    this.newerThanSix = source.isAtLeast(7, 0);
    this.newest =
        source.family() == ServerVersion.Family.REDIS
            ? source.isAtLeast(8, 4)
            : source.isAtLeast(9, 0);
  }

  /** Sends some commands; what the server refuses does not matter. */
  void run(RespClient client, int commands) throws IOException {
    for (int sent = 0; sent < commands; sent += PIPELINE) {
      int replies = 0;
      for (int i = 0; i < PIPELINE; i++) {
        for (String[] command : next()) {
          client.send(command);
          replies++;
        }
      }
      for (int i = 0; i < replies; i++) {
        client.read();
      }
    }
  }

  private List<String[]> next() {
    return switch (random.nextInt(16)) {
      case 14, 15 -> one(words(newest ? newestWords() : newerThanSix ? newerWords() : oneKey()));
      case 0 -> transaction();
      case 1 -> one(words("SELECT " + random.nextInt(Dataset.DATABASES)));
      case 2 -> one(script());
      case 3, 4, 5 -> one(words(severalKeys()));
      default -> one(words(oneKey()));
    };
  }

  private List<String[]> transaction() {
    List<String[]> commands = new ArrayList<>();
    commands.add(words("MULTI"));
    for (int i = random.nextInt(4); i >= 0; i--) {
      commands.add(
          words(
              random.nextInt(5) == 0
                  ? "SELECT " + random.nextInt(Dataset.DATABASES)
                  : random.nextBoolean() ? oneKey() : severalKeys()));
    }
    commands.add(words("EXEC"));
    return commands;
  }

  private String[] script() {
    return new String[] {
      "EVAL",
      "redis.call('SET', KEYS[1], ARGV[1]); redis.call('DEL', KEYS[2]);"
          + " return redis.call('RPUSH', KEYS[3], ARGV[1])",
      "3",
      key("string"),
      key("string"),
      key("list"),
      value()
    };
  }

  private String oneKey() {
    String string = key("string");
    String list = key("list");
    String set = key("set");
    String zset = key("zset");
    String hash = key("hash");
    String stream = key("stream");
    List<String> choices =
        List.of(
            "SET " + string + " " + value(),
            "SETEX " + string + " 1000 " + value(),
            "PSETEX " + string + " 7 " + value(),
            "APPEND " + string + " " + value(),
            "SETRANGE " + string + " 3 " + value(),
            "GETSET " + string + " " + value(),
            "INCRBYFLOAT " + key("number") + " 1.5",
            "INCR " + key("number"),
            "SETBIT " + key("bits") + " " + random.nextInt(64) + " 1",
            "BITFIELD " + key("bits") + " INCRBY u8 8 3",
            "PFADD " + key("hll") + " " + value(),
            "RPUSH " + list + " " + value() + " " + value(),
            "LPUSH " + list + " " + value(),
            "LPOP " + list,
            "RPOP " + list,
            "LTRIM " + list + " 0 5",
            "LINSERT " + list + " BEFORE " + value() + " x",
            "LREM " + list + " 1 " + value(),
            "SADD " + set + " " + value() + " " + random.nextInt(100),
            "SREM " + set + " " + value(),
            "SPOP " + set + " 2",
            "ZADD " + zset + " " + random.nextInt(9) + " " + value(),
            "ZINCRBY " + zset + " 1.25 " + value(),
            "ZPOPMIN " + zset,
            "ZREMRANGEBYRANK " + zset + " 4 -1",
            "GEOADD " + key("geo") + " 13.3 38.1 " + value(),
            "HSET " + hash + " " + value() + " " + value(),
            "HINCRBY " + hash + " n 3",
            "HDEL " + hash + " " + value(),
            "XADD " + stream + " MAXLEN ~ 20 * f " + value(),
            "XGROUP CREATE " + stream + " g $ MKSTREAM",
            "XREADGROUP GROUP g c COUNT 1 STREAMS " + stream + " >",
            "XTRIM " + stream + " MAXLEN 10",
            "EXPIRE " + anyKey() + " 1000",
            "PEXPIRE " + anyKey() + " 5",
            "PERSIST " + anyKey(),
            "DEL " + anyKey(),
            "UNLINK " + anyKey());
    return choices.get(random.nextInt(choices.size()));
  }

  /** What came with Redis 6.2 and 7.0. */
  private String newerWords() {
    String stream = key("stream");
    List<String> choices =
        List.of(
            "SET " + key("string") + " " + value() + " EXAT 1999999999",
            "SET " + key("string") + " " + value() + " XX GET",
            "GETEX " + key("string") + " PX 100000",
            "GETDEL " + key("string"),
            "EXPIRE " + anyKey() + " 5000 GT",
            "LPOP " + key("list") + " 2",
            "RPOP " + key("list") + " 2",
            "LMPOP 2 " + key("list") + " " + key("list") + " LEFT COUNT 2",
            "ZADD " + key("zset") + " GT CH 5 " + value(),
            "ZADD " + key("zset") + " LT 1 " + value(),
            "ZMPOP 1 " + key("zset") + " MIN COUNT 2",
            "ZDIFFSTORE " + key("zset") + " 2 " + key("zset") + " " + key("zset"),
            "GEOSEARCHSTORE "
                + key("zset")
                + " "
                + key("geo")
                + " FROMLONLAT 13 38 BYRADIUS 500 km",
            "COPY " + key("stream") + " " + key("stream") + " REPLACE",
            "XADD " + stream + " NOMKSTREAM * f " + value(),
            "XADD " + stream + " MINID ~ 5-1 * f " + value(),
            "XTRIM " + stream + " MINID 5-1",
            "XAUTOCLAIM " + stream + " g d 0 0-0",
            "XGROUP CREATECONSUMER " + stream + " g e",
            "XGROUP SETID " + stream + " g 0 ENTRIESREAD 1");
    return choices.get(random.nextInt(choices.size()));
  }

  /** What came with Redis 8 and Valkey 9; each refuses some of it. */
  private String newestWords() {
    String hash = key("hash");
    String stream = key("stream");
    List<String> choices =
        List.of(
            newerWords(),
            "SET " + key("string") + " " + value() + " IFEQ " + value(),
            "MSETEX 2 " + key("string") + " a " + key("string") + " b PXAT 1999999999000",
            "MSETEX 2 " + key("string") + " a " + key("string") + " b KEEPTTL",
            "DELEX " + key("string") + " IFEQ a",
            "DELIFEQ " + key("string") + " a",
            "HSETEX " + hash + " FIELDS 1 " + value() + " x",
            "HSETEX " + hash + " FXX KEEPTTL FIELDS 1 " + value() + " x",
            "HGETDEL " + hash + " FIELDS 1 " + value(),
            "BITOP ONE " + key("bits") + " " + key("bits") + " " + key("bits"),
            "XADD " + stream + " IDMP p " + random.nextInt(5) + " * f " + value(),
            "XADD " + stream + " MAXLEN = 15 ACKED * f " + value(),
            "XADD " + stream + " MAXLEN = 10 DELREF * f " + value());
    return choices.get(random.nextInt(choices.size()));
  }

  private String severalKeys() {
    if (random.nextInt(60) == 0) {
      return random.nextInt(3) == 0 ? "FLUSHDB" : "SWAPDB 1 2";
    }
    List<String> choices =
        List.of(
            "MSET " + key("string") + " " + value() + " " + key("string") + " " + value(),
            "MSETNX " + key("string") + " " + value() + " " + key("string") + " " + value(),
            "DEL " + anyKey() + " " + anyKey() + " " + anyKey(),
            "UNLINK " + anyKey() + " " + anyKey(),
            two("RENAME", "string"),
            two("RENAMENX", "list"),
            two("RENAME", "zset"),
            two("RENAME", "stream"),
            "SMOVE " + key("set") + " " + key("set") + " " + value(),
            "RPOPLPUSH " + key("list") + " " + key("list"),
            "SUNIONSTORE " + key("set") + " " + key("set") + " " + key("set"),
            "SINTERSTORE " + key("set") + " " + key("set") + " " + key("set"),
            "SDIFFSTORE " + key("set") + " " + key("set") + " " + key("set"),
            "ZUNIONSTORE " + key("zset") + " 2 " + key("zset") + " " + key("zset"),
            "ZINTERSTORE " + key("zset") + " 2 " + key("zset") + " " + key("zset"),
            "BITOP OR " + key("bits") + " " + key("bits") + " " + key("bits"),
            "PFMERGE " + key("hll") + " " + key("hll") + " " + key("hll"),
            "PFCOUNT " + key("hll"),
            "SORT " + key("set") + " ALPHA STORE " + key("list"),
            "GEORADIUS " + key("geo") + " 13 38 500 km STORE " + key("zset"),
            "MOVE " + anyKey() + " " + random.nextInt(Dataset.DATABASES),
            newerThanSix ? two("COPY", "hash") + " REPLACE" : two("RENAME", "hash"),
            newerThanSix
                ? two("LMOVE", "list") + " LEFT RIGHT"
                : "BRPOPLPUSH " + key("list") + " " + key("list") + " 1",
            newerThanSix
                ? "ZRANGESTORE " + key("zset") + " " + key("zset") + " 0 -1"
                : "ZPOPMAX " + key("zset"),
            newerThanSix
                ? "COPY " + key("string") + " " + key("string") + " DB " + random.nextInt(4)
                : "GETSET " + key("string") + " " + value());
    return choices.get(random.nextInt(choices.size()));
  }

  private String two(String command, String type) {
    return command + " " + key(type) + " " + key(type);
  }

  private String anyKey() {
    List<String> types =
        List.of("string", "number", "bits", "hll", "list", "set", "zset", "geo", "hash", "stream");
    return key(types.get(random.nextInt(types.size())));
  }

  private String key(String type) {
    return random.nextInt(10) + ":" + type + ":" + random.nextInt(KEYS_OF_A_KIND);
  }

  private String value() {
    return "v" + random.nextInt(20) + (random.nextInt(30) == 0 ? "x".repeat(200) : "");
  }

  private static List<String[]> one(String[] command) {
    return Collections.singletonList(command);
  }

  private static String[] words(String text) {
    return text.split(" ", -1);
  }
}
