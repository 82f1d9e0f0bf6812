package io.understudy.app.cli;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.Defaults;
import io.understudy.app.wiring.Offline;
import io.understudy.app.wiring.StartException;
import io.understudy.topology.Address;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a node primary while no keeper runs. */
@Command(
    name = "promote",
    description =
        "Make a node primary by hand while no keeper runs, and the others its replicas. Keepers"
            + " that come back adopt it. While one runs: understudy switchover, or failover"
            + " --force.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the node is primary now",
      "1:refused, or not done; the reasons are printed",
      "2:wrong arguments or configuration, or not confirmed",
      "3:the servers' certificates, or the state directory, cannot be used"
    })
final class PromoteCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "GROUP", description = "The group's name.")
  private String groupName = "";

  @Parameters(index = "1", paramLabel = "HOST:PORT", description = "Which node.")
  private String node = "";

  @Option(
      names = "--offline",
      required = true,
      description = "Yes, no keeper runs, and none is to be asked.")
  private boolean offline;

  @Option(
      names = "--force",
      description = "Even though a keeper or ZooKeeper answers, or data is lost.")
  private boolean force;

  @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
  private boolean trial;

  @Option(
      names = "--confirm",
      paramLabel = "HOST:PORT",
      description = "The node once more, instead of typing it.")
  private @Nullable String confirmed;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration. Default: understudy.yaml.")
  private Path file = Defaults.FILE;

  @Spec private CommandSpec spec = CommandSpec.create();

  PromoteCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    Configuration configuration = ConfigurationOption.read(file);
    Configuration.Group group =
        configuration.groups().stream()
            .filter(g -> g.name().equals(groupName))
            .findFirst()
            .orElseThrow(
                () ->
                    new CommandException(ExitCode.USAGE, "there is no group '" + groupName + "'"));
    Address to;
    try {
      to = Address.parse(node);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
    try (var promotion = new Offline(configuration, group)) {
      return offline ? promote(promotion, to) : ExitCode.USAGE;
    } catch (StartException | IOException e) {
      throw new CommandException(ExitCode.CANNOT_START, String.valueOf(e.getMessage()), e);
    }
  }

  private int promote(Offline promotion, Address to) throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    promotion.look().forEach(out::println);
    Optional<String> impossible = promotion.impossible(to);
    List<String> obstacles =
        impossible.isPresent() ? List.of(impossible.get()) : promotion.obstacles(to);
    obstacles.forEach(each -> out.println("against it: " + each));
    if (impossible.isPresent() || (!obstacles.isEmpty() && !force)) {
      out.println(
          impossible.isPresent()
              ? "it cannot be done; nothing was changed"
              : "refused; nothing was changed. --force passes over all of this");
      out.flush();
      return ExitCode.FAILED;
    }
    if (trial) {
      out.println("would make " + to + " primary; nothing was changed");
      out.flush();
      return ExitCode.OK;
    }
    if (!isConfirmed(out, to)) {
      throw new CommandException(ExitCode.USAGE, "not confirmed; nothing was changed");
    }
    var result = promotion.promote(to, obstacles);
    result.lines().forEach(out::println);
    out.println(
        result.done()
            ? to + " is primary in epoch " + result.epoch() + "; keepers adopt it when they run"
            : "it was not done");
    out.flush();
    return result.done() ? ExitCode.OK : ExitCode.FAILED;
  }

  private boolean isConfirmed(PrintWriter out, Address to) throws IOException {
    String typed = confirmed;
    if (typed == null) {
      out.print("type " + to + " to make it primary: ");
      out.flush();
      typed =
          new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
    }
    return typed != null && typed.strip().equals(to.toString());
  }
}
