package io.understudy.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.understudy.proxy.backend.Transport;
import io.understudy.proxy.session.Acceptor;
import io.understudy.proxy.session.Attendance;
import io.understudy.proxy.session.Counters;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** One listener that is bound. */
record Bound(Listener listener, Channel channel, Attendance attendance, List<Counters> counters) {
  private static final int BACKLOG = 1_024;

  boolean isAt(Listener other) {
    return listener.toString().equals(other.toString());
  }

  /**
   * Accepts connections, or leaves them to another process that has the same socket. Blocks for a
   * moment; not for an event loop.
   */
  void accepts(boolean wanted) {
    if (wanted == channel.isRegistered()) {
      return;
    }
    // To read no more would not do: Netty takes one more connection before it heeds that.
    ChannelFuture done = wanted ? channel.eventLoop().register(channel) : channel.deregister();
    done.awaitUninterruptibly();
  }

  /** Listens at an address, or at a socket that listens there already. */
  static Channel open(
      Listener listener,
      Transport transport,
      EventLoop loop,
      Acceptor acceptor,
      Optional<ListeningSocket> passedOn)
      throws BindException {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .handler(acceptor);
    ChannelFuture future =
        (passedOn.isPresent()
                ? bootstrap.channelFactory(passedOn.get().channels(transport)).register()
                : bootstrap
                    .channelFactory(transport.servers())
                    .bind(new InetSocketAddress(listener.host(), listener.port())))
            .awaitUninterruptibly();
    if (!future.isSuccess()) {
      throw new BindException(listener, future.cause());
    }
    return future.channel();
  }
}
