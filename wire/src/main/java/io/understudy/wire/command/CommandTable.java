package io.understudy.wire.command;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Every command of the newest Redis and Valkey, found by the bytes of its name without copying or
 * allocating.
 *
 * <p>A table is immutable. Names are compared byte by byte with ASCII letters in either case, as
 * servers do, eight at a time; the hash is of the first and the last eight.
 */
public final class CommandTable {
  private static final int WORD_BYTES = 8;
  private static final int MAX_WORDS = 4;
  private static final long SPACES = 0x2020202020202020L;
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  /** So sparse a table that most names, known or not, are decided at the first slot. */
  private static final int SLOTS_PER_COMMAND = 4;

  /** No name of a command or subcommand is longer; the table refuses to be made with one. */
  public static final int MAX_NAME_BYTES = WORD_BYTES * MAX_WORDS;

  private static final CommandTable STANDARD = new CommandTable(CommandResource.load());

  private final List<Command> commands;
  private final int shift;
  private final Slot[] slots;

  /** A name split into words of eight bytes, with the bits in which its letters may differ. */
  private static final class Slot {
    static final Slot EMPTY = new Slot(-1, -1, Command.UNKNOWN);

    final int container;
    final int length;
    final long[] words = new long[MAX_WORDS];
    final long[] letterBits = new long[MAX_WORDS];
    final Command command;

    Slot(int container, int length, Command command) {
      this.container = container;
      this.length = length;
      this.command = command;
    }

    boolean holds(int ofContainer, int ofLength, long first) {
      return length == ofLength && container == ofContainer && (first | letterBits[0]) == words[0];
    }

    boolean holdsRest(ByteBuffer buffer, int offset) {
      for (int at = WORD_BYTES, i = 1; at < length; at += WORD_BYTES, i++) {
        if ((word(buffer, offset, length, at) | letterBits[i]) != words[i]) {
          return false;
        }
      }
      return true;
    }
  }

  CommandTable(List<Command> commands) {
    this.commands = List.copyOf(commands);
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(commands.size() * SLOTS_PER_COMMAND);
    this.shift = Long.SIZE - bits;
    this.slots = new Slot[1 << bits];
    Arrays.fill(slots, Slot.EMPTY);
    for (Command command : commands) {
      if (!command.isUnknown()) {
        place(slot(command));
      }
    }
  }

  /** The table that was generated from real servers. */
  public static CommandTable standard() {
    return STANDARD;
  }

  /** How many commands there are, {@link Command#UNKNOWN} among them: one more than the last id. */
  public int size() {
    return commands.size();
  }

  /** All commands in the order of their ids, {@link Command#UNKNOWN} first. */
  public List<Command> commands() {
    return commands;
  }

  /**
   * The command called {@code name}: for start-up and tests, not for the data path.
   *
   * @param name in any case; a subcommand's is {@code client|list}
   * @return the command, or {@link Command#UNKNOWN}
   */
  public Command named(String name) {
    int bar = name.indexOf('|');
    if (bar < 0) {
      byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
      return lookup(ByteBuffer.wrap(bytes), 0, bytes.length);
    }
    byte[] bytes = name.substring(bar + 1).getBytes(StandardCharsets.ISO_8859_1);
    Command container = named(name.substring(0, bar));
    if (!container.container()) {
      return Command.UNKNOWN;
    }
    Command found = subcommand(container, ByteBuffer.wrap(bytes), 0, bytes.length);
    return found.id() == container.id() ? Command.UNKNOWN : found;
  }

  /**
   * The command whose name is in a buffer.
   *
   * @param offset absolute index of the name's first byte
   * @param length the name's length in bytes
   * @return the command, or {@link Command#UNKNOWN}
   */
  public Command lookup(ByteBuf buffer, int offset, int length) {
    return lookup(buffer.nioBuffer(offset, length), 0, length);
  }

  /**
   * The command whose name is in a buffer, which must be big-endian.
   *
   * @param offset absolute index of the name's first byte
   * @param length the name's length in bytes
   * @return the command, or {@link Command#UNKNOWN}
   */
  public Command lookup(ByteBuffer buffer, int offset, int length) {
    return find(0, buffer, offset, length);
  }

