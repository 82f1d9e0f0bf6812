package io.understudy.app.cli;

import io.understudy.app.cli.ChangeRequest.Parameter;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Plans a change of primary. */
@Command(
    name = "switchover",
    description = "Make another node primary, without losing a write or failing a request.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or with --dry-run: it would be done",
      "1:refused or called off; nothing has changed, and the reason is printed",
      "2:wrong arguments, no such group, or no token",
      "4:no running understudy answers"
    })
final class SwitchoverCommand implements Callable<Integer> {
  @Parameters(paramLabel = "GROUP", description = "The group's name.")
  private String group = "";

  @Option(
      names = "--to",
      paramLabel = "HOST:PORT",
      description = "Which node. Default: the best replica.")
  private @Nullable String to;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description =
          "Not now, but at that time: HH:MM of this day or the next here, or an instant such as"
              + " 2030-01-31T03:30:00Z. 'understudy cancel' drops it.")
  private @Nullable String at;

  @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
  private boolean trial;

  @Mixin private AdminOptions admin = new AdminOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  SwitchoverCommand() {}

  @Override
  public Integer call() {
    return ChangeRequest.of("switchover", group)
        .with(
            List.of(
                new Parameter("to", to),
                new Parameter("at", at == null ? null : instant(at).toString()),
                Parameter.trial(trial)))
        .send(admin, spec);
  }

  private static Instant instant(String text) {
    try {
      if (text.length() > "HH:MM".length()) {
        return Instant.parse(text);
      }
      ZonedDateTime now = ZonedDateTime.now(ZoneId.systemDefault());
      ZonedDateTime today = now.with(LocalTime.parse(text));
      return (today.isAfter(now) ? today : today.plusDays(1)).toInstant();
    } catch (DateTimeParseException e) {
      throw new CommandException(
          ExitCode.USAGE,
          "--at: '"
              + text
              + "' is no time; write HH:MM, or an instant such as 2030-01-31T03:30:00Z",
          e);
    }
  }
}
