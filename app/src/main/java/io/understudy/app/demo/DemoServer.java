package io.understudy.app.demo;

import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.app.wiring.StartException;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One of the demo's servers: a real process that can be killed, frozen and restarted. */
final class DemoServer {
  private static final Duration POLL = Duration.ofMillis(10);
  private static final int MAX_POLLS = 1_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final int STOP_DEADLINE_SECONDS = 10;

  private final ServerProgram program;
  private final Address address;
  private final Path folder;
  private final Watchdog watchdog;
  private Optional<Process> process = Optional.empty();
  private boolean frozen;

  DemoServer(ServerProgram program, Address address, Path folder, Watchdog watchdog) {
    this.program = program;
    this.address = address;
    this.folder = folder;
    this.watchdog = watchdog;
  }

  /** Where it listens. */
  Address address() {
    return address;
  }

  /** What it is doing, as whoever sits at its machine knows it. */
  enum State {
    RUNNING,
    FROZEN,
    DEAD
  }

  synchronized State state() {
    if (process.filter(Process::isAlive).isEmpty()) {
      return State.DEAD;
    }
    return frozen ? State.FROZEN : State.RUNNING;
  }

  /** Starts it for the first time, as a replica of {@code primary} if there is one. */
  synchronized void start(Optional<Address> primary) throws StartException {
    try {
      Files.createDirectories(folder);
      String replicaOf =
          primary.map(p -> "replicaof " + p.host() + " " + p.port() + "\n").orElse("");
      Files.writeString(
          folder.resolve("server.conf"),
          """
          bind %s
          port %d
          dir %s
          logfile %s/server.log
          save ""
          appendonly yes
          repl-diskless-sync yes
          repl-diskless-sync-delay 0
          repl-ping-replica-period 1
          """
                  .formatted(address.host(), address.port(), folder, folder)
              + replicaOf);
      launch();
    } catch (IOException e) {
      throw new StartException("cannot start " + program.path() + " in " + folder, e);
    }
    awaitAnswer();
  }

  /** Starts it again with the data and the configuration that it left. */
  synchronized void restart() throws IOException {
    if (state() == State.DEAD) {
      launch();
    }
  }

  /** Starts it again with no data, as after the loss of its disk. */
  synchronized void restartEmpty() throws IOException {
    if (state() == State.DEAD) {
      removeData();
      launch();
    }
  }

  private void launch() throws IOException {
    Process started =
        new ProcessBuilder(program.path().toString(), folder.resolve("server.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("out.log").toFile()))
            .start();
    watchdog.started(started.pid());
    process = Optional.of(started);
    frozen = false;
  }

  private void removeData() throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String name = file.getFileName().toString();
            if (name.endsWith(".aof") || name.endsWith(".rdb") || name.endsWith(".manifest")) {
              Files.delete(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** {@code kill -9}, and waits until it is gone. */
  synchronized void kill() throws IOException {
    if (process.isPresent()) {
      Process victim = process.get();
      victim.destroyForcibly();
      try {
        victim.waitFor(STOP_DEADLINE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      process = Optional.empty();
      watchdog.ended(victim.pid());
    }
  }

  /** Stops it between two instructions: its port still accepts, and nothing is answered. */
  synchronized void freeze() throws IOException {
    if (state() == State.RUNNING) {
      signal("STOP");
      frozen = true;
    }
  }

  /** Lets it go on. */
  synchronized void thaw() throws IOException {
    if (state() == State.FROZEN) {
      signal("CONT");
      frozen = false;
    }
  }

  private void signal(String name) throws IOException {
    long pid = process.map(Process::pid).orElseThrow();
    // The shell's own kill: a bare machine has no other.
    Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).start();
    try {
      kill.waitFor(STOP_DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitAnswer() throws StartException {
    for (int i = 0; i < MAX_POLLS && state() == State.RUNNING; i++) {
      try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
        connection.ask("PING");
        return;
      } catch (IOException e) {
        LockSupport.parkNanos(POLL.toNanos());
      }
    }
    throw new StartException(
        program.path() + " does not answer at " + address + "; its log is in " + folder);
  }

  /** The named field of INFO, asked directly; empty when it does not answer. */
  Optional<String> info(String field) {
    try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
      return connection.ask("INFO", "replication") instanceof Reply.Text info
          ? info.text()
              .lines()
              .filter(line -> line.startsWith(field + ":"))
              .map(line -> line.substring(field.length() + 1).strip())
              .findFirst()
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
