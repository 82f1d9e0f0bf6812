package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;

/** Whoever the bytes of a {@link Backend} are for at present. On the event loop. */
public interface Receiver {
  /** The connection is open, and nothing was written to it yet. */
  default void opened(Backend backend) {}

  /**
   * Takes the readable bytes of one read. They stay the caller's: what is to be kept must be copied
   * or retained before this returns.
   */
  void received(Backend from, ByteBuf bytes);

  /**
   * How many whole commands were sent and have no reply, as far as the receiver counts; while there
   * are any that were written, more can wait. 0 if it does not count: then nothing waits longer
   * than the turn.
   */
  default int unanswered() {
    return 0;
  }

  /** The connection can take more bytes again, after {@link Backend#isWritable()} was false. */
  void writable(Backend backend);

  /**
   * Whether an answer is awaited that comes by itself. What may never come, such as that to BLPOP,
   * is not.
   */
  default boolean isAwaiting() {
    return false;
  }

  /** The connection is gone; no other call follows. */
  void closed(Backend backend);
}
