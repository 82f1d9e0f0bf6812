package io.understudy.wire.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Reply;
import io.understudy.testkit.ServerVersion;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The table knows every command of every server, and nothing that is false of an older one. */
class CommandTableServerTest {
  private static final int NAME = 0;
  private static final int FLAGS = 2;
  private static final int SUBCOMMANDS = 9;

  private final CommandTable table = CommandTable.standard();
  private final Set<String> missing = new TreeSet<>();

  @EachServer
  void shouldKnowEveryCommandThatTheServerReports(ServerVersion version) {
    try (RedisServer server = RedisServer.start(version)) {
      List<Reply> commands = items(server.call("COMMAND"));
      assertThat(commands).hasSizeGreaterThan(200);
      commands.forEach(reported -> check(items(reported), version));
    }
    String lacks = "commands of %s that the table lacks: run build/commands on the newest servers";
    if (isNewerThanTheTable(version)) {
      // Debian's moving suites may bring a server of tomorrow: worth a line, not a broken build.
      assumeThat(missing).as(lacks, version).isEmpty();
    } else {
      assertThat(missing).as(lacks, version).isEmpty();
    }
  }

  /** Whether it is newer than the servers that the table was written from. */
  private static boolean isNewerThanTheTable(ServerVersion version) {
    return switch (version.family()) {
      case REDIS -> version.isAtLeast(8, 7);
      case VALKEY -> version.isAtLeast(9, 2);
    };
  }

  private void check(List<Reply> reported, ServerVersion version) {
    String name = reported.get(NAME).text().toLowerCase(Locale.ROOT);
    Command known = table.named(name);
    if (known.isUnknown()) {
      missing.add(name);
      return;
    }
    Set<String> flags = new TreeSet<>();
    items(reported.get(FLAGS)).forEach(flag -> flags.add(flag.text()));
    String what = name + " of " + version;
    if (flags.contains("write") && !known.container()) {
      assertThat(known.has(CommandFlag.WRITE)).as("write: %s", what).isTrue();
    }
    if (known.has(CommandFlag.READONLY)) {
      assertThat(flags).as("read-only: %s", what).doesNotContain("write");
    }
    boolean leaf = reported.size() <= SUBCOMMANDS || items(reported.get(SUBCOMMANDS)).isEmpty();
    if (!leaf) {
      items(reported.get(SUBCOMMANDS)).forEach(subcommand -> check(items(subcommand), version));
    }
  }

  private static List<Reply> items(Reply reply) {
    return ((Reply.Items) reply).items();
  }
}
