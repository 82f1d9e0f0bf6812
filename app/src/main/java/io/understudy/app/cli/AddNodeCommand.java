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

/** Makes a server a replica of a group. */
@Command(
    name = "add-node",
    description = "Make an empty server a replica of a group, from now on and across restarts.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or with --dry-run: it would be done",
      "1:refused; nothing has changed, and the reason is printed",
      "2:wrong arguments, no such group, or no token",
      "4:no running understudy answers"
    })
final class AddNodeCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "GROUP", description = "The group's name.")
  private String group = "";

  @Parameters(index = "1", paramLabel = "HOST:PORT", description = "Where the server listens.")
  private String node = "";

  @Option(
      names = "--replace-data",
      description = "Give up the data that the server holds. Without it, it must hold none.")
  private boolean replaceData;

  @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
  private boolean trial;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  AddNodeCommand() {}

  @Override
  public Integer call() {
    return ChangeRequest.of("add-node", group)
        .with(
            List.of(
                new Parameter("node", node),
                new Parameter("replace", replaceData ? "yes" : null),
                Parameter.trial(trial)))
        .send(admin, spec);
  }
}