  /**
   * The subcommand whose name is in a buffer, which must be big-endian.
   *
   * @param container a command for which {@link Command#container()} holds
   * @param offset absolute index of the subcommand's first byte
   * @param length the subcommand's length in bytes
   * @return the subcommand, or {@code container} itself if it has none of that name
   */
  public Command subcommand(Command container, ByteBuffer buffer, int offset, int length) {
    Command found = find(container.id(), buffer, offset, length);
    return found.isUnknown() ? container : found;
  }

  private Command find(int container, ByteBuffer buffer, int offset, int length) {
    if (length <= 0 || length > MAX_NAME_BYTES) {
      return Command.UNKNOWN;
    }
    long first = word(buffer, offset, length, 0);
    long last = length <= WORD_BYTES ? first : tail(buffer, offset, length);
    int index = index(container, length, first, last);
    for (Slot slot = slots[index]; slot.length >= 0; slot = slots[index]) {
      if (slot.holds(container, length, first) && slot.holdsRest(buffer, offset)) {
        return slot.command;
      }
      index = (index + 1) & (slots.length - 1);
    }
    return Command.UNKNOWN;
  }

  /** The eight bytes of a name from {@code at}, or those left of it, padded with zeros. */
  private static long word(ByteBuffer buffer, int offset, int length, int at) {
    int left = length - at;
    int from = offset + at;
    if (from + WORD_BYTES <= buffer.limit()) {
      long word = buffer.getLong(from);
      return left >= WORD_BYTES ? word : word & (-1L << ((WORD_BYTES - left) * 8));
    }
    long word = 0;
    int n = Math.min(left, WORD_BYTES);
    for (int i = 0; i < n; i++) {
      word |= (buffer.get(from + i) & 0xFFL) << (56 - i * 8);
    }
    return word;
  }

  /** The last eight bytes of a name that is longer than eight. */
  private static long tail(ByteBuffer buffer, int offset, int length) {
    return buffer.getLong(offset + length - WORD_BYTES);
  }

  private int index(int container, int length, long first, long last) {
    long mixed = ((first | SPACES) * MULTIPLIER) ^ Long.rotateLeft(last | SPACES, 23);
    return (int) (((mixed + container * 31L + length) * MULTIPLIER) >>> shift);
  }

  /** Puts a name into the first free slot from the one its hash tells. */
  private void place(Slot slot) {
    byte[] bytes = ownName(slot.command).getBytes(StandardCharsets.ISO_8859_1);
    long last =
        bytes.length <= WORD_BYTES ? slot.words[0] : tail(ByteBuffer.wrap(bytes), 0, bytes.length);
    int index = index(slot.container, slot.length, slot.words[0], last);
    while (slots[index].length >= 0) {
      index = (index + 1) & (slots.length - 1);
    }
    slots[index] = slot;
  }

  private static String ownName(Command command) {
    return command.name().substring(command.name().indexOf('|') + 1);
  }

  private Slot slot(Command command) {
    byte[] bytes = ownName(command).getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length == 0 || bytes.length > MAX_NAME_BYTES) {
      throw new IllegalArgumentException("the table cannot hold the name '" + command.name() + "'");
    }
    Slot slot = new Slot(containerOf(command), bytes.length, command);
    for (int i = 0; i < bytes.length; i++) {
      int left = 56 - (i % WORD_BYTES) * 8;
      slot.words[i / WORD_BYTES] |= (bytes[i] & 0xFFL) << left;
      if (bytes[i] >= 'a' && bytes[i] <= 'z') {
        slot.letterBits[i / WORD_BYTES] |= 0x20L << left;
      }
    }
    return slot;
  }

  private int containerOf(Command command) {
    int bar = command.name().indexOf('|');
    if (bar < 0) {
      return 0;
    }
    String container = command.name().substring(0, bar);
    for (Command other : commands) {
      if (other.name().equals(container)) {
        return other.id();
      }
    }
    throw new IllegalArgumentException(
        "the table has '" + command.name() + "' but no '" + container + "'");
  }
}
