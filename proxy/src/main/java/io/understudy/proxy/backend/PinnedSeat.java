package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;

/** A proven connection that nobody uses at present: whatever arrives on it makes it worthless. */
final class PinnedSeat implements Receiver {
  private final BackendPool pool;
  private final Backend backend;

  PinnedSeat(BackendPool pool, Backend backend) {
    this.pool = pool;
    this.backend = backend;
  }

  Backend backend() {
    return backend;
  }

  @Override
  public void received(Backend from, ByteBuf bytes) {
    backend.close();
  }

  @Override
  public void writable(Backend ignored) {}

  @Override
  public void closed(Backend ignored) {
    pool.seatClosed(this);
  }
}
