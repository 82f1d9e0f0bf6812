package io.understudy.app.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what happens, while it happens. */
@Command(
    name = "watch",
    description = "What is decided and done, as it happens; Ctrl-C ends it.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the running understudy ended",
      "2:wrong arguments, or no such group",
      "4:no running understudy answers, or the connection to it broke"
    })
final class WatchCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "GROUP", description = "One group only.")
  private @Nullable String group;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  WatchCommand() {}

  @Override
  public Integer call() {
    admin.stream(
        group == null ? "/watch" : "/watch/" + group,
        line -> {
          spec.commandLine().getOut().println(line);
          spec.commandLine().getOut().flush();
        });
    return ExitCode.OK;
  }
}
