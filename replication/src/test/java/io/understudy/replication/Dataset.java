package io.understudy.replication;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Reply;
import io.understudy.testkit.ServerVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything that a server holds, in a form that does not depend on how it holds it: for each key
 * of each database its type, value and time of expiry.
 */
final class Dataset {
  /** Databases that the tests use. */
  static final int DATABASES = 4;

  private static final int MAX_READINGS = 10_000;
  private static final long SHORTEST_LIFE_MILLIS = 100;

  /** What PTTL says of a key that is not there. */
  private static final long GONE = -2;

  private Dataset() {}

  /**
   * Reads a server. Nothing may change it meanwhile but time: it is read again until no key is
   * about to expire, because such a key may be there on one server and gone when the next is read.
   */
  static Map<String, String> of(RedisServer server) {
    for (int tries = 0; tries < MAX_READINGS; tries++) {
      Optional<Map<String, String>> keys = lasting(server);
      if (keys.isPresent()) {
        return keys.get();
      }
    }
    throw new AssertionError("there is always a key that is about to expire on " + server);
  }

  private static Optional<Map<String, String>> lasting(RedisServer server) {
    Map<String, String> keys = new TreeMap<>();
    boolean lasting = true;
    for (int database = 0; database < DATABASES; database++) {
      server.command("SELECT", Integer.toString(database));
      if (server.call("KEYS", "*") instanceof Reply.Items(List<Reply> names)) {
        for (Reply name : names) {
          String key = name.text();
          long leftMillis = Long.parseLong(server.command("PTTL", key));
          if (leftMillis == GONE || (leftMillis >= 0 && leftMillis < SHORTEST_LIFE_MILLIS)) {
            lasting = false;
          } else {
            keys.put(database + "/" + key, entry(server, key));
          }
        }
      }
    }
    server.command("SELECT", "0");
    return lasting ? Optional.of(keys) : Optional.empty();
  }

  /** The same as far as servers of all versions tell it alike. */
  static Map<String, String> told(RedisServer server) {
    Map<String, String> all = of(server);
    all.replaceAll(
        (key, value) ->
            value
                .replaceAll(" field expiries \\[[-0-9, ]*\\]", "")
                .replaceAll("expires (-1|never)$", "expires never")
                .replaceAll("expires (\\d+|some time)$", "expires some time")
                .replaceAll(" groups .* expires", " expires"));
    return all;
  }

  private static String entry(RedisServer server, String key) {
    String type = server.command("TYPE", key);
    String value =
        switch (type) {
          case "string" -> server.command("GET", key);
          case "list" -> server.command("LRANGE", key, "0", "-1");
          case "set" -> sorted(server.call("SMEMBERS", key), 1);
          case "zset" -> server.command("ZRANGE", key, "0", "-1", "WITHSCORES");
          case "hash" -> sorted(server.call("HGETALL", key), 2) + fieldExpiries(server, key);
          case "stream" -> stream(server, key);
          default -> throw new AssertionError("type " + type);
        };
    return type + " " + value + " expires " + expiry(server, key);
  }

  /** A replica keeps what has expired until it is told; what matters is when it does. */
  private static String expiry(RedisServer server, String key) {
    return server.version().isAtLeast(7, 0)
        ? server.command("PEXPIRETIME", key)
        : server.command("PTTL", key).equals("-1") ? "never" : "some time";
  }

  private static String fieldExpiries(RedisServer server, String key) {
    ServerVersion version = server.version();
    boolean knows =
        version.family() == ServerVersion.Family.REDIS
            ? version.isAtLeast(7, 4)
            : version.isAtLeast(9, 0);
    if (!knows) {
      return "";
    }
    List<String> lines = new ArrayList<>();
    if (server.call("HKEYS", key) instanceof Reply.Items(List<Reply> fields)) {
      for (Reply field : fields) {
        lines.add(server.command("HPEXPIRETIME", key, "FIELDS", "1", field.text()));
      }
      lines.sort(null);
    }
    return " field expiries " + lines;
  }

  private static String stream(RedisServer server, String key) {
    // A consumer that never got anything is not replicated, by no server; the lag is an estimate.
    // How many entries a group has read is not replicated by servers before 8.0 either: a direct
    // replica of Redis 7.0.15 shows 1 where its primary shows 3.
    String estimated =
        server.version().isAtLeast(8, 0) ? "lag|consumers" : "lag|consumers|entries-read";
    String groups =
        server.command("XINFO", "GROUPS", key).replaceAll("(" + estimated + ") \\S+", "");
    return server.command("XRANGE", key, "-", "+") + " groups " + groups;
  }

  /** What two servers hold differently: a line for each key. */
  static List<String> differences(Map<String, String> expected, Map<String, String> found) {
    List<String> lines = new ArrayList<>();
    var keys = new TreeSet<>(expected.keySet());
    keys.addAll(found.keySet());
    for (String key : keys) {
      String left = expected.getOrDefault(key, "nothing");
      String right = found.getOrDefault(key, "nothing");
      if (!left.equals(right)) {
        lines.add(key + ": " + left + ", but here: " + right);
      }
    }
    return lines;
  }

  private static String sorted(Reply reply, int step) {
    List<String> items = new ArrayList<>();
    if (reply instanceof Reply.Items(List<Reply> all)) {
      for (int i = 0; i < all.size(); i += step) {
        items.add(String.join("=", all.subList(i, i + step).stream().map(Reply::text).toList()));
      }
    }
    items.sort(null);
    return items.toString();
  }
}
