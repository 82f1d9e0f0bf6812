package io.understudy.wire.scan;

import io.understudy.wire.command.Command;
import java.nio.ByteBuffer;

/**
 * How a command began, up to the end of its name: clients send the same few commands over and over,
 * and 16 bytes are compared in a third of the time that it takes to read them.
 *
 * <p>Remembers commands of less than ten arguments whose name has at most {@link #MOST_NAME_BYTES}.
 * Buffers are big-endian.
 */
final class Beginning {
  /** The line of the number of arguments, or of the name's length, when both are one digit. */
  private static final int LINE_BYTES = 4;

  private static final int NAME_OFFSET = 2 * LINE_BYTES;
  private static final int LINE_END_BYTES = 2;
  private static final int COMPARED_BYTES = 2 * Long.BYTES;

  /** The longest name whose line ends within the bytes that are compared. */
  static final int MOST_NAME_BYTES = COMPARED_BYTES - NAME_OFFSET - LINE_END_BYTES;

  private static final int MOST_ARGUMENTS = 9;

  private long head;
  private long tail;
  private long tailMask;
  private int arguments;
  private int nameBytes;
  private Command command = Command.UNKNOWN;

  /**
   * Whether a command begins as the one that is remembered.
   *
   * @param from absolute index of its first byte
   * @param end absolute index behind the last byte that may be read
   */
  boolean matches(ByteBuffer in, int from, int end) {
    return end - from >= COMPARED_BYTES
        && arguments > 0
        && in.getLong(from) == head
        && (in.getLong(from + Long.BYTES) & tailMask) == tail;
  }

  /**
   * Remembers how a command began that was read up to the end of its name, or forgets all if that
   * is too long.
   *
   * @param from absolute index of its first byte
   * @param end absolute index behind the last byte that may be read
   */
  void remember(ByteBuffer in, int from, int end, int count, int length, Command found) {
    if (count > MOST_ARGUMENTS || length > MOST_NAME_BYTES || end - from < COMPARED_BYTES) {
      arguments = 0;
      return;
    }
    head = in.getLong(from);
    tailMask = -1L << ((MOST_NAME_BYTES - length) * Byte.SIZE);
    tail = in.getLong(from + Long.BYTES) & tailMask;
    arguments = count;
    nameBytes = length;
    command = found;
  }

  /** How many arguments there are, the name among them. */
  int arguments() {
    return arguments;
  }

  /** Where the name begins, from the command's first byte. */
  int nameOffset() {
    return NAME_OFFSET;
  }

  /** The name's length. */
  int nameBytes() {
    return nameBytes;
  }

  /** How many bytes there are up to the end of the name's line. */
  int bytes() {
    return NAME_OFFSET + nameBytes + LINE_END_BYTES;
  }

  /** The command of that name; a container if the subcommand is still to be read. */
  Command command() {
    return command;
  }
}
