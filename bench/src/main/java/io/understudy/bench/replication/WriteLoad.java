package io.understudy.bench.replication;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * SETs of random keys of a million, in pipelines of 16, as fast as a server takes them.
 *
 * @param port of the server, on 127.0.0.1
 * @param writes how many
 * @param valueBytes of each
 */
record WriteLoad(int port, int writes, int valueBytes) {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  /** Begins. */
  Process start() throws IOException {
    return new ProcessBuilder(
            "redis-benchmark",
            "-p",
            Integer.toString(port),
            "-t",
            "set",
            "-P",
            "16",
            "-r",
            "1000000",
            "-d",
            Integer.toString(valueBytes),
            "-n",
            Integer.toString(writes),
            "-q")
        .redirectErrorStream(true)
        .redirectOutput(Path.of("/dev/null").toFile())
        .start();
  }

  /** Waits until one that was begun is through. */
  static void await(Process load) throws IOException, InterruptedException {
    if (!load.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS) || load.exitValue() != 0) {
      load.destroyForcibly();
      throw new IOException("redis-benchmark failed");
    }
  }

  /** Begins, and waits until it is through. */
  void run() throws IOException, InterruptedException {
    await(start());
  }
}
