package io.understudy.app.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what the proxy saw: see {@link AdminOptions#seen}. */
@Command(
    name = "hotkeys",
    description =
        "The keys of a group that are asked for most, from a sample of the last half minute or so.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed",
      "2:wrong arguments, or no such group",
      "4:no running understudy answers"
    })
final class HotkeysCommand implements Callable<Integer> {
  @Parameters(paramLabel = "GROUP", description = "The group's name.")
  private String name = "";

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many. Default: 20.")
  private int top;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  HotkeysCommand() {}

  @Override
  public Integer call() {
    return admin.seen("/hotkeys/" + name, top, spec);
  }
}
