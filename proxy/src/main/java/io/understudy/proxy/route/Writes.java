package io.understudy.proxy.route;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandFlag;
import io.understudy.wire.command.CommandTable;

/**
 * Which commands may change data, so that their answers may have to wait until replicas have it.
 * Scripts and unknown commands are among them. Immutable.
 */
public final class Writes {
  /** Of every command that servers have. */
  public static final Writes STANDARD = new Writes(CommandTable.standard());

  private final boolean[] byId;

  /** Decides for every command of {@code table}. */
  public Writes(CommandTable table) {
    byId = new boolean[table.size()];
    for (Command command : table.commands()) {
      boolean reads = command.has(CommandFlag.READONLY) && !command.has(CommandFlag.WRITE);
      boolean script = Conduct.of(command) == Conduct.SCRIPT;
      byId[command.id()] = !reads && (command.has(CommandFlag.WRITE) || script);
    }
  }

  /** Whether a command may change data. */
  public boolean mayWrite(Command command) {
    return command.isUnknown() || byId[command.id()];
  }
}
