package io.understudy.testkit;

import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One real server process on a loopback port of its own, with its own folder and configuration
 * file, which can be killed, frozen and restarted there.
 *
 * <p>Its configuration file holds what {@code start} was given, and from then on what the server
 * itself rewrites into it; restarts read that file, as a service's would. Not thread-safe, except
 * {@link #command}, {@link #call} and {@link #info}.
 */
public final class RedisServer implements AutoCloseable {
  private static final Set<RedisServer> RUNNING = ConcurrentHashMap.newKeySet();
  private static final String CONFIGURATION_FILE = "server.conf";
  private static final int START_TRIES = 5;
  private static final int SIGNAL_DEADLINE_SECONDS = 10;

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(RedisServer::killProcess)));
  }

  private final ServerVersion version;
  private final Ports.Reserved port;
  private final Path folder;
  private final List<String> launch;
  private @Nullable Process process;
  private @Nullable RespClient client;

  private RedisServer(
      ServerVersion version, Ports.Reserved port, Path folder, List<String> launch) {
    this.version = version;
    this.port = port;
    this.folder = folder;
    this.launch = launch;
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param directives configuration as on the server's command line, such as {@code "--maxmemory",
   *     "100mb"}; later ones win over the testkit's own
   */
  public static RedisServer start(ServerVersion version, String... directives) {
    return launched(version, true, List.of(directives));
  }

  /** Starts a server that has no configuration file, so that CONFIG REWRITE is refused. */
  public static RedisServer startWithoutFile(ServerVersion version, String... directives) {
    return launched(version, false, List.of(directives));
  }

  /** Starts a server that follows {@code primary} from its start; does not wait for the link. */
  public static RedisServer startReplica(
      ServerVersion version, RedisServer primary, String... directives) {
    List<String> all = new ArrayList<>(List.of(directives));
    all.addAll(
        List.of(
            "--replicaof", primary.address().host(), Integer.toString(primary.address().port())));
    return launched(version, true, all);
  }

  private static RedisServer launched(
      ServerVersion version, boolean withFile, List<String> directives) {
    for (int i = 1; i < START_TRIES; i++) {
      try {
        return launchedOnce(version, withFile, directives);
      } catch (PortTakenException e) {
        // A cluster's second port, 10,000 above, cannot be reserved; another one may be free.
      }
    }
    return launchedOnce(version, withFile, directives);
  }

  private static final class PortTakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PortTakenException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private static RedisServer launchedOnce(
      ServerVersion version, boolean withFile, List<String> directives) {
    Ports.Reserved port = Ports.reserve();
    try {
      Path folder = Files.createTempDirectory("understudy-" + version + "-" + port.port() + "-");
      List<String> all = new ArrayList<>(standing(version, port.port(), folder));
      all.addAll(directives);
      List<String> launch = new ArrayList<>(List.of(version.program().toString()));
      if (withFile) {
        Path file = folder.resolve(CONFIGURATION_FILE);
        Files.writeString(file, asFile(all));
        launch.add(file.toString());
      } else {
        launch.addAll(all);
      }
      var server = new RedisServer(version, port, folder, launch);
      server.startProcess();
      try {
        server.awaitAnswering();
      } catch (AssertionError e) {
        String log = server.log();
        server.close();
        if (log.contains("already in use")) {
          throw new PortTakenException(log, e);
        }
        throw e;
      }
      return server;
    } catch (IOException e) {
      port.close();
      throw new AssertionError("cannot start " + version, e);
    }
  }

  private static List<String> standing(ServerVersion version, int port, Path folder) {
    List<String> directives = new ArrayList<>();
    directives.addAll(List.of("--bind", "127.0.0.1", "--port", Integer.toString(port)));
    directives.addAll(List.of("--dir", folder.toString()));
    directives.addAll(List.of("--logfile", folder.resolve("server.log").toString()));
    directives.addAll(List.of("--save", "", "--repl-diskless-sync-delay", "0"));
    if (version.hidesDebugCommand()) {
      directives.addAll(List.of("--enable-debug-command", "local"));
    }
    return directives;
  }

  /** One directive a line: a word that starts with two dashes begins the next. */
  private static String asFile(List<String> directives) {
    var text = new StringBuilder();
    for (String word : directives) {
      if (word.startsWith("--")) {
        text.append('\n').append(word, 2, word.length());
      } else {
        text.append(" \"").append(word.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
      }
    }
    return text.append('\n').toString();
  }

  public ServerVersion version() {
    return version;
  }

  /** Where it listens; the same after every restart. */
  public Address address() {
    return new Address("127.0.0.1", port.port());
  }

  /** The process id of the present or last run. */
  public long pid() {
    return present().pid();
  }

  public boolean isRunning() {
    Process current = process;
    return current != null && current.isAlive();
  }

  /**
   * Puts directives on the command line of every start from the next one on. They win over the
   * configuration file, whatever the server rewrote into it.
   *
   * @param directives as {@link #start} takes them
   */
  public void alwaysStartWith(String... directives) {
    launch.addAll(List.of(directives));
  }

  /** The text of the reply. A refusal and a lost connection are {@link AssertionError}s. */
  public String command(String... command) {
    return call(command).text();
  }

  /** The reply, which may be an error of the server. */
  public synchronized Reply call(String... command) {
    try {
      RespClient connected = client;
      if (connected == null) {
        connected = connect();
        client = connected;
      }
      return connected.call(command);
    } catch (IOException e) {
      disconnect();
      throw new AssertionError(this + " did not answer " + String.join(" ", command), e);
    }
  }

  /** A connection of the caller's own, which the caller closes. */
  public RespClient connect() throws IOException {
    return new RespClient(address());
  }

  /** The fields of all sections of INFO. */
  public Map<String, String> info() {
    Map<String, String> fields = new LinkedHashMap<>();
    command("INFO")
        .lines()
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1));
              }
            });
    return fields;
  }

  /** One field of INFO; empty when the server does not have it. */
  public String info(String field) {
    return info().getOrDefault(field, "");
  }

  /** Kills the process as {@code kill -9} does, and waits until it is gone. */
  public void kill9() {
    killProcess();
    disconnect();
  }

  /** Ends the process with SIGTERM, and waits until it is gone. */
  public void terminate() {
    signal("TERM");
    awaitExit();
    disconnect();
  }

  /** Freezes the process with SIGSTOP: connections stay open and nothing answers. */
  public void stop() {
    signal("STOP");
  }

  /** Lets a frozen process go on, with SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  /** Kills it if it runs, forgets its data, and starts it again; waits until it answers. */
  public void restartEmpty() {
    kill9();
    forgetData();
    startProcess();
    awaitAnswering();
  }

  /** Kills it if it runs and starts it on the files it left; waits until it is loaded. */
  public void restartWithData() {
    startAgain();
    awaitAnswering();
  }

  /**
   * Writes its data to disk now. SAVE alone is refused while a child saves, as for a replica that
   * is being filled.
   */
  public void save() {
    Eventually.holds(this + " has saved", () -> command("SAVE").equals("OK"));
  }

  /** Kills it if it runs and starts it on the files it left; does not wait for anything. */
  public void startAgain() {
    kill9();
    startProcess();
  }

  /** Waits until commands are served: the process is up and has loaded its data. */
  public void awaitAnswering() {
    Eventually.holds(
        this + " answers",
        () ->
            !isRunning()
                || !(call("PING") instanceof Reply.Failure(String message)
                    && message.startsWith("LOADING")));
    if (!isRunning()) {
      throw new AssertionError(this + " ended at its start; its log says:\n" + log());
    }
  }

  /** Waits until it is a replica whose link to its primary is up. */
  public void awaitLinkUp() {
    Eventually.holds(
        this + " is in sync with its primary", () -> info("master_link_status").equals("up"));
  }

  /** The folder of its data, log and configuration file. */
  public Path folder() {
    return folder;
  }

  /** What it logged so far. */
  public String log() {
    try {
      return Files.readString(folder.resolve("server.log"));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /** Kills the process and deletes its folder. */
  @Override
  public void close() {
    kill9();
    RUNNING.remove(this);
    port.close();
    // A child that saves outlives the server for a moment, and writes there.
    Eventually.holds(folder + " is deleted", this::deleteFolder);
  }

  @Override
  public String toString() {
    return version + " at " + address();
  }

  private Process present() {
    Process current = process;
    if (current == null) {
      throw new IllegalStateException(version + " was never started");
    }
    return current;
  }

  private void startProcess() {
    try {
      process =
          new ProcessBuilder(launch)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("output.txt").toFile())
              .start();
      RUNNING.add(this);
    } catch (IOException e) {
      throw new AssertionError("cannot run " + launch, e);
    }
  }

  private void killProcess() {
    Process current = process;
    if (current != null) {
      current.destroyForcibly();
      awaitExit();
    }
  }

  private void awaitExit() {
    try {
      if (!present().waitFor(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError(this + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for the end of " + this, e);
    }
  }

  private void signal(String name) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
      if (!kill.waitFor(SIGNAL_DEADLINE_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new AssertionError("cannot send SIG" + name + " to " + this);
      }
    } catch (IOException e) {
      throw new AssertionError("cannot send SIG" + name + " to " + this, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while sending SIG" + name + " to " + this, e);
    }
  }

  private synchronized void disconnect() {
    RespClient connected = client;
    client = null;
    if (connected != null) {
      try {
        connected.close();
      } catch (IOException e) {
        throw new AssertionError("cannot close a socket", e);
      }
    }
  }

  private void forgetData() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".rdb") || name.endsWith(".aof") || name.endsWith(".manifest")) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new AssertionError("cannot empty " + folder, e);
    }
  }

  private boolean deleteFolder() throws IOException {
    if (Files.exists(folder)) {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                throws IOException {
              Files.delete(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return true;
  }
}
