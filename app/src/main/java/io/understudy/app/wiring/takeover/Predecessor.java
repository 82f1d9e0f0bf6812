package io.understudy.app.wiring.takeover;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.understudy.proxy.ListeningSocket;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running process that this one takes over from. Any thread. */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the connection
public final class Predecessor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.takeover");

  /** An answer that takes longer does not come. */
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /** How many requests may wait for an answer. */
  private static final int MOST_ASKED = 16;

  /** How often it is looked whether the last answer of a primary that retires has come. */
  private static final Duration LOOK = Duration.ofMillis(1);

  private final EventLoopGroup loop;
  private final CompletableFuture<Message.Offer> offer = new CompletableFuture<>();
  private final CompletableFuture<List<FileDescriptor>> descriptors = new CompletableFuture<>();
  private final CompletableFuture<Boolean> free = new CompletableFuture<>();
  private final CompletableFuture<Boolean> leased = new CompletableFuture<>();
  private final CompletableFuture<Boolean> yours = new CompletableFuture<>();
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
  private final Map<Long, CompletableFuture<String>> asked = new ConcurrentHashMap<>();
  private final AtomicLong lastAsked = new AtomicLong();
  private volatile @Nullable Channel channel;

  /** Confined to the loop once it is there. */
  private volatile @Nullable PredecessorFeed feed;

  private boolean beating;
  private boolean looking;

  private Predecessor() throws IOException {
    loop = UnixSockets.loop();
  }

  /**
   * Asks the process that listens at a socket to be the predecessor, and gets its sockets. Blocks.
   *
   * @throws IOException in one line: there is none, or it refuses; it goes on untouched
   */
  public static Predecessor meet(Path socket, Message.Hello hello) throws IOException {
    Predecessor met = new Predecessor();
    try {
      met.connect(socket);
      met.send(hello);
      Message.Offer offered = met.await(met.offer, "to answer");
      if (!offered.listeners().isEmpty()) {
        met.await(met.descriptors, "to pass its sockets on");
      }
      return met;
    } catch (IOException | RuntimeException e) {
      met.close();
      throw e;
    }
  }

  private void connect(Path socket) throws IOException {
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel made) {
                    MessageLines.addTo(made.pipeline());
                    made.pipeline().addLast(new Ear());
                  }
                })
            .connect(UnixSockets.address(socket))
            .awaitUninterruptibly();
    if (!connected.isSuccess()) {
      throw new IOException(
          "no understudy that could be taken over from runs here ("
              + socket
              + "); start without --takeover");
    }
    if (!UnixSockets.isOwn(connected.channel())) {
      throw new IOException("a process of another user listens at " + socket);
    }
    channel = connected.channel();
  }

  private void send(Object message) {
    Channel open = channel;
    if (open != null) {
      open.writeAndFlush(message);
    }
  }

  private <T> T await(CompletableFuture<T> answer, String what) throws IOException {
    try {
      return answer.get(ANSWER.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(String.valueOf(cause.getMessage()), e);
    } catch (TimeoutException e) {
      throw new IOException(
          "the process to take over from took more than "
              + ANSWER.toSeconds()
              + " s "
              + what
              + "; it goes on",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Its process id. */
  public long process() {
    return offer.join().process();
  }

  /** Where it listens, with sockets that it passes on and otherwise. */
  public Set<String> addresses() {
    Set<String> all = new HashSet<>(offer.join().listeners());
    all.addAll(offer.join().ports());
    return all;
  }

  /** The sockets that it passed on; whoever takes them closes them. */
  public List<ListeningSocket> sockets() {
    List<ListeningSocket> sockets = new ArrayList<>();
    List<String> listeners = offer.join().listeners();
    for (int i = 0; i < listeners.size(); i++) {
      sockets.add(new ListeningSocket(listeners.get(i), descriptors.join().get(i)));
    }
    return sockets;
  }

  /** Makes it give up its seat among several keepers, if it has one. Blocks. */
  public void free() throws IOException {
    send(new Message.Follow());
    await(free, "to give up its seat");
  }

  /**
   * The same for one that decides alone, whose publications are followed from now on; returns when
   * they are here, and a lease. Blocks.
   *
   * @param traffic what the outputs of this process await
   */
  public void follow(LocalPublisher publisher, TrafficFeed traffic, LongSupplier nanoTime)
      throws IOException {
    var followed = new PredecessorFeed(this::send, publisher::handOn, traffic, nanoTime);
    publisher.follow(followed);
    feed = followed;
    free();
    await(leased, "to tell what it publishes");
  }

  /**
   * Tells it that connections are accepted here, and waits until it does so no more and its other
   * ports are closed, or it has ended.
   *
   * @param listeners at which
   */
  public void serve(List<String> listeners) throws IOException {
    send(new Message.Serving(listeners));
    await(yours, "to close its ports");
  }

  /**
   * Has it make a change of a group, for which it acts. Blocks.
   *
   * @param deadline how long that may take
   * @return what came of it; empty when it has ended before
   * @throws IOException in one line: there is no answer, and the change may have been made
   */
  public Optional<String> ask(String group, String request, Duration deadline) throws IOException {
    if (ended.isDone()) {
      return Optional.empty();
    }
    if (asked.size() >= MOST_ASKED) {
      throw new IOException(MOST_ASKED + " requests are under way already; nothing was done");
    }
    long id = lastAsked.incrementAndGet();
    CompletableFuture<String> answer = new CompletableFuture<>();
    asked.put(id, answer);
    try {
      send(new Message.Ask(id, group, request));
      if (ended.isDone()) {
        throw new IOException("process " + process() + " has ended; it may have been done");
      }
      return Optional.of(answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(
          "process " + process() + " did not answer; it may have been done nevertheless", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      asked.remove(id);
    }
  }

  /** Makes it accept connections again, because this process ends. */
  public void back() {
    send(new Message.Back());
  }

  /** Completed when its connection is closed, which is when it ends. */
  public CompletableFuture<Boolean> ended() {
    return ended;
  }

  @Override
  public void close() {
    Channel open = channel;
    if (open != null) {
      open.close().awaitUninterruptibly();
    }
    UnixSockets.end(loop);
  }

  /** Hears what it says, on the loop. */
  private final class Ear extends ChannelInboundHandlerAdapter {
    private final List<FileDescriptor> got = new ArrayList<>();

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
      if (read instanceof FileDescriptor descriptor) {
        got.add(descriptor);
        if (got.size() == offer.join().listeners().size()) {
          mode(context, DomainSocketReadMode.BYTES);
          descriptors.complete(List.copyOf(got));
        }
      } else if (read instanceof Message message) {
        hear(context, message);
      }
    }

    private void hear(ChannelHandlerContext context, Message message) {
      PredecessorFeed followed = feed;
      switch (message) {
        case Message.Refused(String why) -> offer.completeExceptionally(new IOException(why));
        case Message.Offer offered -> {
          offer.complete(offered);
          if (!offered.listeners().isEmpty()) {
            mode(context, DomainSocketReadMode.FILE_DESCRIPTORS);
            context.writeAndFlush(new Message.PassOn());
          }
        }
        case Message.Free() -> free.complete(true);
        case Message.Published published -> {
          if (followed != null) {
            followed.published(published);
            begin(context, followed);
          }
        }
        case Message.Lease lease -> {
          if (followed != null) {
            followed.leased(lease);
            leased.complete(true);
          }
        }
        case Message.Yours() -> yours.complete(true);
        case Message.Answered(long id, String answer) -> {
          CompletableFuture<String> waiting = asked.remove(id);
          if (waiting != null) {
            waiting.complete(answer);
          }
        }
        case Message.Hello _,
            Message.PassOn _,
            Message.Follow _,
            Message.Renew _,
            Message.Serving _,
            Message.Ask _,
            Message.Back _ ->
            context.close();
      }
    }

    private void begin(ChannelHandlerContext context, PredecessorFeed followed) {
      if (!beating) {
        beating = true;
        long beatNanos = PredecessorFeed.BEAT.toNanos();
        context
            .channel()
            .eventLoop()
            .scheduleAtFixedRate(followed::renew, beatNanos, beatNanos, TimeUnit.NANOSECONDS);
      }
      if (!looking) {
        look(context, followed);
      }
    }

    private void look(ChannelHandlerContext context, PredecessorFeed followed) {
      looking = context.channel().isActive() && followed.look();
      if (looking) {
        context
            .channel()
            .eventLoop()
            .schedule(() -> look(context, followed), LOOK.toNanos(), TimeUnit.NANOSECONDS);
      }
    }

    private static void mode(ChannelHandlerContext context, DomainSocketReadMode mode) {
      ((EpollDomainSocketChannel) context.channel()).config().setReadMode(mode);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      IOException gone = new IOException("the process to take over from has closed the connection");
      offer.completeExceptionally(gone);
      descriptors.completeExceptionally(gone);
      free.completeExceptionally(gone);
      leased.completeExceptionally(gone);
      yours.complete(false);
      ended.complete(true);
      asked.values().forEach(waiting -> waiting.completeExceptionally(gone));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (!(cause instanceof IOException)) {
        LOG.warn("what the old process said cannot be understood: {}", cause.toString());
      }
      context.close();
    }
  }
}
