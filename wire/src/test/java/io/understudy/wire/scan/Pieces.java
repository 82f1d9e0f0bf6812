package io.understudy.wire.scan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;

/** Cuts a stream into pieces, each in a buffer of another kind at another offset. */
final class Pieces {
  private Pieces() {}

  /** Ascending cut positions between 0 and {@code length}, at most {@code most} of them. */
  static int[] cuts(int length, int most, Random random) {
    return random.ints(random.nextInt(most + 1), 0, length + 1).sorted().distinct().toArray();
  }

  /** A cut behind every byte. */
  static int[] everywhere(int length) {
    int[] cuts = new int[length];
    Arrays.setAll(cuts, i -> i);
    return cuts;
  }

  /**
   * The bytes from {@code from} to {@code to} in a buffer with {@code before} others before them.
   */
  static ByteBuf piece(byte[] stream, int from, int to, int before) {
    byte[] padded = new byte[before + to - from + before];
    Arrays.fill(padded, (byte) '*');
    System.arraycopy(stream, from, padded, before, to - from);
    return switch (before) {
      case 4 -> Unpooled.directBuffer(padded.length).writeBytes(padded);
      case 2 -> Unpooled.wrappedBuffer(new byte[before], padded).slice(before, padded.length);
      case 5 ->
          Unpooled.wrappedBuffer(
              Arrays.copyOf(padded, before), Arrays.copyOfRange(padded, before, padded.length));
      case 3 -> Unpooled.wrappedBuffer(padded).asReadOnly();
      default -> Unpooled.wrappedBuffer(padded);
    };
  }
}
