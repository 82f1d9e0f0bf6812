package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * The one buffer into which an event loop reads all of its connections.
 *
 * <p>A connection's bytes are copied out of it, or retained as slices when they are many, before
 * the next connection is read. So an idle connection owns no buffer, and the buffer stays in the
 * processor's cache. While slices are out, reading goes on behind them; when too little is left,
 * the loop takes another buffer and the old one lives until its last slice is released.
 *
 * <p>For transports that read when the kernel says so (epoll, NIO). io_uring hands buffers to the
 * kernel in advance and must not use this.
 */
public final class ReceiveBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
  /** The buffer's size, and so the most that one read takes. */
  public static final int CAPACITY_BYTES = 64 * 1024;

  private static final int LEAST_ROOM_BYTES = 16 * 1024;

  private final ByteBufAllocator allocator;
  private ByteBuf buffer;

  /** Makes the buffer of one event loop. */
  public ReceiveBuffer(ByteBufAllocator allocator) {
    this.allocator = allocator;
    this.buffer = allocator.directBuffer(CAPACITY_BYTES, CAPACITY_BYTES);
  }

  @Override
  public RecvByteBufAllocator.ExtendedHandle newHandle() {
    return new SharedHandle();
  }

  /** Gives the buffer back when the loop ends. */
  public void release() {
    buffer.release();
  }

  /** Whether it was given back. */
  public boolean isReleased() {
    return buffer.refCnt() == 0;
  }

  private ByteBuf next() {
    if (buffer.refCnt() == 1) {
      buffer.clear();
    } else if (buffer.writableBytes() < LEAST_ROOM_BYTES) {
      buffer.release();
      buffer = allocator.directBuffer(CAPACITY_BYTES, CAPACITY_BYTES);
    } else {
      buffer.readerIndex(buffer.writerIndex());
    }
    return buffer.retain();
  }

  private final class SharedHandle extends MaxMessageHandle {
    @Override
    public int guess() {
      return CAPACITY_BYTES;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator ignored) {
      return next();
    }
  }
}
