package io.understudy.proxy.route;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandFlag;

/** What kind of time a command may take: the classes whose times are measured apart. */
public enum CommandClass {
  /** Never changes data. */
  READ,
  /** May change data. */
  WRITE,
  /** Waits for others as long as its client wants: BLPOP, WAIT, XREAD BLOCK. */
  BLOCKING,
  /** Runs a client's program: EVAL, FCALL. */
  SCRIPT,
  /** Everything else: PING, MULTI, EXEC, SUBSCRIBE, INFO, and what is not known. */
  OTHER;

  private static final int OTHER_SHIFT = 16;
  private static final int WRITES_MASK = (1 << OTHER_SHIFT) - 1;

  /** The class of one command. */
  static CommandClass of(Command command, Conduct conduct) {
    return switch (conduct) {
      case SCRIPT -> SCRIPT;
      case BLOCKING, WAIT -> BLOCKING;
      case PLAIN ->
          command.has(CommandFlag.WRITE) ? WRITE : command.has(CommandFlag.READONLY) ? READ : OTHER;
      case SCRIPT_KILL,
          TRANSACTION,
          PUBSUB,
          MONITOR,
          REPLICATION,
          BINDING,
          SELECT,
          HELLO,
          AUTH,
          RESET,
          QUIT,
          CLIENT_REPLY,
          CLIENT_NOTICES,
          CONSISTENCY,
          CLIENT_TRACKING,
          CLIENT_FLAG,
          CLIENT_OWN ->
          OTHER;
    };
  }

  /**
   * One command of this class in the mix of a run: mixes are added as numbers. Classes other than
   * read and write count as {@link #OTHER}, for the rest never stands in a run; what is neither a
   * write nor other is a read. Up to 65535 commands.
   */
  int inMix() {
    return switch (this) {
      case READ -> 0;
      case WRITE -> 1;
      case BLOCKING, SCRIPT, OTHER -> 1 << OTHER_SHIFT;
    };
  }

  /** How many writes a mix has. */
  public static int writes(int mix) {
    return mix & WRITES_MASK;
  }

  /** How many commands of a mix are neither reads nor writes. */
  public static int others(int mix) {
    return mix >>> OTHER_SHIFT;
  }
}
