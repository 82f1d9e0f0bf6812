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
    int digit = ((word >> 16) & 0xFF) - '0';
    if ((word & ONE_DIGIT_MASK) == ((type << 24) | CRLF)) {
      return digit >= 0 && digit <= 9 ? digit : -1;
    }
    if (word >>> 24 != type || digit < 1 || digit > 9) {
      return -1;
    }
    int number = digit;
    for (int i = 2; i <= MOST_DIGITS + 1 && at + i + 1 < end; i++) {
      byte b = in.get(at + i);
      if (b == '\r') {
        return in.get(at + i + 1) == '\n' ? number : -1;
      }
      digit = b - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return -1;
  }

  /** How many bytes the line of a number that was read has. */
  static int bytes(int number) {
    return number < 10 ? 4 : number < 100 ? 5 : number < 1000 ? 6 : 7;
  }
}
