package io.understudy.proxy.route;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandFlag;
import io.understudy.wire.command.CommandTable;
import java.util.Set;

/**
 * Which commands may be answered by a replica: those that never change data and do not go on with
 * what another node began, as a cursor does. Unknown commands are never among them. Immutable.
 */
public final class Reads {
  /** Cursors mean something only on the node that gave them. */
  private static final Set<String> CURSORS = Set.of("scan", "sscan", "hscan", "zscan");

  private final boolean[] byId;

  /** Decides for every command of {@code table}. */
  public Reads(CommandTable table) {
    byId = new boolean[table.size()];
    for (Command command : table.commands()) {
      byId[command.id()] =
          Conduct.of(command) == Conduct.PLAIN
              && command.has(CommandFlag.READONLY)
              && !command.has(CommandFlag.WRITE)
              && !CURSORS.contains(command.name());
    }
  }

  /** Whether a replica may answer a command of the table. */
  public boolean isRead(Command command) {
    return byId[command.id()];
  }
}
