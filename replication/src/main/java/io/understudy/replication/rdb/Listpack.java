package io.understudy.replication.rdb;

import java.util.ArrayList;
import java.util.List;

/** The packed form of small values since Redis 7.0, and of streams since 5.0. */
final class Listpack {
  private static final int HEADER_BYTES = 6;
  private static final int END = 0xff;

  private static final int STRING_32 = 0xf0;
  private static final int INT_16 = 0xf1;
  private static final int INT_24 = 0xf2;
  private static final int INT_32 = 0xf3;
  private static final int INT_64 = 0xf4;

  private Listpack() {}

  /**
   * All items, numbers in decimal.
   *
   * @throws RdbException when it is damaged
   */
  static List<byte[]> items(byte[] pack) {
    var in = new PackedBytes(pack, "listpack");
    if (pack.length <= HEADER_BYTES || in.unsignedInt(0) != pack.length) {
      throw in.damage();
    }
    List<byte[]> items = new ArrayList<>();
    int p = HEADER_BYTES;
    while (in.unsignedByte(p) != END) {
      int start = p;
      p = item(in, p, items);
      p += backwardBytes(p - start);
    }
    if (p != pack.length - 1) {
      throw in.damage();
    }
    return items;
  }

  /** Adds one item; returns the index behind it. */
  private static int item(PackedBytes in, int p, List<byte[]> items) {
    int first = in.unsignedByte(p);
    if (first < 0x80) {
      return in.number(first, p + 1, items);
    }
    if (first < 0xc0) {
      return in.string(p + 1, first & 0x3f, items);
    }
    if (first < 0xe0) {
      // Thirteen bits with sign.
      int bits = ((first & 0x1f) << 8) | in.unsignedByte(p + 1);
      return in.number(bits << 19 >> 19, p + 2, items);
    }
    if (first < 0xf0) {
      return in.string(p + 2, ((first & 0xf) << 8) | in.unsignedByte(p + 1), items);
    }
    return switch (first) {
      case STRING_32 -> in.string(p + 5, in.unsignedInt(p + 1), items);
      case INT_16 -> in.number(in.signed(p + 1, 2), p + 3, items);
      case INT_24 -> in.number(in.signed(p + 1, 3), p + 4, items);
      case INT_32 -> in.number(in.signed(p + 1, 4), p + 5, items);
      case INT_64 -> in.number(in.signed(p + 1, 8), p + 9, items);
      default -> throw in.damage();
    };
  }

  /** How many bytes tell, for the way back, how long an item was. */
  private static int backwardBytes(int itemBytes) {
    int[] limits = {127, 16_383, 2_097_151, 268_435_455};
    int size = 1;
    for (int limit : limits) {
      if (itemBytes > (size == 1 ? limit : limit - 1)) {
        size++;
      }
    }
    return size;
  }
}
