package io.understudy.replication.stage;

/** The hash slot of a key: CRC16 (XMODEM) of the key, or of its tag in braces, modulo 16384. */
public final class HashSlot {
  /** How many slots there are. */
  public static final int COUNT = 16_384;

  private static final int POLYNOMIAL = 0x1021;
  private static final int[] TABLE = table();

  private HashSlot() {}

  /**
   * The slot of a key, 0 to 16383; the tag is what stands between the first braces, if anything.
   */
  public static int of(byte[] bytes, int from, int length) {
    int end = from + length;
    int open = indexOf(bytes, from, end, '{');
    int close = open < 0 ? -1 : indexOf(bytes, open + 1, end, '}');
    return close > open + 1 ? crc(bytes, open + 1, close) : crc(bytes, from, end);
  }

  private static int indexOf(byte[] bytes, int from, int end, char wanted) {
    for (int i = from; i < end; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static int crc(byte[] bytes, int from, int end) {
    int crc = 0;
    for (int i = from; i < end; i++) {
      crc = ((crc << 8) & 0xFFFF) ^ TABLE[((crc >>> 8) ^ bytes[i]) & 0xFF];
    }
    return crc & (COUNT - 1);
  }

  private static int[] table() {
    int[] table = new int[256];
    for (int i = 0; i < table.length; i++) {
      int crc = i << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
      }
      table[i] = crc & 0xFFFF;
    }
    return table;
  }
}
