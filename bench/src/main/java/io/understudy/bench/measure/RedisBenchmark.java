package io.understudy.bench.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The load generator: redis-benchmark, one thread, many connections.
 *
 * @param command GET or SET
 * @param depth requests that each connection sends before it waits
 * @param connections how many connections
 * @param valueBytes size of the values
 * @param resp3 whether connections say HELLO 3 first
 */
public record RedisBenchmark(
    String command, int depth, int connections, int valueBytes, boolean resp3) {
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  /**
   * Sends {@code requests} requests to a server on 127.0.0.1 and waits for the last reply.
   *
   * @throws IOException when redis-benchmark fails; with what it printed
   */
  public LoadResult run(int port, long requests) throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(
            List.of(
                "redis-benchmark",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-t",
                command.toLowerCase(Locale.ROOT),
                "-n",
                Long.toString(requests),
                "-c",
                Integer.toString(connections),
                "-P",
                Integer.toString(depth),
                "-d",
                Integer.toString(valueBytes),
                "--csv"));
    if (resp3) {
      line.add("-3");
    }
    // One line of result fits the pipe, so it can be read after the end. Refused connections make
    // redis-benchmark try for ever, hence the deadline.
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IOException(String.join(" ", line) + " did not end within " + DEADLINE);
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.exitValue() != 0) {
      throw new IOException(
          String.join(" ", line) + " ended with code " + process.exitValue() + ": " + output);
    }
    return LoadResult.parseCsv(output);
  }
}
