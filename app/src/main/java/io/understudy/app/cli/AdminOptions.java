package io.understudy.app.cli;

import io.understudy.app.config.Defaults;
import io.understudy.topology.Address;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How {@code status} and {@code explain} find the running program. */
final class AdminOptions {
  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(5).toMillis();

  /** A report is some kilobytes per group. */
  private static final int MAX_BODY_BYTES = 64 << 20;

  @Option(
      names = {"-a", "--admin"},
      paramLabel = "HOST:PORT",
      description = "The admin address of the running understudy. Default: 127.0.0.1:8000.")
  private @Nullable String admin;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Take the admin address from this configuration.")
  private @Nullable Path file;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  /** Set by picocli. */
  AdminOptions() {}

  private Address address() {
    if (admin != null) {
      try {
        return Address.parse(admin);
      } catch (IllegalArgumentException e) {
        throw new CommandException(ExitCode.USAGE, "--admin: " + e.getMessage(), e);
      }
    }
    return file == null ? Defaults.ADMIN_BIND : ConfigurationOption.read(file).admin().bind();
  }

  /** Asks for a page in the form that the user wants; ends the command when there is no answer. */
  Answer get(String path) {
    return get(path, json ? "application/json" : "text/plain");
  }

  private Answer get(String path, String accept) {
    Address address = address();
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create("http://" + address + path).toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      connection.setRequestProperty("Accept", accept);
      int status = connection.getResponseCode();
      Optional<InputStream> stream =
          Optional.ofNullable(
              status < 400 ? connection.getInputStream() : connection.getErrorStream());
      try (InputStream body = stream.orElseGet(InputStream::nullInputStream)) {
        String text = new String(body.readNBytes(MAX_BODY_BYTES), StandardCharsets.UTF_8);
        boolean primaryless = "yes".equals(connection.getHeaderField("Understudy-Primaryless"));
        return new Answer(status, text, primaryless);
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.NOT_REACHABLE,
          "no understudy answers at "
              + address
              + " ("
              + e.getMessage()
              + "); start one with 'understudy run', or name its address with --admin",
          e);
    }
  }

  /** What the program said. */
  record Answer(int status, String body, boolean primaryless) {}
}
