package io.understudy.app.cli;

import io.understudy.app.cli.ChangeRequest.Parameter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Drops a switchover that is to come. */
@Command(
    name = "cancel",
    description = "Drop a switchover that was asked for a later time.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or with --dry-run: it would be done",
      "1:refused or called off; nothing has changed, and the reason is printed",
      "2:wrong arguments, no such group, or no token",
      "4:no running understudy answers"
    })
final class CancelCommand implements Callable<Integer> {
  @Parameters(paramLabel = "GROUP", description = "The group's name.")
  private String group = "";

  @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
  private boolean trial;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  CancelCommand() {}

  @Override
  public Integer call() {
    return ChangeRequest.of("cancel", group)
        .with(List.of(Parameter.trial(trial)))
        .send(admin, spec);
  }
}
