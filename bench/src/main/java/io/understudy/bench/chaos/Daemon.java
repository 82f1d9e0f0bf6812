package io.understudy.bench.chaos;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One long-running program on a machine, which can be killed, frozen and started again. */
final class Daemon {
  /** Like the time a service manager gives, but shorter: nothing here has much to save. */
  private static final Duration END_PATIENCE = Duration.ofSeconds(5);

  private final Host host;
  private final List<String> command;
  private final Path folder;
  private final Path log;
  private final List<String> whenAgain;
  private @Nullable Process process;
  private boolean frozen;

  /**
   * Not started yet.
   *
   * @param whenAgain more words for every start but the first
   * @param folder where it runs
   * @param log gets both its outputs, of all runs
   */
  Daemon(Host host, List<String> command, List<String> whenAgain, Path folder, Path log) {
    this.host = host;
    this.command = command;
    this.whenAgain = whenAgain;
    this.folder = folder;
    this.log = log;
  }

  Host host() {
    return host;
  }

  Path folder() {
    return folder;
  }

  /** Starts it, unless it runs. */
  void start() throws IOException {
    if (isAlive()) {
      return;
    }
    List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", host.name()));
    inside.addAll(command);
    if (process != null) {
      inside.addAll(whenAgain);
    }
    process =
        new ProcessBuilder(inside)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(Redirect.appendTo(log.toFile()))
            .start();
    frozen = false;
  }

  boolean isAlive() {
    Process present = process;
    return present != null && present.isAlive();
  }

  /** The last line that it wrote. */
  String lastWords() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return lines.isEmpty() ? "(nothing)" : lines.getLast();
  }

  /** Kills it with {@code kill -9}, and waits until it is gone. */
  void kill() throws IOException {
    Process present = process;
    if (present == null) {
      return;
    }
    present.destroyForcibly();
    await(present);
  }

  /**
   * Ends it as a service is ended: with SIGTERM, and with {@code kill -9} if it stays. A server
   * whose disk is full stays, because it cannot save.
   */
  void terminate() throws IOException {
    Process present = process;
    if (present == null) {
      return;
    }
    thaw();
    present.destroy();
    try {
      if (!present.waitFor(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a process ended", e);
    }
  }

  /** SIGSTOP. */
  void freeze() throws IOException {
    if (isAlive() && !frozen) {
      signal("-STOP");
      frozen = true;
    }
  }

  /** SIGCONT, if it was stopped. */
  void thaw() throws IOException {
    if (isAlive() && frozen) {
      signal("-CONT");
    }
    frozen = false;
  }

  private void signal(String signal) throws IOException {
    Process present = process;
    if (present != null) {
      Shell.run("kill", signal, Long.toString(present.pid()));
    }
  }

  private static void await(Process ended) throws IOException {
    try {
      ended.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a process ended", e);
    }
  }

  @Override
  public String toString() {
    return host.name();
  }
}
