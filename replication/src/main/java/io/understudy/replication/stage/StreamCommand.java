package io.understudy.replication.stage;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.keys.Arguments;
import io.understudy.wire.keys.KeyFinder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * One command of a replication stream: its bytes, and where its words and keys are in them.
 *
 * <p>Valid until the next command is read: the array, the arguments and the keys are used again.
 *
 * @param bytes holds the command in multibulk form
 * @param from index of its first byte
 * @param to index behind its last byte
 * @param command what the table knows of it
 * @param arguments its words; their offsets are indexes of {@code bytes}
 * @param keys its keys, found
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record StreamCommand(
    byte[] bytes, int from, int to, Command command, Arguments arguments, KeyFinder keys) {

  /** The same, of which a server has told what the table does not know. */
  public StreamCommand as(Command told) {
    keys.find(told, arguments);
    return new StreamCommand(bytes, from, to, told, arguments, keys);
  }

  /**
   * Its name in lower case, as COMMAND INFO takes it; with a subcommand's if it is known to have
   * some.
   */
  public String name() {
    String own = text(0).toLowerCase(Locale.ROOT);
    return command.container() ? own + "|" + second() : own;
  }

  /** Its second word in lower case, which may be a subcommand's name; empty without one. */
  public String second() {
    return count() > 1 && arguments.length(1) <= CommandTable.MAX_NAME_BYTES
        ? text(1).toLowerCase(Locale.ROOT)
        : "";
  }

  /** How many words it has, its name among them. */
  int count() {
    return arguments.count();
  }

  /** A copy of a word. */
  byte[] word(int index) {
    int from = arguments.offset(index);
    return Arrays.copyOfRange(bytes, from, from + arguments.length(index));
  }

  /** A word as text, a character for each byte. */
  public String text(int index) {
    return new String(
        bytes, arguments.offset(index), arguments.length(index), StandardCharsets.ISO_8859_1);
  }

  /** Copies of the words from one to before another. */
  byte[][] words(int first, int end) {
    byte[][] words = new byte[end - first][];
    for (int i = first; i < end; i++) {
      words[i - first] = word(i);
    }
    return words;
  }

  /** Whether a word is {@code text} in any case. */
  boolean is(int index, String text) {
    return arguments.length(index) == text.length() && text(index).equalsIgnoreCase(text);
  }

  /**
   * A word as the number of a database.
   *
   * @throws UncuttableException if it is none
   */
  int database(int index) {
    try {
      return Integer.parseInt(text(index));
    } catch (NumberFormatException e) {
      throw new UncuttableException(text(index) + " is not a database", e);
    }
  }

  /** The command as an operator may see it: its name and its first key. */
  @Override
  public String toString() {
    String name = text(0);
    return keys.count() == 0 ? name : name + " " + text(keys.argument(0));
  }
}
