package io.understudy.app.cli;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.Defaults;
import io.understudy.app.wiring.AdminToken;
import io.understudy.topology.Address;
import io.understudy.wire.tls.KeyFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How commands find the running program. */
final class AdminOptions {
  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(5).toMillis();

  /** A switchover takes milliseconds; one that cannot end is waited for this long. */
  private static final int CHANGE_TIMEOUT_MILLIS = (int) Duration.ofSeconds(30).toMillis();

  private static final int MOST_SEEN = 10_000;

  private static final String SECURE = "https://";
  private static final int UNAUTHORIZED = 401;

  private static final String TOKEN_VARIABLE = "UNDERSTUDY_TOKEN";

  /** A report is some kilobytes per group. */
  private static final int MAX_BODY_BYTES = 64 << 20;

  @Option(
      names = {"-a", "--admin"},
      paramLabel = "HOST:PORT",
      description =
          "The admin address of the running understudy, https://HOST:PORT for TLS. Default:"
              + " 127.0.0.1:8000.")
  private @Nullable String admin;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Take the admin address from this configuration.")
  private @Nullable Path file;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "Who signed the admin port's certificate, in PEM. Default: whom Java trusts; with -c, the"
              + " certificate that the configuration names.")
  private @Nullable Path ca;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "A certificate to show, in PEM; it stands for the token.")
  private @Nullable Path certificate;

  @Option(names = "--key", paramLabel = "FILE", description = "Its key, in PEM.")
  private @Nullable Path key;

  private @Nullable Configuration configuration;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  /** Set by picocli. */
  AdminOptions() {}

  /** Of the program that listens there. */
  AdminOptions(Configuration configuration) {
    this.configuration = configuration;
  }

  private AdminPort port() {
    Optional<KeyFiles> own = shown();
    Optional<Path> believed = Optional.ofNullable(ca);
    String given = admin;
    if (given != null) {
      boolean secure = given.startsWith(SECURE);
      Address address = parsed(secure ? given.substring(SECURE.length()) : given);
      if (!secure && (believed.isPresent() || own.isPresent())) {
        throw new CommandException(
            ExitCode.USAGE, "--ca, --cert and --key are for TLS; write --admin " + SECURE + given);
      }
      return secure ? AdminPort.secure(address, believed, own) : AdminPort.plain(address);
    }
    Path from = file;
    if (configuration == null && from == null) {
      return AdminPort.plain(Defaults.ADMIN_BIND);
    }
    return AdminPort.of(configuration(from == null ? Defaults.FILE : from).admin(), believed, own);
  }

  private Optional<KeyFiles> shown() {
    Path shown = certificate;
    Path with = key;
    if (shown == null && with == null) {
      return Optional.empty();
    }
    if (shown == null || with == null) {
      throw new CommandException(ExitCode.USAGE, "--cert and --key belong together; give both");
    }
    return Optional.of(new KeyFiles(shown, with));
  }

  private static Address parsed(String admin) {
    try {
      return Address.parse(admin);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, "--admin: " + e.getMessage(), e);
    }
  }

  /** Read once, however often it is asked for. */
  private Configuration configuration(Path from) {
    Configuration known = configuration;
    if (known == null) {
      known = ConfigurationOption.read(from);
      configuration = known;
    }
    return known;
  }

  /**
   * Asks for a change, in the form that the user wants; ends the command when there is no answer,
   * or no such thing.
   *
   * @return what was done, or what stands against it
   */
  Answer post(String path) {
    Answer answer =
        exchange(
            "POST",
            path,
            json ? "application/json" : "text/plain",
            CHANGE_TIMEOUT_MILLIS,
            port().showsCertificate() ? Optional.empty() : Optional.of(token()));
    if (answer.status() != 200 && answer.status() != 409) {
      throw new CommandException(ExitCode.USAGE, answer.body().strip());
    }
    return answer;
  }

  /** What the running program wrote into its state directory, for those who may read that. */
  private String token() {
    String given = System.getenv(TOKEN_VARIABLE);
    if (given != null && !given.isEmpty()) {
      return given;
    }
    Path from = file == null ? Defaults.FILE : file;
    String otherwise =
        "; name the configuration of the running understudy with -c FILE, or set "
            + TOKEN_VARIABLE
            + " to what admin-token in its failover.state holds";
    if (configuration == null && !Files.exists(from)) {
      throw new CommandException(
          ExitCode.USAGE, "this needs a token, and " + from + " is not there" + otherwise);
    }
    Path token = AdminToken.in(configuration(from).failover().stateDirectory());
    try {
      return Files.readString(token).strip();
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.USAGE, "this needs a token, and " + token + " cannot be read" + otherwise, e);
    }
  }

  /**
   * Hands over each line of a page that goes on and on; returns when the other side ends it, and
   * ends the command when there is no answer. Empty lines only say that it is still there.
   */
  void stream(String path, Consumer<String> lines) {
    AdminPort port = port();
    try {
      HttpURLConnection connection = streaming(port, path, Optional.empty());
      int status = connection.getResponseCode();
      if (status == UNAUTHORIZED) {
        connection = streaming(port, path, Optional.of(token()));
        status = connection.getResponseCode();
      }
      if (status != 200) {
        InputStream refusal = connection.getErrorStream();
        String why =
            refusal == null
                ? "HTTP " + status
                : new String(refusal.readNBytes(MAX_BODY_BYTES), StandardCharsets.UTF_8);
        throw new CommandException(ExitCode.USAGE, why.strip());
      }
      try (var reader =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          if (!line.isEmpty()) {
            lines.accept(line);
          }
        }
      }
    } catch (IOException e) {
      throw unreachable(port.address(), e);
    }
  }

  private static HttpURLConnection streaming(AdminPort port, String path, Optional<String> token)
      throws IOException {
    HttpURLConnection connection = port.open(path);
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(CHANGE_TIMEOUT_MILLIS);
    connection.setRequestProperty("Accept", "text/plain");
    token.ifPresent(t -> connection.setRequestProperty("Authorization", "Bearer " + t));
    return connection;
  }

  /** Asks for a page in the form that the user wants; ends the command when there is no answer. */
  Answer get(String path) {
    return get(path, json ? "application/json" : "text/plain");
  }

  /**
   * Prints what the proxy saw.
   *
   * @param top how many at most
   */
  int seen(String path, int top, CommandSpec spec) {
    if (top < 1 || top > MOST_SEEN) {
      throw new CommandException(
          ExitCode.USAGE, spec.qualifiedName() + ": --top is 1 to " + MOST_SEEN);
    }
    Answer answer = get(path + "?top=" + top);
    if (answer.status() != 200) {
      throw new CommandException(ExitCode.USAGE, answer.body().strip());
    }
    spec.commandLine().getOut().print(answer.body());
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private Answer get(String path, String accept) {
    Answer answer = exchange("GET", path, accept, TIMEOUT_MILLIS, Optional.empty());
    // Whether reading needs a right is the port's to say.
    return answer.status() == UNAUTHORIZED
        ? exchange("GET", path, accept, TIMEOUT_MILLIS, Optional.of(token()))
        : answer;
  }

  private Answer exchange(
      String method, String path, String accept, int timeoutMillis, Optional<String> token) {
    AdminPort port = port();
    try {
      HttpURLConnection connection = port.open(path);
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(timeoutMillis);
      connection.setRequestMethod(method);
      token.ifPresent(t -> connection.setRequestProperty("Authorization", "Bearer " + t));
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
      throw unreachable(port.address(), e);
    }
  }

  private static CommandException unreachable(Address address, IOException e) {
    return new CommandException(
        ExitCode.NOT_REACHABLE,
        "no understudy answers at "
            + address
            + " ("
            + e.getMessage()
            + "); start one with 'understudy run', or name its address with --admin",
        e);
  }

  /** What the program said. */
  record Answer(int status, String body, boolean primaryless) {}
}
