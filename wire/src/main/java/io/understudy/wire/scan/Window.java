package io.understudy.wire.scan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/**
 * The bytes that a scanner was given last: where it stands in them, and how many bytes belong to
 * the request or reply at hand, those of earlier reads among them.
 */
final class Window {
  /** Absolute index of the next byte to scan. */
  int position;

  /** Absolute index behind the last byte that was given. */
  int limit;

  private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
  private int from;
  private long lengthBefore;

  /** The request or reply at hand is finished: the next one begins at the present position. */
  void begin() {
    begin(position);
  }

  /** The same, but the next one begins at {@code index}. */
  void begin(int index) {
    from = index;
    lengthBefore = 0;
  }

  void feed(ByteBuf given, int fromIndex, int toIndex) {
    lengthBefore = length();
    bytes = contiguous(given, fromIndex, toIndex);
    position = fromIndex;
    from = fromIndex;
    limit = toIndex;
  }

  void requireAllScanned() {
    if (!isAllScanned()) {
      throw new IllegalStateException((limit - position) + " bytes are not scanned yet");
    }
  }

  boolean isAllScanned() {
    return position == limit;
  }

  void moved(ByteBuf other, int distance) {
    position += distance;
    limit += distance;
    from += distance;
    if (!isAllScanned()) {
      bytes = contiguous(other, position, limit);
    }
  }

  /** The bytes' memory from the present position on; its own position belongs to that. */
  ByteBuffer view() {
    return bytes.internalNioBuffer(position, limit - position);
  }

  /** Forgets the buffer, all of which is scanned. */
  void release() {
    bytes = Unpooled.EMPTY_BUFFER;
  }

  /** How many bytes of the request or reply at hand are scanned. */
  long length() {
    return lengthBefore + (position - from);
  }

  /** The buffer itself, or, of one in several parts, a copy with the same indexes. */
  private static ByteBuf contiguous(ByteBuf given, int fromIndex, int toIndex) {
    if (given.nioBufferCount() == 1) {
      return given;
    }
    ByteBuf copy = Unpooled.buffer(toIndex, toIndex);
    return copy.setBytes(fromIndex, given, fromIndex, toIndex - fromIndex);
  }
}
