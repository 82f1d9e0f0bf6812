package io.understudy.replication.rdb;

/**
 * A place in a window of bytes, and the readers of lengths and strings there.
 *
 * <p>Each reader takes the index of its first byte and returns the index after its last one, or
 * {@link #SHORT} when the window ends before; {@link #needed} then says to which index the window
 * must reach at least. Results are left in fields, because the walk over a file allocates nothing.
 */
final class Cursor {
  /** The window ends too early. */
  static final int SHORT = -1;

  /** The string is not encoded: its bytes stand as they are. */
  static final int PLAIN = -1;

  static final int INT_8 = 0;
  static final int INT_16 = 1;
  static final int INT_32 = 2;
  static final int LZF = 3;

  private static final int LENGTH_32 = 0x80;
  private static final int LENGTH_64 = 0x81;

  private final long maxStringBytes;

  /** The window: {@code bytes[at]} up to {@code bytes[end - 1]}. */
  byte[] bytes = {};

  int at;
  int end;

  /** Where in the file {@code bytes[0]} would be. */
  long base;

  /** After {@link #SHORT}: how far the window must reach. */
  int needed;

  /** After {@link #length}: its value, as 64 bits without sign. */
  long value;

  /** After {@link #length} and {@link #string}: {@link #PLAIN}, or how the string is encoded. */
  int encoding;

  /** After {@link #string}: how many bytes the file has of it, from the returned index on. */
  long storedBytes;

  /** After {@link #string}: how many bytes an {@link #LZF} string has when it is decoded. */
  long fullBytes;

  Cursor(long maxStringBytes) {
    this.maxStringBytes = maxStringBytes;
  }

  void window(byte[] window, int from, int to, long position) {
    bytes = window;
    at = from;
    end = to;
    base = position - from;
  }

  long offset(int index) {
    return base + index;
  }

  int need(int index) {
    needed = index;
    return SHORT;
  }

  RdbException damage(int index, String what) {
    return RdbException.at(offset(index), what);
  }

  private RdbException tooLong(int index, long bytes) {
    return RdbException.overLimit(
        offset(index),
        "a string of " + Long.toUnsignedString(bytes) + " bytes; " + maxStringBytes + " may be");
  }

  /** A length, or how a string is encoded. */
  int length(int p) {
    if (p >= end) {
      return need(p + 1);
    }
    int first = bytes[p] & 0xff;
    encoding = PLAIN;
    return switch (first >>> 6) {
      case 0 -> {
        value = first;
        yield p + 1;
      }
      case 1 -> {
        if (p + 2 > end) {
          yield need(p + 2);
        }
        value = ((first & 0x3fL) << 8) | (bytes[p + 1] & 0xff);
        yield p + 2;
      }
      case 2 -> longLength(p, first);
      default -> {
        encoding = first & 0x3f;
        yield p + 1;
      }
    };
  }

  private int longLength(int p, int first) {
    if (first != LENGTH_32 && first != LENGTH_64) {
      throw damage(p, "no length begins with " + Text.hex(first));
    }
    int size = first == LENGTH_32 ? Integer.BYTES : Long.BYTES;
    if (p + 1 + size > end) {
      return need(p + 1 + size);
    }
    value =
        first == LENGTH_32
            ? (int) Numbers.BIG_INT.get(bytes, p + 1) & 0xffff_ffffL
            : (long) Numbers.BIG_LONG.get(bytes, p + 1);
    return p + 1 + size;
  }

  /** A number that stands in a length's place. */
  int plainLength(int p) {
    int next = length(p);
    if (next != SHORT && encoding != PLAIN) {
      throw damage(p, "an encoded string stands where a length belongs");
    }
    return next;
  }

  /** How many there are of something: a length that is no negative number. */
  int count(int p) {
    int next = plainLength(p);
    if (next != SHORT && value < 0) {
      throw damage(p, "a count of " + Long.toUnsignedString(value));
    }
    return next;
  }

  /** Everything before a string's own bytes. */
  int string(int p) {
    int next = length(p);
    if (next == SHORT) {
      return SHORT;
    }
    switch (encoding) {
      case PLAIN -> storedBytes = value;
      case INT_8 -> storedBytes = Byte.BYTES;
      case INT_16 -> storedBytes = Short.BYTES;
      case INT_32 -> storedBytes = Integer.BYTES;
      case LZF -> {
        next = compressed(next);
        if (next == SHORT) {
          return SHORT;
        }
      }
      default -> throw damage(p, "no string is encoded as " + encoding);
    }
    if (storedBytes < 0 || storedBytes > maxStringBytes) {
      throw tooLong(p, storedBytes);
    }
    return next;
  }

  private int compressed(int p) {
    int next = count(p);
    if (next == SHORT) {
      return SHORT;
    }
    long stored = value;
    next = count(next);
    if (next == SHORT) {
      return SHORT;
    }
    if (value > maxStringBytes) {
      throw tooLong(p, value);
    }
    fullBytes = value;
    storedBytes = stored;
    encoding = LZF;
    return next;
  }
}
