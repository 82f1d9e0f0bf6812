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
    name = "slowlog",
    description =
        "Requests that took long: when, how long, which client, what was asked; the newest first.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:printed",
      "2:wrong arguments, or no such group",
      "4:no running understudy answers"
    })
final class SlowlogCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "A group or a listener (HOST:PORT). Default: all.")
  private String name = "";

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many. Default: 20.")
  private int top;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  SlowlogCommand() {}

  @Override
  public Integer call() {
    return admin.seen("/slowlog" + (name.isEmpty() ? "" : "/" + name), top, spec);
  }
}
