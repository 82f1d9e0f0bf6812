package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;

/** Whoever the bytes of a {@link Backend} are for at present. On the event loop. */
public interface Receiver {
  /**
   * Takes the readable bytes of one read. They stay the caller's: what is to be kept must be copied
   * or retained before this returns.
   */
  void received(Backend from, ByteBuf bytes);

  /** The connection can take more bytes again, after {@link Backend#isWritable()} was false. */
  void writable(Backend backend);

  /** The connection is gone; no other call follows. */
  void closed(Backend backend);
}
