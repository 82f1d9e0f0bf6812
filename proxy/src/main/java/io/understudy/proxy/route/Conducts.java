package io.understudy.proxy.route;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;

/** The conduct of every command of a table, found without a search. Immutable. */
public final class Conducts {
  private final Conduct[] byId;

  /** Decides for every command of {@code table}. */
  public Conducts(CommandTable table) {
    byId = new Conduct[table.size()];
    for (Command command : table.commands()) {
      byId[command.id()] = Conduct.of(command);
    }
  }

  /** How a command of the table is treated. */
  public Conduct of(Command command) {
    return byId[command.id()];
  }
}
