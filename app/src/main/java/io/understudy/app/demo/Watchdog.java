package io.understudy.app.demo;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A shell that outlives this process by a moment: when its input ends, however this process ended,
 * it kills every server that was announced to it and removes the demo's folder.
 */
final class Watchdog implements AutoCloseable {
  private static final String SCRIPT =
      """
      trap '' INT TERM HUP QUIT TSTP
      while read -r word pid; do
        case $word in
          started) pids="$pids $pid" ;;
          ended) pids=$(for p in $pids; do [ "$p" = "$pid" ] || echo "$p"; done) ;;
        esac
      done
      for p in $pids; do kill -9 "$p" 2>/dev/null; done
      rm -rf "$1"
      """;

  private final BufferedWriter lines;
  private final Process process;

  private Watchdog(Process process) {
    this.process = process;
    this.lines = process.outputWriter(StandardCharsets.US_ASCII);
  }

  /**
   * Starts the watch.
   *
   * @param folder is removed with everything in it
   */
  static Watchdog start(Path folder) throws IOException {
    return new Watchdog(
        new ProcessBuilder("sh", "-c", SCRIPT, "understudy-demo-watchdog", folder.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** A server was started; it is killed when this process ends. */
  synchronized void started(long pid) throws IOException {
    say("started " + pid);
  }

  /** A server ended; its number may soon be another process's. */
  synchronized void ended(long pid) throws IOException {
    say("ended " + pid);
  }

  private void say(String line) throws IOException {
    lines.write(line + "\n");
    lines.flush();
  }

  /** Kills what is left, removes the folder, and waits for both. */
  @Override
  public synchronized void close() {
    try {
      lines.close();
      process.waitFor();
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
