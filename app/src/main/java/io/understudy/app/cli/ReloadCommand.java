package io.understudy.app.cli;

import io.understudy.app.cli.ChangeRequest.Parameter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets the running program read its file again. */
@Command(
    name = "reload",
    description =
        "Let the running understudy read its configuration again, and say what that changes."
            + " Connections that no change concerns stay up.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or with --dry-run: it would be done",
      "1:refused; nothing has changed, and the reason is printed",
      "2:wrong arguments, or no token",
      "4:no running understudy answers"
    })
final class ReloadCommand implements Callable<Integer> {
  @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
  private boolean trial;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  ReloadCommand() {}

  @Override
  public Integer call() {
    return new ChangeRequest("/reload?").with(List.of(Parameter.trial(trial))).send(admin, spec);
  }
}
