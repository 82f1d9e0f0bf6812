package io.understudy.proxy.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.CharsetUtil;
import io.understudy.proxy.backend.BackendPool;
import io.understudy.proxy.backend.Failures;
import io.understudy.proxy.backend.Loop;
import io.understudy.proxy.route.Conducts;
import io.understudy.proxy.route.Users;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.tls.TlsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Takes the connections of one listener and gives each to the event loop that has the fewest
 * sessions.
 */
@Sharable
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails closes the channel
public final class Acceptor extends ChannelInboundHandlerAdapter {
  /** A client that has this much unread is not read, until it is below the first mark again. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, 256 * 1024);

  private static final Conducts CONDUCTS = new Conducts(CommandTable.standard());

  private final List<Seat> seats = new ArrayList<>();
  private final ClientRegistry registry;
  private final Attendance attendance;
  private final Optional<TlsServer> tls;

  /** One loop and what sessions need on it. */
  private record Seat(SessionContext context, AtomicInteger sessions) {}

  /**
   * Makes the acceptor of one listener.
   *
   * @param attendance who is connected to the listener
   * @param tls the server's end of TLS; empty for plain connections
   */
  public Acceptor(ClientRegistry registry, Attendance attendance, Optional<TlsServer> tls) {
    this.registry = registry;
    this.attendance = attendance;
    this.tls = tls;
  }

  /** Adds a loop, before the first connection comes. */
  public void add(
      Loop loop,
      String group,
      BackendPool pool,
      Counters counters,
      @Nullable Spread spread,
      @Nullable Users users,
      @Nullable Destinations destinations) {
    HoldBudget budget = new HoldBudget(loop);
    seats.add(
        new Seat(
            new SessionContext(
                loop,
                attendance,
                group,
                pool,
                budget,
                registry,
                counters,
                spread,
                users,
                destinations,
                CONDUCTS),
            new AtomicInteger()));
  }

  @Override
  public void channelRead(ChannelHandlerContext listener, Object message) {
    Channel channel = (Channel) message;
    Seat seat = seats.getFirst();
    for (Seat other : seats) {
      if (other.sessions().get() < seat.sessions().get()) {
        seat = other;
      }
    }
    Seat chosen = seat;
    chosen.sessions().incrementAndGet();
    channel.closeFuture().addListener(ignored -> chosen.sessions().decrementAndGet());
    SessionContext context = chosen.context();
    configure(channel, context.loop(), tls.isPresent());
    channel
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRegistered(ChannelHandlerContext registered) {
                seat(registered, context);
              }
            });
    context
        .loop()
        .events()
        .register(channel)
        .addListener(
            registered -> {
              if (!registered.isSuccess()) {
                channel.unsafe().closeForcibly();
              }
            });
  }

  private static void configure(Channel channel, Loop loop, boolean encrypted) {
    channel.config().setOption(ChannelOption.TCP_NODELAY, true);
    channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    channel.config().setOption(ChannelOption.ALLOCATOR, loop.allocator());
    channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
    // What is decrypted later may not lie in a buffer that the next read writes to.
    if (loop.receive() != null && !encrypted) {
      channel.config().setOption(ChannelOption.RECVBUF_ALLOCATOR, loop.receive());
    }
  }

  /** The connection has arrived on its loop: it becomes a session, or is one too many. */
  private void seat(ChannelHandlerContext registered, SessionContext context) {
    Channel channel = registered.channel();
    Loop loop = context.loop();
    InetAddress from = remote(channel);
    if (registry.size() >= loop.limits().maxClients() || !attendance.enter(from)) {
      context.counters().add(Counters.Count.REFUSED, 1);
      refuse(channel, loop);
      return;
    }
    channel.closeFuture().addListener(gone -> attendance.leave(from));
    context.counters().add(Counters.Count.ACCEPTED, 1);
    Client client =
        new Client(
            registry.nextId(),
            text(channel.remoteAddress()),
            text(channel.localAddress()),
            loop.nanoTime().getAsLong());
    Session session = new Session(context, channel, client);
    registry.add(session);
    long idleNanos = loop.limits().idleTimeout().toNanos();
    if (idleNanos > 0) {
      channel.pipeline().addLast(new IdleStateHandler(0, 0, idleNanos, TimeUnit.NANOSECONDS));
      channel.pipeline().addLast(new IdleCloser());
    }
    tls.ifPresent(server -> channel.pipeline().addLast(new SslHandler(server.engine())));
    channel.pipeline().addLast(session);
    channel.pipeline().remove(registered.handler());
  }

  /** Says so, but to clients that wait for a handshake: as servers do, they are just closed. */
  private void refuse(Channel channel, Loop loop) {
    if (tls.isPresent()) {
      channel.close();
      return;
    }
    channel
        .writeAndFlush(
            loop.allocator()
                .buffer()
                .writeBytes(Answers.TOO_MANY_CLIENTS.getBytes(CharsetUtil.US_ASCII)))
        .addListener(ignored -> channel.close());
  }

  private static InetAddress remote(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  private static String text(SocketAddress address) {
    if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
      String host = inet.getAddress().getHostAddress();
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
    }
    return "?:0";
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext listener, Throwable cause) {
    // Accepting failed, as for want of file descriptors: the listener goes on.
    Failures.report("the listener at " + listener.channel().localAddress(), cause);
  }

  /** Closes a client that has been silent, and told nothing, for too long. */
  private static final class IdleCloser extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof IdleStateEvent) {
        context.close();
      } else {
        context.fireUserEventTriggered(event);
      }
    }
  }
}
