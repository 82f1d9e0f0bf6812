package io.understudy.wire.acl;

import io.netty.buffer.ByteBuf;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandFlag;
import io.understudy.wire.command.CommandTable;
import java.util.BitSet;
import java.util.List;

/** What a user may do. Immutable; any thread. */
public final class Rights {
  private final BitSet commands;
  private final boolean everything;
  private final List<KeyPattern> keys;
  private final List<Glob> channels;
  private final boolean allKeys;
  private final boolean allChannels;

  /**
   * Takes what rules amount to.
   *
   * @param commands by id; copied
   * @param allCommands whether nothing was taken away from all commands
   */
  Rights(BitSet commands, boolean allCommands, List<KeyPattern> keys, List<Glob> channels) {
    this.commands = (BitSet) commands.clone();
    this.keys = List.copyOf(keys);
    this.channels = List.copyOf(channels);
    this.allKeys = keys.stream().anyMatch(KeyPattern::isAll);
    this.allChannels = channels.stream().anyMatch(Glob::isAll);
    this.everything = allCommands && allKeys && allChannels;
    for (Command command : CommandTable.standard().commands()) {
      // Servers let everyone log in and leave.
      if (command.has(CommandFlag.NO_AUTH)) {
        this.commands.set(command.id());
      }
    }
    // A name that the table does not know may stand for anything: a renamed FLUSHALL, a module's.
    this.commands.set(Command.UNKNOWN.id(), everything);
  }

  /** Whether a command may be run at all, whatever its keys are. */
  public boolean mayRun(Command command) {
    return commands.get(command.id());
  }

  /** Whether every key may be read and written. */
  public boolean hasAllKeys() {
    return allKeys;
  }

  /** Whether every channel may be heard and spoken to. */
  public boolean hasAllChannels() {
    return allChannels;
  }

  /** Whether there is nothing that is not allowed. */
  public boolean isEverything() {
    return everything;
  }

  /** Whether every key may be read. */
  boolean readsAllKeys() {
    for (KeyPattern key : keys) {
      if (key.glob().isAll() && (key.access() & Access.READ) != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a key may be used.
   *
   * @param from absolute index of its first byte
   * @param access the bits of {@link Access} that one pattern has to have together
   */
  boolean mayUse(ByteBuf bytes, int from, int length, int access) {
    for (int i = 0; i < keys.size(); i++) {
      KeyPattern key = keys.get(i);
      if ((key.access() & access) == access && key.glob().matches(bytes, from, length)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a channel may be used.
   *
   * @param pattern whether it is a pattern, which must be one of the user's, letter for letter
   */
  boolean mayHear(ByteBuf bytes, int from, int length, boolean pattern) {
    for (Glob channel : channels) {
      boolean fits =
          pattern
              ? channel.isAll() || channel.isSpelled(bytes, from, length)
              : channel.matches(bytes, from, length);
      if (fits) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Rights rights
        && commands.equals(rights.commands)
        && keys.equals(rights.keys)
        && channels.equals(rights.channels);
  }

  @Override
  public int hashCode() {
    return commands.hashCode() * 31 + keys.hashCode();
  }
}
