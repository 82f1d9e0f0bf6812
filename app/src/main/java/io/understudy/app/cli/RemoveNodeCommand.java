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

/** Forgets a replica of a group. */
@Command(
    name = "remove-node",
    description =
        "Forget a replica of a group, from now on and across restarts; its server stays as it is.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or with --dry-run: it would be done",
      "1:refused; nothing has changed, and the reason is printed",
      "2:wrong arguments, no such group, or no token",
      "4:no running understudy answers"
    })
final class RemoveNodeCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "GROUP", description = "The group's name.")
  private String group = "";

  @Parameters(index = "1", paramLabel = "HOST:PORT", description = "Which node; not the primary.")
  private String node = "";

  @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
  private boolean trial;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  RemoveNodeCommand() {}

  @Override
  public Integer call() {
    return ChangeRequest.of("remove-node", group)
        .with(List.of(new Parameter("node", node), Parameter.trial(trial)))
        .send(admin, spec);
  }
}
