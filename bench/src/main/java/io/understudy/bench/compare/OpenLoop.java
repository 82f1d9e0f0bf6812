package io.understudy.bench.compare;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.understudy.bench.measure.Resp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Clients that ask at a fixed rate, whether or not the answers keep up.
 *
 * <p>A request's time counts from when it was due, not from when it could be sent: a pause is seen
 * by every request that fell into it (no coordinated omission). One thread; requests go round the
 * connections.
 */
final class OpenLoop {
  private static final int SIGNIFICANT_DIGITS = 3;

  /** How often the thread looks for requests that are due: about the timer slack of Linux. */
  private static final long TICK_NANOS = 50_000;

  /** How long replies may take after the last request. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Histogram nanos = new Histogram(SIGNIFICANT_DIGITS);
  private final CompletableFuture<Histogram> done = new CompletableFuture<>();
  private final List<Connection> connections = new ArrayList<>();
  private final byte[] request;
  private final int replyBytes;
  private final long intervalNanos;
  private final long requests;
  private long startNanos;
  private long sent;
  private long answered;

  private OpenLoop(String key, int replyBytes, double requestsPerSecond, long requests) {
    this.request = Resp.request("GET", key);
    this.replyBytes = replyBytes;
    this.intervalNanos = Math.max(1, (long) (1e9 / requestsPerSecond));
    this.requests = requests;
  }

  /**
   * Asks for one value again and again.
   *
   * @param port of 127.0.0.1
   * @param key holds a value for which the reply is {@code replyBytes} long
   * @return the times of all requests, in nanoseconds
   * @throws IOException when a connection is refused or lost, or replies do not come
   */
  static Histogram run(
      int port, int clients, String key, int replyBytes, double requestsPerSecond, Duration length)
      throws IOException, InterruptedException {
    MultiThreadIoEventLoopGroup threads =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try {
      long requests = Math.max(1, (long) (requestsPerSecond * length.toNanos() / 1e9));
      OpenLoop load = new OpenLoop(key, replyBytes, requestsPerSecond, requests);
      for (int i = 0; i < clients; i++) {
        load.connect(threads, port);
      }
      EventLoop loop = threads.next();
      loop.execute(() -> load.begin(loop));
      return load.done.get(length.plus(PATIENCE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(
          "at " + Math.round(requestsPerSecond) + " requests per second: " + e, e);
    } finally {
      threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  private void connect(MultiThreadIoEventLoopGroup threads, int port) throws IOException {
    Connection connection = new Connection();
    var connected =
        new Bootstrap()
            .group(threads)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(connection)
            .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .awaitUninterruptibly();
    if (!connected.isSuccess()) {
      throw new IOException("port " + port + ": " + connected.cause());
    }
    connections.add(connection);
  }

  private void begin(EventLoop loop) {
    startNanos = System.nanoTime();
    var _ = loop.scheduleAtFixedRate(this::sendDue, TICK_NANOS, TICK_NANOS, TimeUnit.NANOSECONDS);
  }

  private void sendDue() {
    long now = System.nanoTime();
    while (sent < requests && startNanos + sent * intervalNanos <= now) {
      connections.get((int) (sent % connections.size())).send(startNanos + sent * intervalNanos);
      sent++;
    }
  }

  private void answered(long dueNanos) {
    nanos.recordValue(Math.max(0, System.nanoTime() - dueNanos));
    if (++answered == requests) {
      done.complete(nanos);
    }
  }

  /** One client; its requests in flight, by when they were due. */
  @SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
  private final class Connection extends ChannelInboundHandlerAdapter {
    private final ArrayDeque<Long> due = new ArrayDeque<>();
    private @Nullable Channel channel;
    private int bytes;

    void send(long dueNanos) {
      due.add(dueNanos);
      if (channel != null) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(request), channel.voidPromise());
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      channel = context.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf read = (ByteBuf) message;
      bytes += read.readableBytes();
      read.release();
      while (bytes >= replyBytes) {
        bytes -= replyBytes;
        answered(due.remove());
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      done.completeExceptionally(new IOException("a connection was lost"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      done.completeExceptionally(cause);
    }
  }
}
