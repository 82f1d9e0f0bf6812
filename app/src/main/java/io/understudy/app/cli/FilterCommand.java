package io.understudy.app.cli;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.Defaults;
import io.understudy.app.config.FeedConfig;
import io.understudy.app.config.Secret;
import io.understudy.app.config.SourceConfig;
import io.understudy.app.rest.ReplicationReport;
import io.understudy.app.wiring.Replicating;
import io.understudy.app.wiring.StartException;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.topology.Address;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Feeds the keys of a server that a regular expression fits to other servers. */
@Command(
    name = "filter",
    description = "Feed the keys of a running server that fit a regular expression to replicas.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: understudy filter --primary-port 6400 --proxy-port 6401 '^a.*'",
      "Then, on an empty server: REPLICAOF localhost 6401"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:ended by SIGTERM or Ctrl-C",
      "2:wrong arguments",
      "3:could not start: the source cannot be used, or the address is in use"
    })
final class FilterCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "REGEX",
      description = "Which keys pass: RE2's syntax, found anywhere unless anchored with ^ and $.")
  private String pattern = "";

  @Option(names = "--primary", paramLabel = "HOST:PORT", description = "The source.")
  private @Nullable String primary;

  @Option(
      names = "--primary-host",
      paramLabel = "HOST",
      description = "The source's host. Default: ${DEFAULT-VALUE}.",
      defaultValue = "localhost")
  private String primaryHost = "";

  @Option(
      names = "--primary-port",
      paramLabel = "PORT",
      description = "The source's port. Default: ${DEFAULT-VALUE}.",
      defaultValue = "6379")
  private int primaryPort;

  @Option(names = "--listen", paramLabel = "HOST:PORT", description = "Where replicas connect.")
  private @Nullable String listen;

  @Option(
      names = "--proxy-host",
      paramLabel = "HOST",
      description = "The address replicas connect to. Default: ${DEFAULT-VALUE}, all of them.",
      defaultValue = "0.0.0.0")
  private String proxyHost = "";

  @Option(
      names = "--proxy-port",
      paramLabel = "PORT",
      description = "The port replicas connect to. Default: ${DEFAULT-VALUE}.",
      defaultValue = "6380")
  private int proxyPort;

  @Option(
      names = "--target",
      paramLabel = "VERSION",
      description =
          "What the replicas are, such as 'redis 6.0' or 'valkey 8.1'. Default: they are asked.")
  private @Nullable String target;

  @Option(
      names = "--state",
      paramLabel = "FOLDER",
      description = "Where positions are kept, so that a restart needs no new snapshot.")
  private @Nullable Path state;

  @Option(names = "--user", paramLabel = "NAME", description = "Whom to log in to the source as.")
  private @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "Holds the password for the source; or set UNDERSTUDY_PASSWORD.")
  private @Nullable Path passwordFile;

  @Spec private CommandSpec spec = CommandSpec.create();

  FilterCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    SourceConfig source = source();
    Replicating running;
    try {
      running =
          Replicating.filter(
              source, new Configuration.Log(Defaults.LOG_LEVEL, Defaults.LOG_FORMAT));
    } catch (StartException e) {
      throw new CommandException(ExitCode.CANNOT_START, "understudy filter: " + e.getMessage(), e);
    }
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      ended.countDown();
                      running.close();
                      Runtime.getRuntime().halt(ExitCode.OK);
                    }));
    FeedConfig feed = source.feeds().getFirst();
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "understudy filter: "
            + feed.description()
            + " of "
            + source.name()
            + " at "
            + feed.listen()
            + "; next, on an empty server: REPLICAOF "
            + (feed.listen().host().equals("0.0.0.0") ? "<this host>" : feed.listen().host())
            + " "
            + feed.listen().port());
    out.flush();
    show(running, out, ended);
    return ExitCode.OK;
  }

  /** Prints a line each second in which there is something new to say. */
  private static void show(Replicating running, PrintWriter out, CountDownLatch ended)
      throws InterruptedException {
    String last = "";
    while (!ended.await(1, TimeUnit.SECONDS)) {
      ReplicationReport report = running.reports().getFirst();
      Optional<String> stopped = report.feeds().getFirst().stopped();
      String line = stopped.map(why -> "stopped: " + why).orElseGet(report::line);
      if (!line.equals(last)) {
        out.println(line);
        out.flush();
        last = line;
      }
    }
  }

  private SourceConfig source() {
    Address from =
        primary == null
            ? address("--primary-host", primaryHost, primaryPort)
            : parsed("--primary", primary);
    Address to =
        listen == null ? address("--proxy-host", proxyHost, proxyPort) : parsed("--listen", listen);
    Optional<String> mistake = FeedConfig.KeyRule.Expression.mistake(pattern);
    if (mistake.isPresent()) {
      throw new CommandException(ExitCode.USAGE, "understudy filter: " + mistake.get());
    }
    return new SourceConfig(
        from.toString(),
        new SourceConfig.Origin.Fixed(from),
        password().map(p -> new Configuration.Credentials(Optional.ofNullable(user), p)),
        Optional.empty(),
        Optional.ofNullable(state),
        List.of(FeedConfig.of(to, new FeedConfig.KeyRule.Expression(pattern), target())));
  }

  private Optional<RdbTarget> target() {
    String written = target;
    if (written == null) {
      return Optional.empty();
    }
    return Optional.of(
        FeedConfig.target(written)
            .orElseThrow(
                () ->
                    new CommandException(
                        ExitCode.USAGE,
                        "understudy filter: --target: '"
                            + written
                            + "' is no version; write one such as 'redis 7.0'")));
  }

  private Optional<Secret> password() {
    Path file = passwordFile;
    if (file == null) {
      return Optional.ofNullable(System.getenv("UNDERSTUDY_PASSWORD")).map(Secret::new);
    }
    try {
      return Optional.of(new Secret(Files.readString(file).stripTrailing()));
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.USAGE,
          "understudy filter: --password-file: "
              + file
              + " cannot be read; create it, or name"
              + " another",
          e);
    }
  }

  private static Address address(String option, String host, int port) {
    try {
      return new Address(host, port);
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitCode.USAGE, "understudy filter: " + option + ": " + e.getMessage(), e);
    }
  }

  private static Address parsed(String option, String text) {
    try {
      return Address.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitCode.USAGE, "understudy filter: " + option + ": " + e.getMessage(), e);
    }
  }
}
