package io.understudy.bench.measure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Child processes and one temporary directory for them; closing it, or the end of this program in
 * any way but {@code kill -9}, ends them all and deletes it.
 */
public final class Children implements AutoCloseable {
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(5);
  private static final byte[] PING = Resp.request("PING");

  private final Path directory;
  private final Deque<Process> processes = new ArrayDeque<>();
  private final Thread hook = new Thread(this::stopAll, "stop-children");

  private Children(Path directory) {
    this.directory = directory;
  }

  /** Makes the directory. */
  public static Children inTemporaryDirectory() throws IOException {
    Children children = new Children(Files.createTempDirectory("understudy-bench-"));
    Runtime.getRuntime().addShutdownHook(children.hook);
    return children;
  }

  /** Where configuration and data of the children may be written. */
  public Path directory() {
    return directory;
  }

  /** Starts a program; both its outputs go to {@code NAME.log} in the directory. */
  public Process start(String name, List<String> command) throws IOException {
    return start(name, command, Map.of());
  }

  /** The same with more environment variables. */
  public synchronized Process start(
      String name, List<String> command, Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(directory.resolve(name + ".log").toFile()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    processes.push(process);
    return process;
  }

  /**
   * Waits until {@code port} of 127.0.0.1 accepts connections and answers a PING.
   *
   * @throws IOException when the process ended, or did not answer in time; with the end of its log
   */
  public void awaitServing(String name, Process process, int port, Duration deadline)
      throws IOException {
    long end = System.nanoTime() + deadline.toNanos();
    while (true) {
      if (answers(port)) {
        return;
      }
      if (!process.isAlive()) {
        throw new IOException(
            name + " ended with code " + process.exitValue() + ": " + endOfLog(name));
      }
      if (System.nanoTime() > end) {
        throw new IOException(
            name
                + " does not serve on port "
                + port
                + " after "
                + deadline
                + ": "
                + endOfLog(name));
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /** Whether a server on 127.0.0.1 accepts a connection and answers a PING. */
  public static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(1000);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      socket.getOutputStream().write(PING);
      return socket.getInputStream().read() == '+';
    } catch (IOException e) {
      return false;
    }
  }

  /** The last lines that a child wrote, in one line. */
  public String endOfLog(String name) throws IOException {
    List<String> lines = Files.readAllLines(directory.resolve(name + ".log"));
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }

  /** A port on 127.0.0.1 that nobody listens on at the moment. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private synchronized void stopAll() {
    processes.forEach(Process::destroy);
    long end = System.nanoTime() + STOP_DEADLINE.toNanos();
    for (Process process : processes) {
      try {
        if (!process.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
    processes.clear();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("bench: cannot delete " + directory + ": " + e.getMessage());
    }
  }

  @Override
  public void close() {
    stopAll();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The program is ending, and the hook itself is running.
      return;
    }
  }
}
