package io.understudy.replication.rdb;

import java.util.ArrayList;
import java.util.List;

/** The packed forms of small values before Redis 7.0. */
final class Ziplist {
  private static final int HEADER_BYTES = 10;
  private static final int END = 0xff;
  private static final int LONG_PREVIOUS = 0xfe;

  private static final int STRING_32 = 0x80;
  private static final int INT_16 = 0xc0;
  private static final int INT_32 = 0xd0;
  private static final int INT_64 = 0xe0;
  private static final int INT_24 = 0xf0;
  private static final int INT_8 = 0xfe;

  /** The least byte of a map that is no length of one byte. */
  private static final int LONG_LENGTH = 254;

  private Ziplist() {}

  /**
   * All items of a ziplist, numbers in decimal.
   *
   * @throws RdbException when it is damaged
   */
  static List<byte[]> items(byte[] list) {
    var in = new PackedBytes(list, "ziplist");
    if (list.length <= HEADER_BYTES || in.unsignedInt(0) != list.length) {
      throw in.damage();
    }
    List<byte[]> items = new ArrayList<>();
    int p = HEADER_BYTES;
    while (in.unsignedByte(p) != END) {
      p += in.unsignedByte(p) == LONG_PREVIOUS ? 1 + Integer.BYTES : 1;
      p = item(in, p, items);
    }
    if (p != list.length - 1) {
      throw in.damage();
    }
    return items;
  }

  private static int item(PackedBytes in, int p, List<byte[]> items) {
    int first = in.unsignedByte(p);
    if (first < 0x40) {
      return in.string(p + 1, first, items);
    }
    if (first < 0x80) {
      return in.string(p + 2, ((first & 0x3f) << 8) | in.unsignedByte(p + 1), items);
    }
    return switch (first) {
      case STRING_32 ->
          in.string(p + 5, Integer.reverseBytes((int) in.unsignedInt(p + 1)) & 0xffff_ffffL, items);
      case INT_16 -> in.number(in.signed(p + 1, 2), p + 3, items);
      case INT_32 -> in.number(in.signed(p + 1, 4), p + 5, items);
      case INT_64 -> in.number(in.signed(p + 1, 8), p + 9, items);
      case INT_24 -> in.number(in.signed(p + 1, 3), p + 4, items);
      case INT_8 -> in.number(in.signed(p + 1, 1), p + 2, items);
      default -> {
        if (first < 0xf1 || first > 0xfd) {
          throw in.damage();
        }
        // Numbers from 0 to 12 are in the byte itself.
        yield in.number((first & 0xf) - 1, p + 1, items);
      }
    };
  }

  /** Names and values of a zipmap, the form of small hashes before Redis 2.6. */
  static List<byte[]> mapItems(byte[] map) {
    var in = new PackedBytes(map, "zipmap");
    List<byte[]> items = new ArrayList<>();
    int p = 1;
    while (in.unsignedByte(p) != END) {
      boolean isValue = items.size() % 2 == 1;
      long size = in.unsignedByte(p);
      if (size == LONG_LENGTH) {
        size = in.unsignedInt(p + 1);
        p += Integer.BYTES;
      }
      // A value is followed by room to grow, whose size stands before it.
      int free = isValue ? in.unsignedByte(++p) : 0;
      p = in.string(p + 1, size, items) + free;
    }
    if (p != map.length - 1 || items.size() % 2 == 1) {
      throw in.damage();
    }
    return items;
  }

  /** Members of an intset, the form of small sets of numbers. */
  static List<byte[]> intsetItems(byte[] set) {
    var in = new PackedBytes(set, "intset");
    int size = (int) in.unsignedInt(0);
    long count = in.unsignedInt(Integer.BYTES);
    int p = 2 * Integer.BYTES;
    if ((size != 2 && size != 4 && size != 8) || p + size * count != set.length) {
      throw in.damage();
    }
    List<byte[]> items = new ArrayList<>();
    for (; p < set.length; p += size) {
      in.number(in.signed(p, size), p, items);
    }
    return items;
  }
}
