package io.understudy.replication.rdb;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Files of real servers, each written once for all tests that only read it. */
final class ServerFiles {
  private static final Map<ServerVersion, byte[]> SMALL = new ConcurrentHashMap<>();
  private static final Map<ServerVersion, Full> FULL = new ConcurrentHashMap<>();

  /** A file and what the server that wrote it answered. */
  @SuppressWarnings("ArrayRecordComponent")
  record Full(byte[] file, SortedMap<String, String> contents, SortedMap<String, byte[]> dumps) {}

  private ServerFiles() {}

  /** A file of {@link Dataset#fill}, a few thousand bytes long. */
  static byte[] small(ServerVersion version) {
    return SMALL
        .computeIfAbsent(
            version,
            v -> {
              try (RedisServer server = Dataset.start(v)) {
                Dataset.fill(server);
                return Dataset.save(server);
              }
            })
        .clone();
  }

  /** What DUMP answers of each key of the first database that has no time. */
  private static SortedMap<String, byte[]> dumps(RedisServer server) {
    SortedMap<String, byte[]> dumps = new TreeMap<>();
    for (String key : Answers.texts(server.call("KEYS", "*"))) {
      if (!key.equals("expiring")) {
        dumps.put(key, server.command("DUMP", key).getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    return dumps;
  }

  /** A file of everything in {@link Dataset}; its bytes are not to be changed. */
  static Full full(ServerVersion version) {
    return FULL.computeIfAbsent(
        version,
        v -> {
          try (RedisServer server = Dataset.start(v)) {
            Dataset.fill(server);
            Dataset.fillLarge(server);
            return new Full(Dataset.save(server), Contents.of(server), dumps(server));
          }
        });
  }
}
