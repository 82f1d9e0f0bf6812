package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.understudy.proxy.backend.Confirmer;
import io.understudy.proxy.observe.ErrorKinds;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The bytes on their way to one client: small runs of replies are copied together, large ones
 * retained as slices unless the client is slow, because then a slice would pin its whole buffer.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails closes the channel
final class Output {
  /** A run at least this long is not copied: a quarter of the buffer it would otherwise pin. */
  private static final int SLICE_BYTES = 16 * 1024;

  private static final int LEAST_BUFFER_BYTES = 256;

  private final Channel channel;
  private final ByteBufAllocator allocator;
  private final ErrorKinds errors;
  private @Nullable ByteBuf open;
  private @Nullable Kept kept;
  private boolean muted;
  private boolean unflushed;

  /**
   * Makes the output of one client.
   *
   * @param errors counts the proxy's own
   */
  Output(Channel channel, ByteBufAllocator allocator, ErrorKinds errors) {
    this.errors = errors;
    this.channel = channel;
    this.allocator = allocator;
  }

  /** While muted, replies are dropped: CLIENT REPLY OFF. */
  void mute(boolean on) {
    muted = on;
  }

  boolean isMuted() {
    return muted;
  }

  /** Adds replies, behind those that are kept; the source stays the caller's. */
  void add(ByteBuf source, int from, int length) {
    if (muted) {
      return;
    }
    if (kept != null && !kept.isEmpty()) {
      kept.behind(source, from, length);
    } else {
      pass(source, from, length);
    }
  }

  /**
   * Adds whole replies.
   *
   * @param by who must confirm them first; null if nobody
   */
  void add(Session session, @Nullable Confirmer by, ByteBuf source, int from, int length) {
    if (by == null || muted) {
      add(source, from, length);
    } else {
      kept(session).replies(by, source, from, length);
    }
  }

  /** Adds a piece of a reply, which is kept as a whole if somebody must confirm it. */
  void addPiece(
      Session session, @Nullable Confirmer by, ByteBuf source, int from, int length, boolean last) {
    if (by == null || muted) {
      add(source, from, length);
    } else {
      kept(session).piece(by, source, from, length, last);
    }
  }

  private Kept kept(Session session) {
    Kept present = kept;
    if (present == null) {
      present = new Kept(session);
      kept = present;
    }
    return present;
  }

  /** Whether replies wait to be confirmed. */
  boolean isKeeping() {
    return kept != null && !kept.isEmpty();
  }

  /** Adds what is due, before all that is kept. */
  void pass(ByteBuf source, int from, int length) {
    ByteBuf target = open;
    if (target != null && target.writableBytes() >= length) {
      target.writeBytes(source, from, length);
      return;
    }
    writeOpen();
    if (length >= SLICE_BYTES && channel.isWritable()) {
      channel.write(source.retainedSlice(from, length), channel.voidPromise());
      unflushed = true;
      return;
    }
    target = allocator.directBuffer(Math.max(LEAST_BUFFER_BYTES, length));
    target.writeBytes(source, from, length);
    open = target;
  }

  /** Adds a message or a push, which CLIENT REPLY does not suppress. */
  void addOutOfBand(ByteBuf source, int from, int length) {
    boolean before = muted;
    muted = false;
    add(source, from, length);
    muted = before;
  }

  /** Adds a push in the proxy's own words; its characters are bytes. */
  void addOutOfBand(String push) {
    boolean before = muted;
    muted = false;
    add(push);
    muted = before;
  }

  /** Adds a reply of the proxy's own; its characters are bytes. */
  void add(String reply) {
    if (muted) {
      return;
    }
    if (reply.startsWith("-")) {
      errors.add(reply.substring(1));
    }
    ByteBuf bytes = bytesOf(reply);
    add(bytes, bytes.readerIndex(), bytes.readableBytes());
    bytes.release();
  }

  /** Adds a reply of the proxy's own that is due, before all that is kept. */
  void pass(String reply) {
    if (reply.startsWith("-")) {
      errors.add(reply.substring(1));
    }
    ByteBuf bytes = bytesOf(reply);
    pass(bytes, bytes.readerIndex(), bytes.readableBytes());
    bytes.release();
  }

  private ByteBuf bytesOf(String reply) {
    ByteBuf bytes = allocator.buffer(reply.length());
    bytes.writeCharSequence(reply, StandardCharsets.ISO_8859_1);
    return bytes;
  }

  private void writeOpen() {
    ByteBuf full = open;
    if (full != null) {
      open = null;
      channel.write(full, channel.voidPromise());
      unflushed = true;
    }
  }

  /** Writes what was added. */
  void flush() {
    writeOpen();
    if (unflushed) {
      unflushed = false;
      channel.flush();
    }
  }

  /** How many bytes wait in memory for the client to read. */
  long waitingBytes() {
    long untilWritable = channel.bytesBeforeWritable();
    return (untilWritable == 0 ? 0 : untilWritable + channel.config().getWriteBufferLowWaterMark())
        + (kept == null ? 0 : kept.bytes());
  }

  /** Gives what was not written back: the client is gone. */
  void release() {
    if (open != null) {
      open.release();
      open = null;
    }
    if (kept != null) {
      kept.release();
    }
  }
}
