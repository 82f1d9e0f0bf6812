package io.understudy.app.wiring.takeover;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What both ends need of unix sockets. */
final class UnixSockets {
  /** The kernel's bound for a path, without the zero at its end. */
  private static final int MAX_PATH_BYTES = 107;

  private UnixSockets() {}

  static EventLoopGroup loop() throws IOException {
    if (!Epoll.isAvailable()) {
      throw new IOException("this machine has no epoll, which passing sockets on needs");
    }
    return new MultiThreadIoEventLoopGroup(
        1, new DefaultThreadFactory("takeover", true), EpollIoHandler.newFactory());
  }

  static void end(EventLoopGroup loop) {
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  static DomainSocketAddress address(Path path) throws IOException {
    String text = path.toString();
    if (text.getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
      throw new IOException(
          text
              + " is longer than "
              + MAX_PATH_BYTES
              + " bytes, too long for a unix socket; choose a shorter failover.state");
    }
    return new DomainSocketAddress(text);
  }

  /**
   * Whether a process of the same user is at the other end.
   *
   * @throws IOException when the kernel does not tell
   */
  static boolean isOwn(Channel channel) throws IOException {
    return channel instanceof EpollDomainSocketChannel socket
        && Integer.valueOf(socket.peerCredentials().uid())
            .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }
}
