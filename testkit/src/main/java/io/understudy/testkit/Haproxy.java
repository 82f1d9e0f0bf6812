package io.understudy.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A running HAProxy with a configuration of the test's. */
public final class Haproxy implements AutoCloseable {
  private static final int STOP_SECONDS = 10;

  private final Process process;

  private Haproxy(Process process) {
    this.process = process;
  }

  /**
   * Starts the HAProxy that {@code testkit/servers} fetched.
   *
   * @param folder where its files go
   * @param configuration as in {@code haproxy.cfg}
   */
  public static Haproxy start(Path folder, String configuration) {
    try {
      Path file = Files.writeString(folder.resolve("haproxy.cfg"), configuration);
      return new Haproxy(
          new ProcessBuilder(program().toString(), "-db", "-f", file.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("haproxy.log").toFile())
              .start());
    } catch (IOException e) {
      throw new AssertionError("haproxy could not be started", e);
    }
  }

  private static Path program() throws IOException {
    try (Stream<Path> children = Files.list(ServerVersion.folder())) {
      return children
          .filter(child -> child.getFileName().toString().startsWith("haproxy-"))
          .map(child -> child.resolve("bin/haproxy"))
          .filter(Files::isExecutable)
          .max(Path::compareTo)
          .orElseThrow(
              () ->
                  new AssertionError(
                      "no haproxy is in "
                          + ServerVersion.folder()
                          + "; run testkit/servers, which fetches it"));
    }
  }

  /** Whether it runs; with a configuration that it does not take, it ends at once. */
  public boolean isRunning() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
