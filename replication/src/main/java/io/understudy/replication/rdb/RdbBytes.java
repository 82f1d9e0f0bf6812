package io.understudy.replication.rdb;

import java.util.Arrays;

/** Bytes that are being written in the format's forms, in memory. */
final class RdbBytes {
  private static final int FIRST_CAPACITY = 256;
  private static final int LENGTH_14 = 0x40;
  private static final int LENGTH_32 = 0x80;
  private static final int LENGTH_64 = 0x81;
  private static final int MAX_HEADER = 9;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int size;

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  /** The bytes so far, in an array that changes with the next one. */
  byte[] array() {
    return bytes;
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, size);
  }

  private void room(int more) {
    if (more > Integer.MAX_VALUE - MAX_HEADER - size) {
      throw RdbException.of("a value of more than 2 GB cannot be written in another type");
    }
    if (size + more > bytes.length) {
      long twice = 2L * bytes.length;
      bytes = Arrays.copyOf(bytes, Math.clamp(twice, size + more, Integer.MAX_VALUE - MAX_HEADER));
    }
  }

  void one(int value) {
    room(1);
    bytes[size++] = (byte) value;
  }

  void raw(byte[] from, int offset, int length) {
    room(length);
    System.arraycopy(from, offset, bytes, size, length);
    size += length;
  }

  /** A length, or any number without sign that stands in the place of one. */
  void length(long value) {
    room(MAX_HEADER);
    if (value >= 0 && value < 1 << 6) {
      bytes[size++] = (byte) value;
    } else if (value >= 0 && value < 1 << 14) {
      bytes[size++] = (byte) (LENGTH_14 | (value >>> 8));
      bytes[size++] = (byte) value;
    } else if (value >>> Integer.SIZE == 0) {
      bytes[size] = (byte) LENGTH_32;
      Numbers.BIG_INT.set(bytes, size + 1, (int) value);
      size += 1 + Integer.BYTES;
    } else {
      bytes[size] = (byte) LENGTH_64;
      Numbers.BIG_LONG.set(bytes, size + 1, value);
      size += 1 + Long.BYTES;
    }
  }

  void string(byte[] string) {
    length(string.length);
    raw(string, 0, string.length);
  }

  void littleLong(long value) {
    room(Long.BYTES);
    Numbers.LITTLE_LONG.set(bytes, size, value);
    size += Long.BYTES;
  }

  void littleShort(int value) {
    room(Short.BYTES);
    Numbers.LITTLE_SHORT.set(bytes, size, (short) value);
    size += Short.BYTES;
  }

  void bigLong(long value) {
    room(Long.BYTES);
    Numbers.BIG_LONG.set(bytes, size, value);
    size += Long.BYTES;
  }

  void id(StreamContent.EntryId id) {
    length(id.millis());
    length(id.sequence());
  }

  void rawId(StreamContent.EntryId id) {
    bigLong(id.millis());
    bigLong(id.sequence());
  }
}
