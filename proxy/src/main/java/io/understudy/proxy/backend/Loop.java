package io.understudy.proxy.backend;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.understudy.proxy.route.Limits;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions and backends of one event loop have in common.
 *
 * @param index the loop's number, from 0
 * @param events the loop
 * @param turn what is to be flushed
 * @param allocator of buffers
 * @param receive the buffer all connections are read into; null if the transport cannot share one
 * @param transport how it talks to the kernel
 * @param bounds the bounds, which may be replaced while connections are open; of all loops
 * @param greetings what the proxy asked on its connections; of all loops
 * @param blocking runs what may block: the resolution of names
 * @param nanoTime the clock, on {@link System#nanoTime}'s scale
 */
public record Loop(
    int index,
    EventLoop events,
    Turn turn,
    ByteBufAllocator allocator,
    @Nullable ReceiveBuffer receive,
    Transport transport,
    AtomicReference<Limits> bounds,
    Greetings greetings,
    Executor blocking,
    LongSupplier nanoTime) {
  /** The bounds that hold now. */
  public Limits limits() {
    return bounds.get();
  }
}
