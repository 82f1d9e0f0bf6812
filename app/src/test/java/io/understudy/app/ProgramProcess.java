package io.understudy.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The program as a process of its own, as a user starts it. */
public final class ProgramProcess implements AutoCloseable {
  private static final int DEADLINE_SECONDS = 120;

  private final Process process;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<Thread> readers = new ArrayList<>();

  private ProgramProcess(Process process) {
    this.process = process;
    readers.add(Thread.startVirtualThread(() -> copy(process.getInputStream(), out)));
    readers.add(Thread.startVirtualThread(() -> copy(process.getErrorStream(), err)));
  }

  /** Starts it in a folder. */
  public static ProgramProcess start(
      Path folder, Map<String, String> environment, List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                // Whoever ignores SIGHUP, as nohup does, hands that on to what it starts.
                "env",
                "--default-signal=HUP",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:MaxDirectMemorySize=1g",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.understudy.app.Main"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return new ProgramProcess(process);
  }

  /** Runs it to its end. */
  public static Ended run(Path folder, String... arguments) throws Exception {
    try (ProgramProcess program = start(folder, Map.of(), List.of(arguments))) {
      return program.await();
    }
  }

  private static void copy(InputStream from, StringWriter to) {
    byte[] buffer = new byte[8192];
    try (from) {
      for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
        to.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      to.append(e.toString());
    }
  }

  /** Waits for its end. */
  public Ended await() throws InterruptedException {
    if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("it did not end; it said: " + out + err);
    }
    for (Thread reader : readers) {
      reader.join();
    }
    return new Ended(process.exitValue(), out.toString(), err.toString());
  }

  /** SIGTERM; what it says until its end is still read. */
  public void terminate() {
    process.toHandle().destroy();
  }

  /** SIGHUP. */
  public void hangUp() throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new AssertionError("cannot send SIGHUP");
    }
  }

  /** Whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Its number, for signals. */
  public long pid() {
    return process.pid();
  }

  /** What it has written to standard error so far. */
  public String err() {
    return err.toString();
  }

  /** What it has written to standard output so far. */
  public String out() {
    return out.toString();
  }

  /** Ends it at once, as {@code kill -9} does. */
  public void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    kill();
  }

  /** How it ended and what it said. */
  public record Ended(int exitCode, String out, String err) {}
}
