package io.understudy.app.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints who is primary. */
@Command(
    name = "status",
    description = "Who is primary, and what every node is doing.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every group asked for has a primary",
      "1:a group has none",
      "2:wrong arguments, or no such group",
      "4:no running understudy answers"
    })
final class StatusCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "GROUP", description = "One group only.")
  private @Nullable String group;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  StatusCommand() {}

  @Override
  public Integer call() {
    AdminOptions.Answer answer = admin.get(group == null ? "/status" : "/status/" + group);
    if (answer.status() != 200) {
      throw new CommandException(ExitCode.USAGE, answer.body().strip());
    }
    spec.commandLine().getOut().print(answer.body());
    spec.commandLine().getOut().flush();
    return answer.primaryless() ? ExitCode.FAILED : ExitCode.OK;
  }
}
