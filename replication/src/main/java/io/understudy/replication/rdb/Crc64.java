package io.understudy.replication.rdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The checksum of RDB files and DUMP payloads: CRC-64 with the Jones polynomial, reflected, started
 * with zero.
 *
 * <p>Sixteen bytes are taken at once with sixteen tables, because Java has no instruction for it.
 * Without state and safe for all threads.
 */
public final class Crc64 {
  /** The checksum of no bytes. */
  public static final long EMPTY = 0;

  /** 0xad93d23594c935a9 with its bits reversed. */
  private static final long POLYNOMIAL = 0x95ac9329ac4bc9b5L;

  private static final int SLICES = 16;
  private static final int ENTRIES = 256;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Table k, at {@code k * 256}, carries a byte over k further bytes. */
  private static final long[] TABLES = tables();

  private Crc64() {}

  /**
   * The checksum of everything so far and the given bytes.
   *
   * @param crc {@link #EMPTY}, or what this returned for the bytes before
   * @throws IndexOutOfBoundsException when the range is not in the array
   */
  public static long update(long crc, byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    long[] t = TABLES;
    long sum = crc;
    int at = offset;
    int end = offset + length;
    for (; at <= end - SLICES; at += SLICES) {
      long a = (long) LONGS.get(bytes, at) ^ sum;
      long b = (long) LONGS.get(bytes, at + Long.BYTES);
      sum =
          t[15 * ENTRIES + (int) (a & 0xff)]
              ^ t[14 * ENTRIES + (int) (a >>> 8 & 0xff)]
              ^ t[13 * ENTRIES + (int) (a >>> 16 & 0xff)]
              ^ t[12 * ENTRIES + (int) (a >>> 24 & 0xff)]
              ^ t[11 * ENTRIES + (int) (a >>> 32 & 0xff)]
              ^ t[10 * ENTRIES + (int) (a >>> 40 & 0xff)]
              ^ t[9 * ENTRIES + (int) (a >>> 48 & 0xff)]
              ^ t[8 * ENTRIES + (int) (a >>> 56)]
              ^ t[7 * ENTRIES + (int) (b & 0xff)]
              ^ t[6 * ENTRIES + (int) (b >>> 8 & 0xff)]
              ^ t[5 * ENTRIES + (int) (b >>> 16 & 0xff)]
              ^ t[4 * ENTRIES + (int) (b >>> 24 & 0xff)]
              ^ t[3 * ENTRIES + (int) (b >>> 32 & 0xff)]
              ^ t[2 * ENTRIES + (int) (b >>> 40 & 0xff)]
              ^ t[ENTRIES + (int) (b >>> 48 & 0xff)]
              ^ t[(int) (b >>> 56)];
    }
    for (; at < end; at++) {
      sum = t[(int) ((sum ^ bytes[at]) & 0xff)] ^ sum >>> 8;
    }
    return sum;
  }

  private static long[] tables() {
    long[] tables = new long[SLICES * ENTRIES];
    for (int i = 0; i < ENTRIES; i++) {
      long crc = i;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL;
      }
      tables[i] = crc;
    }
    for (int i = ENTRIES; i < tables.length; i++) {
      long before = tables[i - ENTRIES];
      tables[i] = tables[(int) (before & 0xff)] ^ before >>> 8;
    }
    return tables;
  }
}
