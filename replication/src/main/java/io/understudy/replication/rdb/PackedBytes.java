package io.understudy.replication.rdb;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The bytes of a packed value, of which nothing outside of them is ever read. */
final class PackedBytes {
  private final byte[] bytes;
  private final String what;

  PackedBytes(byte[] bytes, String what) {
    this.bytes = bytes;
    this.what = what;
  }

  RdbException damage() {
    return RdbException.of("a " + what + " of " + bytes.length + " bytes is damaged");
  }

  int length() {
    return bytes.length;
  }

  private void check(long p, long size) {
    if (size < 0 || p + size > bytes.length) {
      throw damage();
    }
  }

  int unsignedByte(int p) {
    check(p, Byte.BYTES);
    return bytes[p] & 0xff;
  }

  long unsignedInt(int p) {
    check(p, Integer.BYTES);
    return (int) Numbers.LITTLE_INT.get(bytes, p) & 0xffff_ffffL;
  }

  /** A number with sign of one to eight bytes, the least significant first. */
  long signed(int p, int size) {
    check(p, size);
    long value = bytes[p + size - 1];
    for (int i = size - 2; i >= 0; i--) {
      value = (value << Byte.SIZE) | (bytes[p + i] & 0xff);
    }
    return value;
  }

  /** Adds a number's digits; returns {@code next}. */
  int number(long value, int next, List<byte[]> items) {
    items.add(Long.toString(value).getBytes(StandardCharsets.US_ASCII));
    return next;
  }

  /** Adds the bytes at {@code p}; returns the index behind them. */
  int string(int p, long size, List<byte[]> items) {
    check(p, size);
    int end = p + (int) size;
    items.add(Arrays.copyOfRange(bytes, p, end));
    return end;
  }
}
