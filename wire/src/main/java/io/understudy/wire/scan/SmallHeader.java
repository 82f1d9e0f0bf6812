package io.understudy.wire.scan;

import java.nio.ByteBuffer;

/**
 * Reads header lines of one to four digits in a step or two: {@code *3}, {@code $64}, {@code
 * $1024}.
 *
 * <p>Whatever is not such a line, whole and faultless, is -1, and the scanners then read it byte by
 * byte. Buffers are big-endian.
 */
final class SmallHeader {
  /** A line end, as {@link ByteBuffer#getShort} reads it. */
  static final short CRLF = ('\r' << 8) | '\n';

  /** The type, a digit, CR and LF, without the digit. */
  private static final int ONE_DIGIT_MASK = 0xFF00FFFF;

  private static final int MOST_DIGITS = 4;

  /** No number that is read here is greater. */
  static final int GREATEST = 9_999;

  private static final int NUMBER_MASK = 0xFFFFFF;
  private static final int MINUS_ONE = ('-' << 16) | ('1' << 8) | '\r';
  private static final int MINUS_ONE_BYTES = 5;

  /** What nearly every line is. */
  private static final int OK_AND_CR = ('+' << 24) | ('O' << 16) | ('K' << 8) | '\r';

  private static final int OK_BYTES = 5;

  private SmallHeader() {}

  /**
   * The number in a header line.
   *
   * @param at absolute index of the type's byte
   * @param end absolute index behind the last byte that may be read
   * @return the number, or -1
   */
  static int read(ByteBuffer in, int at, int end, char type) {
    if (end - at < Integer.BYTES) {
      return -1;
    }
    int word = in.getInt(at);
    int first = ((word >> 16) & 0xFF) - '0';
    if ((word & ONE_DIGIT_MASK) == ((type << 24) | CRLF)) {
      return isDigit(first) ? first : -1;
    }
    if (word >>> 24 != type || first < 1 || first > 9) {
      return -1;
    }
    int second = ((word >> 8) & 0xFF) - '0';
    if (!isDigit(second)) {
      return -1;
    }
    int number = first * 10 + second;
    if ((word & 0xFF) == '\r') {
      return at + Integer.BYTES < end && in.get(at + Integer.BYTES) == '\n' ? number : -1;
    }
    return longer(in, at + 3, end, number);
  }

  /** Reads on behind two digits. */
  private static int longer(ByteBuffer in, int from, int end, int twoDigits) {
    int number = twoDigits;
    for (int at = from; at - from < MOST_DIGITS - 1 && at + 1 < end; at++) {
      byte b = in.get(at);
      if (b == '\r') {
        return in.get(at + 1) == '\n' ? number : -1;
      }
      if (!isDigit(b - '0')) {
        return -1;
      }
      number = number * 10 + b - '0';
    }
    return -1;
  }

  private static boolean isDigit(int digit) {
    return digit >= 0 && digit <= 9;
  }

  /** Absolute index behind a whole bulk of less than 10,000 bytes, or a null bulk; or -1. */
  static int behindBulk(ByteBuffer in, int at, int end) {
    int behind = behindString(in, at, end);
    return behind < 0 && isMinusOne(in, at, end) ? at + MINUS_ONE_BYTES : behind;
  }

  /** Absolute index behind a whole bulk of less than 10,000 bytes; or -1. */
  static int behindString(ByteBuffer in, int at, int end) {
    int length = read(in, at, end, '$');
    int behind = at + bytes(length) + length + 2;
    return length >= 0 && behind <= end && in.getShort(behind - 2) == CRLF ? behind : -1;
  }

  /** Absolute index behind a line that is whole; or -1. */
  static int behindLine(ByteBuffer in, int at, int end) {
    if (end - at >= OK_BYTES && in.getInt(at) == OK_AND_CR && in.get(at + Integer.BYTES) == '\n') {
      return at + OK_BYTES;
    }
    int cr = at + 1;
    while (cr < end && in.get(cr) != '\r') {
      cr++;
    }
    return end - cr >= 2 && in.get(cr + 1) == '\n' ? cr + 2 : -1;
  }

  private static boolean isMinusOne(ByteBuffer in, int at, int end) {
    return end - at >= MINUS_ONE_BYTES
        && (in.getInt(at) & NUMBER_MASK) == MINUS_ONE
        && in.get(at + Integer.BYTES) == '\n';
  }

  /** How many bytes the line of a number that was read has. */
  static int bytes(int number) {
    return number < 10 ? 4 : number < 100 ? 5 : number < 1000 ? 6 : 7;
  }
}
