package io.understudy.replication.rdb;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Files of real servers, each written once for all tests that only read it. */
final class ServerFiles {
  private static final Map<ServerVersion, byte[]> SMALL = new ConcurrentHashMap<>();

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
}
