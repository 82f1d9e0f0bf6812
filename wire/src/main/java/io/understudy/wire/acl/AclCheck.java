package io.understudy.wire.acl;

import io.netty.buffer.ByteBuf;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandFlag;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.command.KeySpec;
import io.understudy.wire.keys.Arguments;
import io.understudy.wire.keys.KeyFinder;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Decides whether a user may run one whole command, as servers do before they run it. What a script
 * does is not seen: it is allowed with the script. One thread.
 */
public final class AclCheck {
  /** What is decided. */
  public enum Verdict {
    /** It may be run. */
    ALLOWED,
    /** The command is not the user's. */
    NO_COMMAND,
    /** One of its keys is not. */
    NO_KEY,
    /** One of its channels is not. */
    NO_CHANNEL,
    /** No server would run it: it has too few or too many arguments. */
    WRONG_ARITY
  }

  /** How a command names channels. */
  private enum Channels {
    NONE,
    /** The first argument. */
    ONE,
    /** All arguments. */
    ALL,
    /** All arguments are patterns. */
    PATTERNS
  }

  private static final Set<String> STORING = Set.of("store", "storedist");

  /** Access by command and key spec, and how channels are named by command: looked up by id. */
  private static final int[][] ACCESS;

  private static final Channels[] CHANNELS;

  /** Where the only key of a command is its first argument, the access to it; otherwise -1. */
  private static final int[] FIRST_IS_KEY;

  /** The commands that name a key behind a word, once. */
  private static final boolean[] STORES;

  static {
    List<Command> commands = CommandTable.standard().commands();
    ACCESS = new int[commands.size()][];
    CHANNELS = new Channels[commands.size()];
    FIRST_IS_KEY = new int[commands.size()];
    STORES = new boolean[commands.size()];
    for (Command command : commands) {
      List<KeySpec> specs = command.keySpecs();
      ACCESS[command.id()] = specs.stream().mapToInt(Access::of).toArray();
      CHANNELS[command.id()] = channels(command.name());
      STORES[command.id()] =
          specs.stream()
              .anyMatch(
                  spec ->
                      spec.begin() instanceof KeySpec.AfterKeyword(String word, int from)
                          && STORING.contains(word.toLowerCase(Locale.ROOT)));
      boolean simple =
          specs.size() == 1
              && specs.getFirst().begin().equals(new KeySpec.AtIndex(1))
              && specs.getFirst().find() instanceof KeySpec.Range(int last, int step, int limit)
              && last == 0
              && !specs.getFirst().flags().contains("variable_flags")
              && !specs.getFirst().isNotKey()
              && !specs.getFirst().isIncomplete()
              && !command.has(CommandFlag.TOUCHES_ARBITRARY_KEYS)
              && CHANNELS[command.id()] == Channels.NONE;
      FIRST_IS_KEY[command.id()] = simple ? ACCESS[command.id()][0] : -1;
    }
  }

  private final Arguments arguments = new Arguments();
  private final KeyFinder finder = new KeyFinder();

  /** Makes one that can be used again and again. */
  public AclCheck() {}

  private static Channels channels(String command) {
    return switch (command) {
      case "publish", "spublish" -> Channels.ONE;
      case "subscribe", "ssubscribe" -> Channels.ALL;
      case "psubscribe" -> Channels.PATTERNS;
      default -> Channels.NONE;
    };
  }

  /** Whether only the name of a command decides, whatever its arguments are. */
  public static boolean isDecidedByName(Rights rights, Command command) {
    boolean keyless = command.keySpecs().isEmpty() && CHANNELS[command.id()] == Channels.NONE;
    return rights.isEverything()
        || (keyless && !command.isUnknown())
        || (CHANNELS[command.id()] == Channels.NONE
            ? rights.hasAllKeys()
            : rights.hasAllChannels());
  }

  /** Whether the only key of a command is its first argument, so that {@link #mayUse} decides. */
  public static boolean isFirstItsKey(Command command) {
    return FIRST_IS_KEY[command.id()] >= 0;
  }

  /**
   * Whether the one key of such a command may be used.
   *
   * @param from absolute index of the key's first byte
   */
  public static boolean mayUse(
      Rights rights, Command command, ByteBuf bytes, int from, int length) {
    return rights.mayUse(bytes, from, length, FIRST_IS_KEY[command.id()]);
  }

  /**
   * Decides about a whole command in multibulk form.
   *
   * @param from absolute index of its first byte
   */
  public Verdict of(Rights rights, Command command, ByteBuf bytes, int from) {
    if (!rights.mayRun(command)) {
      return Verdict.NO_COMMAND;
    }
    if (isDecidedByName(rights, command)) {
      return Verdict.ALLOWED;
    }
    arguments.read(bytes, from);
    int arity = command.arity();
    if (arity >= 0 ? arguments.count() != arity : arguments.count() < -arity) {
      return Verdict.WRONG_ARITY;
    }
    if (!mayUseChannels(rights, command, bytes)) {
      return Verdict.NO_CHANNEL;
    }
    return rights.hasAllKeys() || mayUseKeys(rights, command, bytes)
        ? Verdict.ALLOWED
        : Verdict.NO_KEY;
  }

  private boolean mayUseChannels(Rights rights, Command command, ByteBuf bytes) {
    Channels named = CHANNELS[command.id()];
    int end =
        switch (named) {
          case NONE -> 0;
          case ONE -> 2;
          case ALL, PATTERNS -> arguments.count();
        };
    for (int i = 1; i < end; i++) {
      if (!rights.mayHear(
          bytes, arguments.offset(i), arguments.length(i), named == Channels.PATTERNS)) {
        return false;
      }
    }
    return true;
  }

  private boolean mayUseKeys(Rights rights, Command command, ByteBuf bytes) {
    if (!finder.find(command, arguments) || (STORES[command.id()] && storesTwice())) {
      return false;
    }
    if (command.has(CommandFlag.TOUCHES_ARBITRARY_KEYS)
        && !rights.readsAllKeys()
        && (has("by", 2) || has("get", 2))) {
      return false;
    }
    int[] access = ACCESS[command.id()];
    for (int key = 0; key < finder.count(); key++) {
      int argument = finder.argument(key);
      int needed = access[finder.spec(key)];
      if (command.name().equals("set") && !has("get", 3)) {
        needed &= ~Access.READ; // Only SET … GET tells what was there.
      }
      if (!rights.mayUse(bytes, arguments.offset(argument), arguments.length(argument), needed)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a key to store at is named twice: servers take the last, key specs the first. */
  private boolean storesTwice() {
    for (String word : STORING) {
      int times = 0;
      for (int i = 2; i < arguments.count(); i++) {
        times += arguments.is(i, word) ? 1 : 0;
      }
      if (times > 1) {
        return true;
      }
    }
    return false;
  }

  /** Whether an option is among the arguments from {@code first} on. */
  private boolean has(String option, int first) {
    for (int i = first; i < arguments.count(); i++) {
      if (arguments.is(i, option)) {
        return true;
      }
    }
    return false;
  }
}
