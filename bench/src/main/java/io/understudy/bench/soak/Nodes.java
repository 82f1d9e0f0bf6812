package io.understudy.bench.soak;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.RedisProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The three servers behind the program, one of which is killed now and then. Not thread-safe. */
final class Nodes {
  private static final int NUMBER = 3;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final Children children;
  private final RedisClient lettuce;
  private final List<RedisProcess> processes = new ArrayList<>();

  Nodes(Children children, RedisClient lettuce) throws IOException {
    this.children = children;
    this.lettuce = lettuce;
    for (int i = 0; i < NUMBER; i++) {
      processes.add(RedisProcess.start(children));
    }
  }

  /** Makes the second and the third replicas of the first, as an operator has done it before. */
  void replicate() {
    for (RedisProcess replica : processes.subList(1, NUMBER)) {
      try (StatefulRedisConnection<String, String> connection = connect(replica.port())) {
        connection.sync().replicaof("127.0.0.1", processes.getFirst().port());
      }
    }
  }

  List<Integer> ports() {
    return processes.stream().map(RedisProcess::port).toList();
  }

  /** A connection to a server itself. */
  StatefulRedisConnection<String, String> connect(int port) {
    return lettuce.connect(
        RedisURI.builder().withHost("127.0.0.1").withPort(port).withTimeout(TIMEOUT).build());
  }

  /** The primary, if exactly one says that it is, and all others follow with their link up. */
  Optional<RedisProcess> wholePrimary() {
    Optional<RedisProcess> primary = Optional.empty();
    int replicas = 0;
    for (RedisProcess process : processes) {
      try (StatefulRedisConnection<String, String> connection = connect(process.port())) {
        String info = connection.sync().info("replication");
        if (info.contains("role:master")) {
          if (primary.isPresent()) {
            return Optional.empty();
          }
          primary = Optional.of(process);
        } else if (info.contains("master_link_status:up")) {
          replicas++;
        }
      } catch (RedisException e) {
        return Optional.empty();
      }
    }
    return replicas == NUMBER - 1 ? primary : Optional.empty();
  }

  /** Kills one with {@code kill -9}. */
  void kill(RedisProcess victim) {
    ProcessHandle.of(victim.pid()).ifPresent(ProcessHandle::destroyForcibly);
  }

  /** Starts one that was killed again, at its port, without its data. */
  void startEmpty(RedisProcess killed) throws IOException {
    processes.set(processes.indexOf(killed), RedisProcess.start(children, killed.port()));
  }
}
