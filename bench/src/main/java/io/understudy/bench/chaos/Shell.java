package io.understudy.bench.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Short programs of the system that must succeed. */
final class Shell {
  private Shell() {}

  /**
   * What a program writes.
   *
   * @throws IOException in one line, when it ends with another code than 0
   */
  static String run(String... command) throws IOException {
    return feed("", command);
  }

  /** The same for a program that reads {@code text}. */
  static String feed(String text, String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(text.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException(
            String.join(" ", List.of(command)) + " ended with code " + code + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while it ran: " + String.join(" ", command), e);
    }
    return said;
  }
}
