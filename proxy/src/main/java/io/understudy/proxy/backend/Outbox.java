package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes on their way to a node, counted as one stream of offsets, and kept until they are
 * answered.
 *
 * <p>Small runs are copied together, large ones are retained as slices. What was written stays here
 * until {@link #answered}, because when the connection is lost, or a command is refused, it may
 * have to be sent again; how far the stream certainly did not get is {@link #sentOffset}. Belongs
 * to one event loop.
 */
final class Outbox implements ChannelFutureListener {
  /** A run at least this long is not copied: a quarter of the buffer it would otherwise pin. */
  static final int SLICE_BYTES = ReceiveBuffer.CAPACITY_BYTES / 4;

  private static final int LEAST_BUFFER_BYTES = 4 * 1024;
  private static final int INITIAL_MESSAGES = 16;

  private final ByteBufAllocator allocator;
  private final boolean exactProgress;

  /** A ring of messages; the head is the oldest that is kept. */
  private @Nullable ByteBuf[] messages = new @Nullable ByteBuf[INITIAL_MESSAGES];

  private long[] starts = new long[INITIAL_MESSAGES];
  private int head;
  private int size;

  /** Of the messages in the ring, how many Netty was given, and how many of these it wrote. */
  private int written;

  private int completed;

  private @Nullable ByteBuf open;
  private long endOffset;
  private long sentOffset;
  private long keptBytes;

  /**
   * Makes an empty outbox.
   *
   * @param exactProgress whether a failed write tells by its reader index how far it got; if not,
   *     all that was handed over counts as sent
   */
  Outbox(ByteBufAllocator allocator, boolean exactProgress) {
    this.allocator = allocator;
    this.exactProgress = exactProgress;
  }

  /** Adds bytes to the end of the stream. The source stays the caller's. */
  void append(ByteBuf source, int from, int length) {
    ByteBuf target = open;
    if (target != null && target.writableBytes() >= length) {
      target.writeBytes(source, from, length);
    } else if (length >= SLICE_BYTES) {
      seal();
      push(source.retainedSlice(from, length), endOffset);
    } else {
      seal();
      target = allocator.directBuffer(Math.max(LEAST_BUFFER_BYTES, length));
      target.writeBytes(source, from, length);
      open = target;
    }
    endOffset += length;
  }

  private void seal() {
    ByteBuf sealed = open;
    if (sealed != null) {
      open = null;
      push(sealed, endOffset - sealed.readableBytes());
    }
  }

  private void push(ByteBuf message, long start) {
    if (size == messages.length) {
      grow();
    }
    int at = (head + size) & (messages.length - 1);
    messages[at] = message;
    starts[at] = start;
    size++;
    keptBytes += message.capacity();
  }

  private void grow() {
    int capacity = messages.length;
    @Nullable ByteBuf[] more = Arrays.copyOf(messages, capacity * 2);
    long[] moreStarts = Arrays.copyOf(starts, capacity * 2);
    for (int i = 0; i < size; i++) {
      int from = (head + i) & (capacity - 1);
      more[i] = messages[from];
      moreStarts[i] = starts[from];
    }
    messages = more;
    starts = moreStarts;
    head = 0;
  }

  private ByteBuf message(int index) {
    ByteBuf message = messages[(head + index) & (messages.length - 1)];
    if (message == null) {
      throw new IllegalStateException("no message " + index + " of " + size);
    }
    return message;
  }

  private long start(int index) {
    return starts[(head + index) & (messages.length - 1)];
  }

  private long end(int index) {
    return index + 1 < size ? start(index + 1) : endOffset - (open == null ? 0 : openBytes());
  }

  private int openBytes() {
    return open == null ? 0 : open.readableBytes();
  }

  /** Hands everything that was appended to the channel and flushes it. */
  void flush(Channel channel) {
    seal();
    while (written < size) {
      ByteBuf message = message(written++);
      // What stands in between may add to what it is given, unless that is a slice.
      ByteBuf given = exactProgress ? message.retain() : message.retainedSlice();
      channel.write(given).addListener(this);
    }
    channel.flush();
  }

  /** One message was written to the end, or failed. */
  @Override
  public void operationComplete(ChannelFuture future) {
    if (future.isSuccess()) {
      completed++;
      sentOffset = end(completed - 1);
    }
  }

  /** The stream's length so far: the offset behind the last byte that was appended. */
  long endOffset() {
    return endOffset;
  }

  /** Whether something was appended that {@link #flush} has not seen. */
  boolean isPending() {
    return open != null || written < size;
  }

  /** What the kept messages occupy, by the capacity of their buffers. */
  long keptBytes() {
    return keptBytes + (open == null ? 0 : open.capacity());
  }

  /**
   * Behind this offset, no byte has left: certain once the channel is closed, a lower bound of it
   * before.
   */
  long sentOffset() {
    if (completed == written) {
      return sentOffset;
    }
    if (!exactProgress) {
      return end(written - 1);
    }
    return start(completed) + message(completed).readerIndex();
  }

  /** Drops what lies before {@code offset}: it is answered and cannot be asked for again. */
  void answered(long offset) {
    while (completed > 0 && size > 0 && end(0) <= offset) {
      ByteBuf message = message(0);
      messages[head] = null;
      head = (head + 1) & (messages.length - 1);
      size--;
      written--;
      completed--;
      keptBytes -= message.capacity();
      message.release();
    }
  }

  /** Copies the kept bytes from one offset to another to the end of a buffer. */
  void copy(long from, long to, ByteBuf into) {
    for (int i = 0; i < size && start(i) < to; i++) {
      copy(message(i), start(i), end(i), from, to, into);
    }
    if (open != null) {
      copy(open, endOffset - openBytes(), endOffset, from, to, into);
    }
  }

  private static void copy(
      ByteBuf message, long start, long end, long from, long to, ByteBuf into) {
    long first = Math.max(from, start);
    long last = Math.min(to, end);
    if (first < last) {
      into.writeBytes(message, (int) (first - start), (int) (last - first));
    }
  }

  /** Gives all buffers back. */
  void release() {
    while (size > 0) {
      message(0).release();
      messages[head] = null;
      head = (head + 1) & (messages.length - 1);
      size--;
    }
    if (open != null) {
      open.release();
      open = null;
    }
    written = 0;
    completed = 0;
    keptBytes = 0;
  }
}
