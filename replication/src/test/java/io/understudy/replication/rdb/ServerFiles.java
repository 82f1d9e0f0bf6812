package io.understudy.replication.rdb;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

  /**
   * The servers whose formats are known here. Debian's moving suites may bring a server of
   * tomorrow, which must not break a build that changed nothing.
   */
  static List<ServerVersion> servers() {
    return ServerVersion.installed().stream().filter(v -> !isOfTomorrow(v)).toList();
  }

  /** The newest of {@link #servers} of a family. */
  static ServerVersion newest(ServerVersion.Family family) {
    return servers().stream()
        .filter(v -> v.family() == family)
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private static boolean isOfTomorrow(ServerVersion version) {
    boolean tomorrow =
        switch (version.family()) {
          case REDIS -> version.isAtLeast(8, 7);
          case VALKEY -> version.isAtLeast(9, 2);
        };
    if (tomorrow) {
      System.out.println(version + " is newer than the formats that were tried: left out");
    }
    return tomorrow;
  }

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
