package io.understudy.app.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command itself: it only knows its subcommands. */
@Command(
    name = "understudy",
    description = "One address that survives the death of its Redis or Valkey primary.",
    mixinStandardHelpOptions = true,
    versionProvider = UnderstudyCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      ReloadCommand.class,
      StatusCommand.class,
      ExplainCommand.class,
      FilterCommand.class,
      HistoryCommand.class,
      WatchCommand.class,
      ReplayCommand.class,
      SlowlogCommand.class,
      HotkeysCommand.class,
      BigkeysCommand.class,
      SwitchoverCommand.class,
      FailoverCommand.class,
      PromoteCommand.class,
      PauseCommand.class,
      ResumeCommand.class,
      AcknowledgeCommand.class,
      CancelCommand.class,
      AddNodeCommand.class,
      RemoveNodeCommand.class,
      DemoCommand.class,
      RdbCommand.class,
      ZookeeperCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, and all is well",
      "1:done, and something is not well: a group without primary, a demo that lost a write",
      "2:wrong arguments or a wrong configuration; nothing was started",
      "3:could not start: an address in use, a state directory that cannot be written",
      "4:no running understudy answers at the admin address",
      "70:a defect of understudy itself"
    })
public final class UnderstudyCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show stack traces with errors.")
  private boolean debug;

  UnderstudyCommand() {}

  /**
   * Runs a command to its end.
   *
   * @return the process's exit code
   */
  public static int execute(String... arguments) {
    UnderstudyCommand root = new UnderstudyCommand();
    return new CommandLine(root)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler((e, args) -> complainOfArguments(e.getCommandLine(), e))
        .setExecutionExceptionHandler((e, line, parsed) -> root.complain(line, e))
        .execute(arguments);
  }

  private static int complainOfArguments(CommandLine line, ParameterException e) {
    PrintWriter err = line.getErr();
    String name = line.getCommandSpec().qualifiedName();
    err.println(name + ": " + firstLine(e));
    List<String> suggestions =
        e instanceof CommandLine.UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    if (!suggestions.isEmpty()) {
      err.println("Did you mean: " + String.join(" or ", suggestions) + "?");
    }
    err.println("Try '" + name + " --help'.");
    err.flush();
    return ExitCode.USAGE;
  }

  private int complain(CommandLine line, Exception e) {
    PrintWriter err = line.getErr();
    boolean expected = e instanceof CommandException;
    err.println(
        expected
            ? e.getMessage()
            : "understudy: a defect of understudy itself: "
                + e.getClass().getSimpleName()
                + ": "
                + firstLine(e)
                + (debug ? "" : " (run again with --debug and report what it prints)"));
    if (debug) {
      e.printStackTrace(err);
    }
    err.flush();
    return e instanceof CommandException command ? command.exitCode() : ExitCode.DEFECT;
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version =
          Optional.ofNullable(UnderstudyCommand.class.getPackage().getImplementationVersion())
              .orElse("(not packaged)");
      return new String[] {"understudy " + version + ", Java " + Runtime.version().feature()};
    }
  }
}
