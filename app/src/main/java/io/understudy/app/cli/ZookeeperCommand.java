package io.understudy.app.cli;

import io.understudy.app.wiring.Embedded;
import io.understudy.app.wiring.StartException;
import io.understudy.topology.Address;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs ZooKeeper's own server, for trials and small set-ups. */
@Command(
    name = "zookeeper",
    description = {
      "Run ZooKeeper's own server, through which keepers agree: alone, or one of an ensemble.",
      "Started three times with the same --ensemble and another --id each, the three are one"
          + " ensemble that survives the death of any one. Anybody who reaches the address may"
          + " change everything, unless keepers log in (failover.zookeeper.auth)."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:ended by SIGTERM or Ctrl-C",
      "2:wrong arguments; nothing was started",
      "3:could not start: an address in use, a folder that cannot be written"
    })
final class ZookeeperCommand implements Callable<Integer> {
  @Option(
      names = "--bind",
      paramLabel = "HOST:PORT",
      description = "Where clients connect. Default: 127.0.0.1:2181. Not with --ensemble.")
  private Optional<String> bind = Optional.empty();

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      description = "What must survive a restart. Default: understudy-zookeeper.")
  private Path data = Path.of("understudy-zookeeper");

  @Option(
      names = "--ensemble",
      paramLabel = "HOST:PORT",
      split = ",",
      description =
          "Where clients connect to each server of the ensemble, in the same order everywhere."
              + " Each also uses its port + 707 and + 1707.")
  private List<String> ensemble = new ArrayList<>();

  @Option(
      names = "--id",
      paramLabel = "NUMBER",
      description = "Which of the ensemble's servers this one is, 1 and up.")
  private Optional<Integer> id = Optional.empty();

  @Spec private CommandSpec spec = CommandSpec.create();

  ZookeeperCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    List<Address> servers = servers();
    int own = id.orElse(1);
    Embedded server;
    try {
      server = Embedded.start(servers, own, data.toAbsolutePath());
    } catch (StartException e) {
      throw new CommandException(ExitCode.CANNOT_START, "zookeeper: " + e.getMessage(), e);
    }
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      server.close();
                      Runtime.getRuntime().halt(ExitCode.OK);
                    }));
    spec.commandLine()
        .getOut()
        .println(
            "zookeeper answers at "
                + servers.get(own - 1)
                + (servers.size() == 1
                    ? ""
                    : ", server " + own + " of " + servers.size() + ", once a majority runs"));
    spec.commandLine().getOut().flush();
    server.await();
    throw new CommandException(ExitCode.CANNOT_START, "zookeeper: the server ended by itself");
  }

  private List<Address> servers() {
    if (ensemble.isEmpty()) {
      if (id.isPresent()) {
        throw usage("--id is used only with --ensemble");
      }
      return List.of(address("--bind", bind.orElse("127.0.0.1:2181")));
    }
    if (bind.isPresent()) {
      throw usage("--bind is not used with --ensemble, which names every server's address");
    }
    List<Address> servers = ensemble.stream().map(text -> address("--ensemble", text)).toList();
    if (servers.stream().distinct().count() != servers.size()) {
      throw usage("--ensemble names a server twice");
    }
    if (id.isEmpty() || id.get() < 1 || id.get() > servers.size()) {
      throw usage("--ensemble needs --id, a number from 1 to " + servers.size());
    }
    return servers;
  }

  private static Address address(String option, String text) {
    try {
      return Address.parse(text);
    } catch (IllegalArgumentException e) {
      throw usage(option + ": " + e.getMessage());
    }
  }

  private static CommandException usage(String line) {
    return new CommandException(ExitCode.USAGE, "zookeeper: " + line);
  }
}
