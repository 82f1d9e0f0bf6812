package io.understudy.app.wiring.systemd;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The unix datagram socket at which systemd hears. Each datagram is sent from a socket of its own,
 * so that it does not matter whether systemd was started anew between two. One thread at a time.
 */
final class NotifySocket implements AutoCloseable {
  /** The kernel's bound for a path with the zero at its end, and for a name with one before it. */
  private static final int MAX_BYTES = 107;

  /** A datagram that is not taken within this time is dropped. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final DomainSocketAddress address;
  private final EventLoopGroup loop;

  private NotifySocket(DomainSocketAddress address, EventLoopGroup loop) {
    this.address = address;
    this.loop = loop;
  }

  /**
   * One at an address.
   *
   * @param name an absolute path, or {@code @} and a name of the abstract namespace
   * @throws IOException in one line, when that cannot be one
   */
  static NotifySocket at(String name) throws IOException {
    boolean isAbstract = name.startsWith("@") && name.length() > 1;
    if (!name.startsWith("/") && !isAbstract) {
      throw new IOException(
          "NOTIFY_SOCKET: '" + name + "' is neither an absolute path nor '@' and a name");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new IOException(
          "NOTIFY_SOCKET: longer than " + MAX_BYTES + " bytes, too long for a unix socket");
    }
    if (!Epoll.isAvailable()) {
      throw new IOException("NOTIFY_SOCKET: this machine has no epoll, by which it is written to");
    }
    String path = isAbstract ? '\0' + name.substring(1) : name;
    return new NotifySocket(
        new DomainSocketAddress(path),
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("systemd", true), EpollIoHandler.newFactory()));
  }

  /**
   * Sends a datagram. Blocks for a moment.
   *
   * @throws IOException in one line, when nobody takes it
   */
  void send(String text) throws IOException {
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainDatagramChannel.class)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(address);
    Channel channel = connected.channel();
    try {
      await(connected);
      await(channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)));
    } finally {
      channel.close().awaitUninterruptibly(PATIENCE.toMillis());
    }
  }

  private static void await(ChannelFuture done) throws IOException {
    if (!done.awaitUninterruptibly(PATIENCE.toMillis())) {
      throw new IOException("NOTIFY_SOCKET: nobody reads there");
    }
    Throwable failure = done.cause();
    if (failure != null) {
      throw new IOException("NOTIFY_SOCKET: " + failure.getMessage(), failure);
    }
  }

  @Override
  public void close() {
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
