package io.understudy.wire.scan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Makes sure that bytes lie in one piece of memory, so that a scanner can look at them directly.
 */
final class Contiguous {
  private Contiguous() {}

  /** The buffer itself, or, of one in several parts, a copy with the same indexes. */
  static ByteBuf of(ByteBuf bytes, int from, int to) {
    if (bytes.nioBufferCount() == 1) {
      return bytes;
    }
    ByteBuf copy = Unpooled.buffer(to, to);
    return copy.setBytes(from, bytes, from, to - from);
  }
}
