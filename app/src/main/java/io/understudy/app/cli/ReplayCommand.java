package io.understudy.app.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Decides an entry of the history again. */
@Command(
    name = "replay",
    description = "Decide an entry of the history again from the evidence that was kept with it.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the same evidence gives the same decision",
      "1:it does not, or nothing is kept of the entry",
      "2:wrong arguments, or no such group",
      "4:no running understudy answers"
    })
final class ReplayCommand implements Callable<Integer> {
  @Parameters(paramLabel = "GROUP", description = "The group's name.")
  private String group = "";

  @Parameters(paramLabel = "ENTRY", description = "Its number in understudy history.")
  private long entry;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  ReplayCommand() {}

  @Override
  public Integer call() {
    AdminOptions.Answer answer = admin.get("/replay/" + group + "/" + entry);
    if (answer.status() != 200 && answer.status() != 409) {
      throw new CommandException(ExitCode.USAGE, answer.body().strip());
    }
    spec.commandLine().getOut().print(answer.body());
    spec.commandLine().getOut().flush();
    return answer.status() == 200 ? ExitCode.OK : ExitCode.FAILED;
  }
}
