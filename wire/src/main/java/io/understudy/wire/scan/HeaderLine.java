package io.understudy.wire.scan;

import java.nio.ByteBuffer;

/**
 * A header line, which is a type and a number, read byte by byte with the strictness of servers: no
 * leading zero, no plus sign, no blank, nothing but digits after an optional minus sign (string2ll
 * of util.c). It ends at its CR; the LF is the scanner's affair.
 */
final class HeaderLine {
  /**
   * More digits than any limit needs; such a number is refused like every other that is too big.
   */
  private static final int MOST_DIGITS = 18;

  private final int mostBytes;
  private int bytes;
  private boolean ended;
  private byte type;
  private long value;
  private int digits;
  private boolean negative;
  private boolean malformed;
  private boolean streamed;

  /** A line of at most {@code mostBytes}, the type among them. */
  HeaderLine(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  void begin() {
    bytes = 0;
    ended = false;
    value = 0;
    digits = 0;
    negative = false;
    malformed = false;
    streamed = false;
  }

  /** Begins behind a type that was read already. */
  void begin(byte typeRead) {
    begin();
    type = typeRead;
    bytes = 1;
  }

  /**
   * Reads on, to the CR or as far as the bytes go.
   *
   * @param at absolute index of the first byte
   * @param end absolute index behind the last byte that may be read
   * @return absolute index behind the last byte that was read
   */
  int read(ByteBuffer in, int at, int end) {
    int next = at;
    while (next < end && !ended && bytes <= mostBytes) {
      byte b = in.get(next++);
      ended = b == '\r';
      if (bytes++ == 0) {
        type = b;
      } else if (!ended) {
        add(b);
      }
    }
    return next;
  }

  private void add(byte b) {
    int digit = b - '0';
    if (digit >= 0 && digit <= 9) {
      malformed |= value == 0 && (digits > 0 || (negative && digit == 0));
      if (++digits <= MOST_DIGITS) {
        value = value * 10 + digit;
      } else {
        malformed = true;
        digits = MOST_DIGITS;
      }
    } else if (b == '-' && digits == 0 && !negative) {
      negative = true;
    } else {
      malformed = true;
      streamed |= b == '?';
    }
  }

  /** Whether nothing of the line was read. */
  boolean isEmpty() {
    return bytes == 0;
  }

  /** Whether the CR was read. */
  boolean isEnded() {
    return ended;
  }

  /** Whether the line has more bytes than it may, and still no CR. */
  boolean isTooLong() {
    return !ended && bytes > mostBytes;
  }

  /** The first byte. */
  byte type() {
    return type;
  }

  /** Whether behind the type stands a number and nothing else. */
  boolean isValid() {
    return !malformed && digits > 0;
  }

  /** Whether a question mark is in the number's place, as in RESP3's streamed types. */
  boolean isStreamed() {
    return streamed;
  }

  long value() {
    return negative ? -value : value;
  }
}
