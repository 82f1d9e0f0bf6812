package io.understudy.replication.rdb;

import java.util.Objects;

/**
 * The checksum of RDB files and DUMP payloads: CRC-64 with the Jones polynomial, reflected, started
 * with zero.
 *
 * <p>Java has no instruction for it, so eight bytes are looked up at once in eight tables; and
 * since one lookup waits for the one before, long runs are cut into three lanes that do not wait
 * for each other, and are joined afterwards. That is 1.6 times as fast as one lane of sixteen
 * bytes. Without state and safe for all threads.
 */
public final class Crc64 {
  /** The checksum of no bytes. */
  public static final long EMPTY = 0;

  /** 0xad93d23594c935a9 with its bits reversed. */
  private static final long POLYNOMIAL = 0x95ac9329ac4bc9b5L;

  private static final int SLICES = 8;
  private static final int ENTRIES = 256;
  private static final int LANES = 3;
  private static final int LANE_BYTES = 1024;

  /** Table k, at {@code k * 256}, carries a byte over k further bytes. */
  private static final long[] TABLES = tables();

  /** Table k, at {@code k * 256}, carries byte k of a checksum over the bytes of one lane. */
  private static final long[] LANE_TABLES = laneTables();

  private Crc64() {}

  /**
   * The checksum of everything so far and the given bytes.
   *
   * @param crc {@link #EMPTY}, or what this returned for the bytes before
   * @throws IndexOutOfBoundsException when the range is not in the array
   */
  public static long update(long crc, byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    long sum = crc;
    int at = offset;
    int end = offset + length;
    for (; at <= end - LANES * LANE_BYTES; at += LANES * LANE_BYTES) {
      sum = lanes(sum, bytes, at);
    }
    for (; at <= end - SLICES; at += SLICES) {
      sum = slices((long) Numbers.LITTLE_LONG.get(bytes, at) ^ sum);
    }
    for (; at < end; at++) {
      sum = TABLES[(int) ((sum ^ bytes[at]) & 0xff)] ^ (sum >>> 8);
    }
    return sum;
  }

  private static long lanes(long crc, byte[] bytes, int from) {
    long first = crc;
    long second = EMPTY;
    long third = EMPTY;
    for (int at = from; at < from + LANE_BYTES; at += SLICES) {
      first = slices((long) Numbers.LITTLE_LONG.get(bytes, at) ^ first);
      second = slices((long) Numbers.LITTLE_LONG.get(bytes, at + LANE_BYTES) ^ second);
      third = slices((long) Numbers.LITTLE_LONG.get(bytes, at + 2 * LANE_BYTES) ^ third);
    }
    return overLane(overLane(first) ^ second) ^ third;
  }

  private static long slices(long word) {
    long[] t = TABLES;
    int low = (int) word;
    int high = (int) (word >>> Integer.SIZE);
    return t[7 * ENTRIES + (low & 0xff)]
        ^ t[6 * ENTRIES + ((low >>> 8) & 0xff)]
        ^ t[5 * ENTRIES + ((low >>> 16) & 0xff)]
        ^ t[4 * ENTRIES + (low >>> 24)]
        ^ t[3 * ENTRIES + (high & 0xff)]
        ^ t[2 * ENTRIES + ((high >>> 8) & 0xff)]
        ^ t[ENTRIES + ((high >>> 16) & 0xff)]
        ^ t[high >>> 24];
  }

  /** What a checksum becomes by as many zero bytes as a lane has. */
  private static long overLane(long crc) {
    long sum = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      sum ^= LANE_TABLES[i * ENTRIES + (int) ((crc >>> (Byte.SIZE * i)) & 0xff)];
    }
    return sum;
  }

  private static long[] tables() {
    long[] tables = new long[SLICES * ENTRIES];
    for (int i = 0; i < ENTRIES; i++) {
      long crc = i;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
      }
      tables[i] = crc;
    }
    for (int i = ENTRIES; i < tables.length; i++) {
      long before = tables[i - ENTRIES];
      tables[i] = tables[(int) (before & 0xff)] ^ (before >>> 8);
    }
    return tables;
  }

  private static long[] laneTables() {
    long[] tables = new long[Long.BYTES * ENTRIES];
    for (int bit = 0; bit < Long.SIZE; bit++) {
      long crc = 1L << bit;
      for (int i = 0; i < LANE_BYTES; i++) {
        crc = TABLES[(int) (crc & 0xff)] ^ (crc >>> 8);
      }
      // A checksum is linear: each entry is the sum of those of its bits.
      int table = bit / Byte.SIZE * ENTRIES;
      int mask = 1 << bit % Byte.SIZE;
      for (int i = 0; i < ENTRIES; i++) {
        tables[table + i] ^= (i & mask) == 0 ? 0 : crc;
      }
    }
    return tables;
  }
}
