package io.understudy.app.wiring.takeover;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.understudy.proxy.ListeningSocket;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The unix socket at which a running process can be asked by a new one to be its predecessor. One
 * at a time; only a process of the same user.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the connection
public final class SuccessorPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.takeover");

  /** A successor that does not serve after so long is given up. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Owner owner;
  private final Optional<LocalPublisher> publisher;
  private final EventLoopGroup loop;
  private final ExecutorService work =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("takeover").factory());
  private final Channel listening;

  /** Confined to the loop. */
  private @Nullable Conversation current;

  /** The process that may be succeeded. */
  public interface Owner {
    /** Why it cannot be by this one; empty if it can. Returns at once. */
    Optional<String> obstacle(Message.Hello successor);

    /** What is passed on. Returns at once. */
    List<ListeningSocket> sockets();

    /** Where else it listens. Returns at once. */
    List<String> ports();

    /** Gives up its seat among several keepers, if it has one. May block. */
    void giveUpSeat();

    /**
     * The successor accepts connections: does so no more, closes other ports, and drains. May
     * block; does not wait for the clients.
     */
    void succeeded(Message.Hello by, List<String> listeners);

    /** Makes a change that the successor was asked for, and says what came of it. Blocks. */
    String answer(String group, String request);

    /**
     * There is no successor after all: accepts again. May block.
     *
     * @param why one clause
     */
    void takeBack(Message.Hello from, String why);
  }

  private SuccessorPort(Owner owner, Optional<LocalPublisher> publisher, Path path)
      throws IOException {
    this.owner = owner;
    this.publisher = publisher;
    this.loop = UnixSockets.loop();
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerDomainSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    MessageLines.addTo(channel.pipeline());
                    channel.pipeline().addLast(new Conversation());
                  }
                })
            .bind(UnixSockets.address(path))
            .awaitUninterruptibly();
    this.listening = bound.channel();
    if (!bound.isSuccess()) {
      UnixSockets.end(loop);
      throw new IOException(path + " cannot be listened at: " + bound.cause().getMessage());
    }
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
  }

  /**
   * Listens there, in place of what an earlier process left.
   *
   * @param publisher where this process decides alone, what a successor is to follow
   * @throws IOException in one line: another process listens there, or nobody can
   */
  public static SuccessorPort open(Path path, Owner owner, Optional<LocalPublisher> publisher)
      throws IOException {
    UnixSockets.address(path);
    if (answers(path)) {
      throw new IOException("another process listens at " + path);
    }
    Files.deleteIfExists(path);
    return new SuccessorPort(owner, publisher, path);
  }

  private static boolean answers(Path path) {
    try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** One connection. Confined to the loop. */
  private final class Conversation extends SimpleChannelInboundHandler<Message> {
    private Message.@Nullable Hello hello;
    private boolean follows;
    private boolean serves;

    @Override
    public void channelActive(ChannelHandlerContext context) throws IOException {
      if (!UnixSockets.isOwn(context.channel())) {
        LOG.warn("a process of another user is not answered");
        context.close();
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Message message) {
      Channel channel = context.channel();
      switch (message) {
        case Message.Hello greeting -> greet(channel, greeting);
        case Message.PassOn() -> {
          if (current == this) {
            owner.sockets().forEach(socket -> channel.write(socket.descriptor()));
            channel.flush();
          }
        }
        case Message.Follow() -> follow(channel);
        case Message.Renew renew -> {
          if (current == this) {
            publisher.ifPresent(p -> p.successor().renew(renew));
          }
        }
        case Message.Serving(var listeners) -> serving(channel, listeners);
        case Message.Back() -> takeBack("is told to end");
        case Message.Ask(long id, String group, String request) -> {
          if (current == this) {
            Thread.startVirtualThread(
                () ->
                    channel.writeAndFlush(new Message.Answered(id, owner.answer(group, request))));
          }
        }
        case Message.Refused _,
            Message.Offer _,
            Message.Free _,
            Message.Published _,
            Message.Lease _,
            Message.Answered _,
            Message.Yours _ ->
            channel.close();
      }
    }

    private void greet(Channel channel, Message.Hello greeting) {
      Conversation other = current;
      Optional<String> obstacle =
          other != null && other.hello != null
              ? Optional.of("process " + other.hello.process() + " takes over from it already")
              : owner.obstacle(greeting);
      if (obstacle.isPresent()) {
        channel.writeAndFlush(new Message.Refused(obstacle.get()));
        return;
      }
      current = this;
      hello = greeting;
      List<String> listeners = owner.sockets().stream().map(ListeningSocket::listener).toList();
      channel.writeAndFlush(
          new Message.Offer(ProcessHandle.current().pid(), listeners, owner.ports()));
      channel
          .eventLoop()
          .schedule(
              () -> {
                if (!serves) {
                  channel.close();
                }
              },
              PATIENCE.toSeconds(),
              TimeUnit.SECONDS);
    }

    private void follow(Channel channel) {
      if (current != this) {
        return;
      }
      follows = true;
      work.execute(
          () -> {
            owner.giveUpSeat();
            channel.writeAndFlush(new Message.Free());
            channel.eventLoop().execute(() -> attach(channel));
          });
    }

    private void attach(Channel channel) {
      if (current == this) {
        publisher.ifPresent(p -> p.successor().attach(channel::writeAndFlush));
      }
    }

    private void serving(Channel channel, List<String> listeners) {
      Message.Hello by = hello;
      if (current == this && by != null && follows) {
        serves = true;
        work.execute(
            () -> {
              owner.succeeded(by, listeners);
              channel.writeAndFlush(new Message.Yours());
            });
      }
    }

    private void takeBack(String why) {
      Message.Hello from = hello;
      if (current == this && from != null && follows) {
        follows = false;
        work.execute(() -> owner.takeBack(from, why));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (current == this) {
        publisher.ifPresent(p -> p.successor().detach());
        takeBack("is gone");
        current = null;
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (!(cause instanceof IOException)) {
        LOG.warn("what a new process said cannot be understood: {}", cause.toString());
      }
      context.close();
    }
  }

  /** Listens no more, and forgets the file; a successor keeps its connection until the end. */
  public void stopListening() {
    listening.close().awaitUninterruptibly();
  }

  @Override
  public void close() {
    stopListening();
    work.shutdownNow();
    UnixSockets.end(loop);
  }
}
