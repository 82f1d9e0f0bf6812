package io.understudy.app.demo;

import io.understudy.app.wiring.StartException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server binary that the demo can start.
 *
 * @param path never with links resolved: these programs choose what to be by their own name
 * @param name such as {@code Redis 7.0.15}
 */
record ServerProgram(Path path, String name) {
  private static final Pattern VERSION =
      Pattern.compile("(Redis|Valkey) server v=((\\d+)\\.\\d+\\.\\d+)");
  private static final List<String> NAMES = List.of("redis-server", "valkey-server");
  private static final int OLDEST_MAJOR = 6;
  private static final int DEADLINE_SECONDS = 10;

  /**
   * Finds a server.
   *
   * @param wanted a program, or {@code embedded} for the one that is shipped; empty for the first
   *     on the PATH that is new enough, and the shipped one when there is none
   * @param folder where the shipped one is unpacked
   */
  static ServerProgram find(Optional<String> wanted, String searchPath, Path folder)
      throws StartException {
    if (wanted.isPresent() && !wanted.get().equals("embedded")) {
      Path program = Path.of(wanted.get()).toAbsolutePath();
      return ask(program)
          .orElseThrow(
              () ->
                  new StartException(
                      program + " is no redis-server or valkey-server of version 6.0 or newer"));
    }
    if (wanted.isEmpty()) {
      for (String directory : searchPath.split(":", -1)) {
        for (String name : NAMES) {
          Path program = Path.of(directory, name);
          Optional<ServerProgram> found =
              Files.isExecutable(program) ? ask(program) : Optional.empty();
          if (found.isPresent()) {
            return found.get();
          }
        }
      }
    }
    return embedded(folder);
  }

  private static ServerProgram embedded(Path folder) throws StartException {
    String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String resource =
        switch (machine) {
          case "amd64", "x86_64" -> "/redis-server-6.2.6-v5-linux-amd64";
          case "aarch64" -> "/redis-server-6.2.7-linux-arm64";
          default -> "";
        };
    Path program = folder.resolve("redis-server");
    try (InputStream binary =
        system.equals("linux") && !resource.isEmpty()
            ? ServerProgram.class.getResourceAsStream(resource)
            : null) {
      if (binary == null) {
        throw new StartException(
            "no Redis is shipped for "
                + system
                + " on "
                + machine
                + "; put a redis-server or valkey-server of version 6.0 or newer on the PATH");
      }
      Files.copy(binary, program);
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new StartException("cannot unpack the shipped Redis to " + program, e);
    }
    return ask(program)
        .orElseThrow(
            () ->
                new StartException(
                    "the shipped Redis does not run here; put a redis-server or valkey-server of"
                        + " version 6.0 or newer on the PATH"));
  }

  /** Runs {@code --version}; empty when it is no server, too old, or does not run. */
  private static Optional<ServerProgram> ask(Path program) {
    try {
      Process process =
          new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      Matcher matcher = VERSION.matcher(text);
      return matcher.find() && Integer.parseInt(matcher.group(3)) >= OLDEST_MAJOR
          ? Optional.of(new ServerProgram(program, matcher.group(1) + " " + matcher.group(2)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
