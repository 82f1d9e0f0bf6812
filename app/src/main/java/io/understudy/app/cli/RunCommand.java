package io.understudy.app.cli;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.ConfigurationException;
import io.understudy.app.config.ConfigurationFile;
import io.understudy.app.config.Defaults;
import io.understudy.app.wiring.StartException;
import io.understudy.app.wiring.Understudy;
import io.understudy.app.wiring.Upgrading;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Keeps and serves what the configuration names, until it is told to end. */
@Command(
    name = "run",
    description =
        "Keep and serve the groups of a configuration, until SIGTERM or Ctrl-C."
            + " SIGHUP reads the configuration again.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:ended by SIGTERM or Ctrl-C, requests in flight were finished",
      "2:the configuration is wrong; nothing was started",
      "3:could not start: an address in use, a state directory that cannot be written"
    })
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.app");

  /** A day. */
  private static final long MAX_DRAIN_SECONDS = 86_400;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration. Default: understudy.yaml.")
  private Path file = Defaults.FILE;

  @Option(
      names = "--takeover",
      description =
          "Take over from the process that runs with this state directory: it passes its listening"
              + " sockets on, finishes with the clients that it has, and ends.")
  private boolean takeover;

  @Option(
      names = "--drain-deadline",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "With --takeover: how long the old process may go on with its clients."
              + " Default: ${DEFAULT-VALUE}.")
  private long drainSeconds;

  RunCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    if (drainSeconds < 0 || drainSeconds > MAX_DRAIN_SECONDS) {
      throw new CommandException(
          ExitCode.USAGE,
          "--drain-deadline: "
              + drainSeconds
              + " is no number of seconds from 0 to "
              + MAX_DRAIN_SECONDS);
    }
    Configuration configuration = ConfigurationOption.read(file);
    Understudy understudy;
    try {
      understudy =
          Understudy.start(
              configuration,
              this::read,
              news -> {},
              new Upgrading(
                  takeover ? Optional.of(Duration.ofSeconds(drainSeconds)) : Optional.empty(),
                  () -> System.exit(ExitCode.OK),
                  RunCommand::variable));
    } catch (StartException e) {
      throw new CommandException(ExitCode.CANNOT_START, file + ": " + e.getMessage(), e);
    }
    Hangup.hear(() -> reload(understudy));
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      understudy.drain();
                      understudy.close();
                      // A JVM that ends by a signal reports 128 + its number; this end was asked
                      // for and went well.
                      Runtime.getRuntime().halt(ExitCode.OK);
                    }));
    understudy.ready();
    new CountDownLatch(1).await();
    return ExitCode.OK;
  }

  private Configuration read() throws ConfigurationException {
    return ConfigurationFile.read(file, RunCommand::variable);
  }

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name));
  }

  /** SIGHUP: a mistake in the file changes nothing. */
  private void reload(Understudy understudy) {
    try {
      LOG.info("told to read {} again", file);
      understudy.reload(false);
    } catch (ConfigurationException | StartException e) {
      LOG.error("nothing was changed: {}", e.getMessage());
    }
  }
}
