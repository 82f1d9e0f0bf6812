package io.understudy.app.systemd;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The socket at which systemd would hear a service, and what was said there. */
public final class ServiceSocket implements AutoCloseable {
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final Channel channel;

  private ServiceSocket(String path) {
    channel =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainDatagramChannel.class)
            .handler(
                new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                  @Override
                  protected void channelRead0(
                      ChannelHandlerContext context, DomainDatagramPacket packet) {
                    heard.add(packet.content().toString(StandardCharsets.UTF_8));
                  }
                })
            .bind(new DomainSocketAddress(path))
            .syncUninterruptibly()
            .channel();
  }

  /**
   * Binds one.
   *
   * @param name as the variable {@code NOTIFY_SOCKET} has it
   */
  public static ServiceSocket at(String name) {
    return new ServiceSocket(name.startsWith("@") ? '\0' + name.substring(1) : name);
  }

  /** The datagrams so far. */
  public List<String> heard() {
    return heard;
  }

  /** How many datagrams have a line so far. */
  public long count(String line) {
    return heard.stream().filter(text -> text.lines().anyMatch(line::equals)).count();
  }

  /** Whether a datagram has a line. */
  public boolean says(String line) {
    return count(line) > 0;
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
