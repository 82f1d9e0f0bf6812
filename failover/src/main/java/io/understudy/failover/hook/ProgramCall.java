package io.understudy.failover.hook;

import io.understudy.failover.hook.HookRunner.Said;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs programs: in the folder {@code /}, with nothing in their environment but what the event says
 * and a plain {@code PATH}, and the event as JSON on standard input. Any thread; blocks.
 */
final class ProgramCall {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** What a program writes beyond this is read and dropped. */
  private static final int MOST_OUTPUT_BYTES = 8_192;

  /** A child that lives on may keep the output open; it is not waited for. */
  private static final long OUTPUT_WAIT_MILLIS = 200;

  private final ExecutorService readers;

  ProgramCall(ExecutorService readers) {
    this.readers = readers;
  }

  Said run(List<String> command, HookEvent event, long nanos) {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).directory(Path.of("/").toFile());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", PATH);
    environment.putAll(event.environment());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return Said.of(HookAnswer.Kind.FAILED, String.valueOf(e.getMessage()));
    }
    try {
      Future<String> output = readers.submit(() -> read(process.getInputStream()));
      tell(process, event);
      if (!process.waitFor(nanos, TimeUnit.NANOSECONDS)) {
        kill(process);
        return Said.of(HookAnswer.Kind.LATE, text(process, output));
      }
      return ended(process.exitValue(), text(process, output));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Said.of(HookAnswer.Kind.FAILED, "understudy is ending");
    } catch (RejectedExecutionException e) {
      return Said.of(HookAnswer.Kind.FAILED, "understudy is ending");
    } finally {
      kill(process);
    }
  }

  private static Said ended(int exitCode, String output) {
    return exitCode == 0
        ? Said.of(HookAnswer.Kind.AGREED, output)
        : Said.of(HookAnswer.Kind.OBJECTED, output.isBlank() ? "exit code " + exitCode : output);
  }

  private static void tell(Process process, HookEvent event) {
    try (OutputStream in = process.getOutputStream()) {
      in.write((event.json() + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It does not want to read.
    }
  }

  private static String read(InputStream from) {
    byte[] kept = new byte[MOST_OUTPUT_BYTES];
    int length = 0;
    byte[] dropped = new byte[MOST_OUTPUT_BYTES];
    try {
      while (true) {
        boolean full = length == kept.length;
        int read = full ? from.read(dropped) : from.read(kept, length, kept.length - length);
        if (read < 0) {
          return new String(kept, 0, length, StandardCharsets.UTF_8);
        }
        length += full ? 0 : read;
      }
    } catch (IOException e) {
      return new String(kept, 0, length, StandardCharsets.UTF_8); // closed under it
    }
  }

  private static String text(Process process, Future<String> output) throws InterruptedException {
    try {
      return output.get(OUTPUT_WAIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      return "";
    } catch (TimeoutException e) {
      close(process.getInputStream());
      return "";
    }
  }

  private static void close(InputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException("a pipe cannot be closed", e);
    }
  }

  /** With everything that it started and that did not leave it; nothing when it has ended. */
  private static void kill(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
