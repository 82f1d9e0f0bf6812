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
 * @param command GET, SET or {@link #MIX}
 * @param depth requests that each connection sends before it waits
 * @param connections how many connections
 * @param valueBytes size of the values
 * @param resp3 whether connections say HELLO 3 first
 * @param more options of redis-benchmark, such as those of TLS
 */
public record RedisBenchmark(
    String command, int depth, int connections, int valueBytes, boolean resp3, List<String> more) {
  /** Four of five connections read, the fifth writes, as fast as each can. */
  public static final String MIX = "MIX";

  private static final int MIX_WRITE_SHARE = 5;
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  public RedisBenchmark {
    more = List.copyOf(more);
  }

  /** With no more options. */
  public RedisBenchmark(String command, int depth, int connections, int valueBytes, boolean resp3) {
    this(command, depth, connections, valueBytes, resp3, List.of());
  }

  /** The same with another depth. */
  public RedisBenchmark atDepth(int other) {
    return new RedisBenchmark(command, other, connections, valueBytes, resp3, more);
  }

  /**
   * Sends {@code requests} requests to a server on 127.0.0.1 and waits for the last reply.
   *
   * @throws IOException when redis-benchmark fails; with what it printed
   */
  public LoadResult run(int port, long requests) throws IOException, InterruptedException {
    if (!command.equals(MIX)) {
      return result(start(command, connections, port, requests));
    }
    int writers = Math.max(1, connections / MIX_WRITE_SHARE);
    long writes = Math.max(1, requests / MIX_WRITE_SHARE);
    Process writing = start("SET", writers, port, writes);
    Process reading = start("GET", Math.max(1, connections - writers), port, requests - writes);
    return result(reading).and(result(writing));
  }

  private Process start(String name, int clients, int port, long requests) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                "redis-benchmark",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-t",
                name.toLowerCase(Locale.ROOT),
                "-n",
                Long.toString(requests),
                "-c",
                Integer.toString(clients),
                "-P",
                Integer.toString(depth),
                "-d",
                Integer.toString(valueBytes),
                "--csv"));
    if (resp3) {
      line.add("-3");
    }
    line.addAll(more);
    return new ProcessBuilder(line).redirectErrorStream(true).start();
  }

  private static LoadResult result(Process process) throws IOException, InterruptedException {
    // One line of result fits the pipe, so it can be read after the end. Refused connections make
    // redis-benchmark try for ever, hence the deadline.
    if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IOException("redis-benchmark did not end within " + DEADLINE);
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.exitValue() != 0) {
      throw new IOException(
          "redis-benchmark ended with code " + process.exitValue() + ": " + output);
    }
    return LoadResult.parseCsv(output);
  }
}
