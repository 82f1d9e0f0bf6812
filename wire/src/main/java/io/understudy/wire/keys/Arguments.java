package io.understudy.wire.keys;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The positions of all arguments of one whole command in multibulk form.
 *
 * <p>Reused: {@link #read} replaces what was there. Its memory grows with the arguments that really
 * are in the buffer, never with a count that a header claims, and {@link #read} gives it back after
 * a command of more than {@link #KEPT_ARGUMENTS}.
 */
public final class Arguments {
  /** For how many arguments memory is kept between commands. */
  public static final int KEPT_ARGUMENTS = 1024;

  private static final int USUAL_ARGUMENTS = 16;

  private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
  private int[] offsets = new int[USUAL_ARGUMENTS];
  private int[] lengths = new int[USUAL_ARGUMENTS];
  private int count;

  /** Without arguments until {@link #read}. */
  public Arguments() {}

  /**
   * Finds the arguments of a command.
   *
   * @param buffer holds the whole command, which a scanner has found to be right; it is kept until
   *     the next call, and must stay accessible while the arguments are asked for
   * @param from absolute index of the command's first byte
   * @throws IllegalArgumentException if there is no whole command in multibulk form
   */
  public void read(ByteBuf buffer, int from) {
    if (offsets.length > KEPT_ARGUMENTS) {
      offsets = new int[USUAL_ARGUMENTS];
      lengths = new int[USUAL_ARGUMENTS];
    }
    bytes = buffer;
    count = 0;
    int at = from;
    int left = header(at, '*');
    at = behindLine(at);
    for (; left > 0; left--) {
      int length = header(at, '$');
      at = behindLine(at);
      if (length > buffer.writerIndex() - at - 2) {
        throw new IllegalArgumentException("the command is not whole");
      }
      add(at, length);
      at += length + 2;
    }
  }

  private void add(int offset, int length) {
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, count * 2);
      lengths = Arrays.copyOf(lengths, count * 2);
    }
    offsets[count] = offset;
    lengths[count++] = length;
  }

  private int header(int at, char type) {
    if (at >= bytes.writerIndex() || bytes.getByte(at) != type) {
      throw new IllegalArgumentException("no '" + type + "' at " + at);
    }
    int number = 0;
    for (int i = at + 1; i < bytes.writerIndex(); i++) {
      byte b = bytes.getByte(i);
      if (b == '\r') {
        return number;
      }
      if (b < '0' || b > '9' || number > (Integer.MAX_VALUE - 9) / 10) {
        throw new IllegalArgumentException("no length at " + at);
      }
      number = number * 10 + (b - '0');
    }
    throw new IllegalArgumentException("the command is not whole");
  }

  private int behindLine(int at) {
    int end = bytes.indexOf(at, bytes.writerIndex(), (byte) '\n');
    if (end < 0) {
      throw new IllegalArgumentException("the command is not whole");
    }
    return end + 1;
  }

  /** How many there are, the command's name among them. */
  public int count() {
    return count;
  }

  /** Absolute index of an argument's first byte; argument 0 is the command's name. */
  public int offset(int argument) {
    return offsets[argument];
  }

  /** How many bytes an argument has. */
  public int length(int argument) {
    return lengths[argument];
  }

  /** An argument as text, a character for each byte: for messages and tests. */
  public String text(int argument) {
    return bytes.toString(offsets[argument], lengths[argument], StandardCharsets.ISO_8859_1);
  }

  /** Whether an argument is {@code word} in any case. */
  public boolean is(int argument, String word) {
    if (lengths[argument] != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (lower(bytes.getByte(offsets[argument] + i)) != lower((byte) word.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** An argument as a number of 0 and up; -1 if it is none, or one above a billion. */
  int number(int argument) {
    int length = lengths[argument];
    if (length == 0 || length > 9 || (length > 1 && bytes.getByte(offsets[argument]) == '0')) {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < length; i++) {
      int digit = bytes.getByte(offsets[argument] + i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  private static int lower(byte b) {
    return b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
  }
}
