package io.understudy.proxy.route;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;

/** The conduct and the class of every command of a table, found without a search. Immutable. */
public final class Conducts {
  private final Conduct[] byId;
  private final CommandClass[] classes;
  private final int[] mixes;

  /** Decides for every command of {@code table}. */
  public Conducts(CommandTable table) {
    byId = new Conduct[table.size()];
    classes = new CommandClass[table.size()];
    mixes = new int[table.size()];
    for (Command command : table.commands()) {
      Conduct conduct = Conduct.of(command);
      byId[command.id()] = conduct;
      classes[command.id()] = CommandClass.of(command, conduct);
      mixes[command.id()] = classes[command.id()].inMix();
    }
  }

  /** How a command of the table is treated. */
  public Conduct of(Command command) {
    return byId[command.id()];
  }

  /** The class under which a command of the table is measured. */
  public CommandClass classOf(Command command) {
    return classes[command.id()];
  }

  /** One such command in the mix of a run: see {@link CommandClass}. */
  public int mixOf(Command command) {
    return mixes[command.id()];
  }
}
