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

/** Forces a change of primary. */
@Command(
    name = "failover",
    description =
        "Make a node primary whatever speaks against it; what is lost by it is accepted, and"
            + " recorded.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or with --dry-run: it would be done",
      "1:refused or called off; nothing has changed, and the reason is printed",
      "2:wrong arguments, no such group, or no token",
      "4:no running understudy answers"
    })
final class FailoverCommand implements Callable<Integer> {
  @Parameters(paramLabel = "GROUP", description = "The group's name.")
  private String group = "";

  @Option(names = "--to", paramLabel = "HOST:PORT", required = true, description = "Which node.")
  private String to = "";

  @Option(
      names = "--force",
      required = true,
      description = "Yes, even if writes are lost. Without loss: understudy switchover.")
  private boolean force;

  @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
  private boolean trial;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  FailoverCommand() {}

  @Override
  public Integer call() {
    return ChangeRequest.of("failover", group)
        .with(List.of(new Parameter("to", to), Parameter.trial(trial || !force)))
        .send(admin, spec);
  }
}
