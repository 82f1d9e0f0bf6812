package io.understudy.app.cli;

import io.understudy.app.demo.Demo;
import io.understudy.app.wiring.StartException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows a failover on real servers. */
@Command(
    name = "demo",
    description =
        "Start three real servers, serve their primary at one address, and let you kill it.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:you quit; or with --once: nothing failed, was lost or ran twice, one primary is left",
      "1:with --once: something of that is not so",
      "2:wrong arguments",
      "3:the servers could not be started"
    })
final class DemoCommand implements Callable<Integer> {
  @Option(names = "--once", description = "One round, unattended: writes, kill -9, return.")
  private boolean once;

  @Option(
      names = "--switchover",
      description = "Planned changes of primary, unattended, under steady writes.")
  private boolean switchover;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "1",
      description = "With --once: so many rounds, and min, median and max of each figure.")
  private int rounds;

  @Option(names = "--json", description = "With --once: print JSON.")
  private boolean json;

  @Option(
      names = "--server",
      paramLabel = "PROGRAM",
      description =
          "The redis-server or valkey-server to start, or 'embedded' for the one that is shipped."
              + " Default: the first on the PATH, else the shipped one.")
  private @Nullable String server;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "6379",
      description = "Where clients connect, or the next free port. Default: 6379.")
  private int port;

  DemoCommand() {}

  @Override
  public Integer call() throws IOException {
    if (rounds < 1 || port < 1 || port > 65_535) {
      throw new CommandException(
          ExitCode.USAGE,
          "understudy demo: " + (rounds < 1 ? "--rounds is 1 or more" : "--port is 1 to 65535"));
    }
    if (!once && (json || (rounds > 1 && !switchover))) {
      throw new CommandException(
          ExitCode.USAGE, "understudy demo: --json and --rounds go with --once");
    }
    if (once && switchover) {
      throw new CommandException(ExitCode.USAGE, "understudy demo: either --once or --switchover");
    }
    Demo demo =
        new Demo(
            Optional.ofNullable(server),
            port,
            System.out,
            InstantSource.system(),
            System::nanoTime,
            task -> Thread.ofPlatform().daemon().unstarted(task));
    try {
      if (switchover) {
        return demo.switchovers(rounds) ? ExitCode.OK : ExitCode.FAILED;
      }
      if (once) {
        return demo.once(rounds, json) ? ExitCode.OK : ExitCode.FAILED;
      }
      demo.play();
      return ExitCode.OK;
    } catch (StartException e) {
      throw new CommandException(ExitCode.CANNOT_START, "understudy demo: " + e.getMessage(), e);
    }
  }
}
