package io.understudy.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A redis-server that keeps nothing on disk.
 *
 * @param pid its process
 * @param port where it listens on 127.0.0.1
 */
public record RedisProcess(long pid, int port) {
  private static final Duration START_DEADLINE = Duration.ofSeconds(30);

  /** Starts the redis-server on the path, and waits until it answers. */
  public static RedisProcess start(Children children) throws IOException {
    return start(children, Children.freePort());
  }

  /** The same at a port, which may be that of one that was killed: the new one is empty. */
  public static RedisProcess start(Children children, int port) throws IOException {
    Path data = Files.createDirectories(children.directory().resolve("redis-" + port));
    Process process =
        children.start(
            "redis-server",
            List.of(
                "redis-server",
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                data.toString()));
    children.awaitServing("redis-server", process, port, START_DEADLINE);
    return new RedisProcess(process.pid(), port);
  }
}
