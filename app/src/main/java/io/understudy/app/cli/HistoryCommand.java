package io.understudy.app.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what was done for a group. */
@Command(
    name = "history",
    description = "What was done for a group, oldest first, each with its number, rule and reason.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed",
      "2:wrong arguments, or no such group",
      "4:no running understudy answers"
    })
final class HistoryCommand implements Callable<Integer> {
  private static final int MOST = 100_000;

  @Parameters(paramLabel = "GROUP", description = "The group's name.")
  private String group = "";

  @Option(
      names = "--last",
      paramLabel = "N",
      defaultValue = "100",
      description = "How many changes, the newest. Default: 100.")
  private int last;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  HistoryCommand() {}

  @Override
  public Integer call() {
    if (last < 1 || last > MOST) {
      throw new CommandException(ExitCode.USAGE, "understudy history: --last is 1 to " + MOST);
    }
    AdminOptions.Answer answer = admin.get("/history/" + group + "?last=" + last);
    if (answer.status() != 200) {
      throw new CommandException(ExitCode.USAGE, answer.body().strip());
    }
    spec.commandLine().getOut().print(answer.body());
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
