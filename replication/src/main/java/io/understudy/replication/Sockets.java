package io.understudy.replication;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.understudy.replication.source.SourceOptions;
import io.understudy.topology.Address;
import io.understudy.wire.tls.TlsServer;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Event loops, and what makes sockets for them.
 *
 * @param loops closed by whoever made this
 */
record Sockets(
    EventLoopGroup loops,
    ChannelFactory<Channel> connections,
    ChannelFactory<ServerChannel> listeners) {
  /** How much waits to be sent to one replica before no more is written. */
  private static final WriteBufferWaterMark WATER_MARKS =
      new WriteBufferWaterMark(512 * 1024, 1024 * 1024);

  /** As many event loops as asked for, on epoll where the machine has it. */
  static Sockets open(int threads) {
    DefaultThreadFactory names = new DefaultThreadFactory("replication", true);
    return Epoll.isAvailable()
        ? new Sockets(
            new MultiThreadIoEventLoopGroup(threads, names, EpollIoHandler.newFactory()),
            EpollSocketChannel::new,
            EpollServerSocketChannel::new)
        : new Sockets(
            new MultiThreadIoEventLoopGroup(threads, names, NioIoHandler.newFactory()),
            NioSocketChannel::new,
            NioServerSocketChannel::new);
  }

  /**
   * Connects to a source.
   *
   * @param handler of the connection
   * @param onFailed gets why there is none, if so; never before this returns
   */
  void connect(
      EventLoop loop, SourceOptions to, ChannelHandler handler, Consumer<Throwable> onFailed) {
    new Bootstrap()
        .group(loop)
        .channelFactory(connections)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) to.connectTimeout().toMillis())
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                Address address = to.address();
                to.tls()
                    .map(tls -> new SslHandler(tls.engine(address.host(), address.port())))
                    .ifPresent(channel.pipeline()::addLast);
                channel.pipeline().addLast(handler);
              }
            })
        .connect(to.address().host(), to.address().port())
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                loop.execute(() -> onFailed.accept(done.cause()));
              }
            });
  }

  /**
   * Listens for a feed's replicas.
   *
   * @param tls the server's end of it; empty for plain connections
   * @param handlers makes what serves one connection
   * @return done when the address is bound, or cannot be
   */
  ChannelFuture listen(
      EventLoop loop, Address address, Optional<TlsServer> tls, Supplier<ChannelHandler> handlers) {
    return new ServerBootstrap()
        .group(loop, loop)
        .channelFactory(listeners)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                tls.map(server -> new SslHandler(server.engine()))
                    .ifPresent(channel.pipeline()::addLast);
                channel.pipeline().addLast(handlers.get());
              }
            })
        .bind(address.host(), address.port());
  }
}
