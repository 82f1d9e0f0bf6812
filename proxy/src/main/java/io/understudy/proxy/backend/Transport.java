package io.understudy.proxy.backend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/** How event loops talk to the kernel. */
public enum Transport {
  /** Linux' epoll: the default. */
  EPOLL,
  /** Linux' io_uring. */
  IO_URING,
  /** The JDK's own, everywhere. */
  NIO;

  /** This one if the machine has it, otherwise the next best that it has. */
  public Transport available() {
    return switch (this) {
      case EPOLL -> Epoll.isAvailable() ? EPOLL : NIO;
      case IO_URING -> IoUring.isAvailable() ? IO_URING : EPOLL.available();
      case NIO -> NIO;
    };
  }

  /** What drives an event loop. */
  public IoHandlerFactory ioHandler() {
    return switch (this) {
      case EPOLL -> EpollIoHandler.newFactory();
      case IO_URING -> IoUringIoHandler.newFactory();
      case NIO -> NioIoHandler.newFactory();
    };
  }

  /** Makes connections. */
  public ChannelFactory<Channel> sockets() {
    return switch (this) {
      case EPOLL -> EpollSocketChannel::new;
      case IO_URING -> IoUringSocketChannel::new;
      case NIO -> NioSocketChannel::new;
    };
  }

  /** Makes listening sockets. */
  public ChannelFactory<ServerChannel> servers() {
    return switch (this) {
      case EPOLL -> EpollServerSocketChannel::new;
      case IO_URING -> IoUringServerSocketChannel::new;
      case NIO -> NioServerSocketChannel::new;
    };
  }

  /** Whether a buffer is only needed once the kernel says that there is something to read. */
  public boolean readsWhenReady() {
    return this != IO_URING;
  }
}
