package io.understudy.replication.rdb;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The decoded form of strings, whose stored form a {@link Cursor} has found. */
final class StringBytes {
  private StringBytes() {}

  /**
   * The decoded bytes of the string that the cursor read last, all of which are in the window.
   *
   * @param p where its stored bytes begin
   */
  static byte[] copy(Cursor in, int p) {
    return switch (in.encoding) {
      case Cursor.PLAIN -> Arrays.copyOfRange(in.bytes, p, p + (int) in.storedBytes);
      case Cursor.LZF -> {
        byte[] full = new byte[decodedBytes(in, p)];
        decompress(in, p, full);
        yield full;
      }
      default -> decimal(in, p);
    };
  }

  /** An integer's digits, as the server that wrote it would send them. */
  static byte[] decimal(Cursor in, int p) {
    int number =
        switch (in.encoding) {
          case Cursor.INT_8 -> in.bytes[p];
          case Cursor.INT_16 -> (short) Numbers.LITTLE_SHORT.get(in.bytes, p);
          default -> (int) Numbers.LITTLE_INT.get(in.bytes, p);
        };
    return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
  }

  /** Bytes as characters, one each. */
  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** How long a compressed string says it is; refuses what LZF cannot have made so small. */
  static int decodedBytes(Cursor in, int p) {
    if (in.fullBytes > Lzf.mostFrom(in.storedBytes)
        || in.fullBytes > Integer.MAX_VALUE - Long.BYTES) {
      throw in.damage(p, in.storedBytes + " compressed bytes cannot be " + in.fullBytes + " bytes");
    }
    return (int) in.fullBytes;
  }

  static void decompress(Cursor in, int p, byte[] out) {
    if (!Lzf.decode(in.bytes, p, p + (int) in.storedBytes, out, (int) in.fullBytes)) {
      throw in.damage(p, "a compressed string is damaged");
    }
  }
}
