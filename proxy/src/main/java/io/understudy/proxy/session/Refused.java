package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Commands that were refused with READONLY, and what was answered behind the first of them.
 *
 * <p>If every later command was refused too, none of them was executed and all are sent again to
 * the next primary. If one was not, sending the others after it would change the order in which
 * they take effect, so the client gets the replies as they came.
 */
final class Refused {
  private final ByteBuf requests;
  private final ByteBuf replies;
  private final long arrivedNanos;
  private int count;
  private boolean resendable = true;

  /**
   * Begins with no command.
   *
   * @param arrivedNanos when the first arrived
   */
  Refused(ByteBufAllocator allocator, long arrivedNanos) {
    this.arrivedNanos = arrivedNanos;
    requests = allocator.buffer();
    replies = allocator.buffer();
  }

  /** When the first of them arrived. */
  long arrivedNanos() {
    return arrivedNanos;
  }

  /** How many commands were refused and wait for the verdict. */
  int count() {
    return resendable ? count : 0;
  }

  /** One more was refused. */
  void add(@Nullable ByteBuf request, ByteBuf reply, int from, int length) {
    count++;
    replies.writeBytes(reply, from, length);
    if (request == null) {
      resendable = false;
    } else {
      requests.writeBytes(request);
      request.release();
    }
  }

  /** Later commands were answered otherwise. */
  void other(ByteBuf bytes, int from, int length, int replyCount) {
    resendable &= replyCount == 0;
    replies.writeBytes(bytes, from, length);
  }

  /** What is to be sent again, the caller's; null if the replies have to be passed on. */
  @Nullable ByteBuf requests() {
    return resendable ? requests.retain() : null;
  }

  /** Passes the replies on as they came. */
  void giveUp(Session session) {
    session
        .output()
        .add(
            session,
            session.pool().confirmer(),
            replies,
            replies.readerIndex(),
            replies.readableBytes());
    release();
  }

  /** Gives the buffers back. */
  void release() {
    requests.release();
    replies.release();
  }
}
