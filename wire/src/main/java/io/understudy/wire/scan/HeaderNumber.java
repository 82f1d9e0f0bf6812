package io.understudy.wire.scan;

/**
 * A number in a header line, read byte by byte with the strictness of servers: no leading zero, no
 * plus sign, no blank, nothing but digits after an optional minus sign (string2ll of util.c).
 */
final class HeaderNumber {
  /**
   * More digits than any limit needs; such a number is refused like every other that is too big.
   */
  private static final int MAX_DIGITS = 18;

  private long value;
  private int digits;
  private boolean negative;
  private boolean malformed;

  void reset() {
    value = 0;
    digits = 0;
    negative = false;
    malformed = false;
  }

  void add(byte b) {
    int digit = b - '0';
    if (digit >= 0 && digit <= 9) {
      malformed |= value == 0 && (digits > 0 || (negative && digit == 0));
      if (++digits <= MAX_DIGITS) {
        value = value * 10 + digit;
      } else {
        malformed = true;
        digits = MAX_DIGITS;
      }
    } else if (b == '-' && digits == 0 && !negative) {
      negative = true;
    } else {
      malformed = true;
    }
  }

  boolean isValid() {
    return !malformed && digits > 0;
  }

  long value() {
    return negative ? -value : value;
  }
}
