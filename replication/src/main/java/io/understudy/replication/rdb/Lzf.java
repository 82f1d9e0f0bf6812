package io.understudy.replication.rdb;

/** The compression of strings in RDB files: LZF, decoded only. */
final class Lzf {
  private static final int FIRST_REFERENCE = 32;
  private static final int LONG_REFERENCE = 7;
  private static final int SHORTEST_REFERENCE = 2;

  /** The longest reference takes three bytes and gives 264. */
  private static final int MOST_PER_BYTE = 88;

  private Lzf() {}

  /** The most bytes that so many compressed bytes can be. */
  static long mostFrom(long storedBytes) {
    return storedBytes * MOST_PER_BYTE;
  }

  /**
   * Decodes one string.
   *
   * @return whether the bytes are LZF and give exactly {@code to} bytes
   */
  static boolean decode(byte[] in, int inFrom, int inTo, byte[] out, int to) {
    int i = inFrom;
    int o = 0;
    while (i < inTo) {
      int control = in[i++] & 0xff;
      if (control < FIRST_REFERENCE) {
        int run = control + 1;
        if (run > inTo - i || run > to - o) {
          return false;
        }
        System.arraycopy(in, i, out, o, run);
        i += run;
        o += run;
        continue;
      }
      int length = control >>> 5;
      if (length == LONG_REFERENCE) {
        if (i >= inTo) {
          return false;
        }
        length += in[i++] & 0xff;
      }
      if (i >= inTo) {
        return false;
      }
      int from = o - ((control & 0x1f) << 8) - (in[i++] & 0xff) - 1;
      length += SHORTEST_REFERENCE;
      if (from < 0 || length > to - o) {
        return false;
      }
      // The two may overlap: what is copied first is then copied again.
      for (int end = o + length; o < end; o++, from++) {
        out[o] = out[from];
      }
    }
    return o == to;
  }
}
