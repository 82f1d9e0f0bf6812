package io.understudy.proxy.backend;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.understudy.proxy.route.PoolKey;
import io.understudy.topology.Address;
import io.understudy.wire.tls.TlsClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a node: what is sent is collected and written together (see {@link Gathering}),
 * what is read goes to its present {@link Receiver}. Belongs to one event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails closes the channel
public final class Backend extends ChannelInboundHandlerAdapter implements Flushable {
  private static final int CONNECT_TIMEOUT_MS = 2_000;

  /** Above the first mark a backend takes no more, until it is below the second. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 * 1024, 1024 * 1024);

  private final Loop loop;
  private final Reign reign;
  private final Outbox outbox;
  private final Optional<TlsClient> tls;
  private final Gathering gathering = new Gathering();
  private Receiver receiver;
  private PoolKey key = PoolKey.FRESH;
  private long connectionId = -1;
  private @Nullable Channel channel;
  private boolean flushAsked;
  private boolean closed;
  private boolean locked;
  private boolean spoilt;
  private String trouble = "";

  /**
   * Makes a connection that is not opened yet.
   *
   * @param reign whose node it leads to
   * @param receiver who gets what is read at first
   * @param tls the client's end of TLS; empty for a plain connection
   */
  Backend(Loop loop, Reign reign, Receiver receiver, Optional<TlsClient> tls) {
    this.loop = loop;
    this.reign = reign;
    this.receiver = receiver;
    this.tls = tls;
    // What was encrypted cannot be told from what was sent.
    boolean exact = loop.transport().readsWhenReady() && tls.isEmpty();
    this.outbox = new Outbox(loop.allocator(), exact);
  }

  /** Opens it; {@link Receiver#closed} tells if that fails. */
  void open() {
    Address address = reign.node().address();
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(address.host());
    if (literal != null) {
      connect(inetAddress(literal), address.port());
      return;
    }
    loop.blocking()
        .execute(
            () -> {
              try {
                InetAddress resolved = InetAddress.getByName(address.host());
                loop.events().execute(() -> connect(resolved, address.port()));
              } catch (UnknownHostException e) {
                loop.events().execute(this::gone);
              }
            });
  }

  private static InetAddress inetAddress(byte[] literal) {
    try {
      return InetAddress.getByAddress(literal);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + literal.length + " bytes", e);
    }
  }

  private void connect(InetAddress address, int port) {
    if (closed) {
      return;
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop.events())
            .channelFactory(loop.transport().sockets())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.ALLOCATOR, loop.allocator())
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .handler(tls.isPresent() ? new Encryption(tls.get()) : this);
    // What is decrypted later may not lie in a buffer that the next read writes to.
    if (loop.receive() != null && tls.isEmpty()) {
      bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, loop.receive());
    }
    bootstrap
        .connect(new InetSocketAddress(address, port))
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                gone();
              }
            });
  }

  /** Puts TLS between the socket and the connection. */
  private final class Encryption extends ChannelInitializer<Channel> {
    private final TlsClient client;

    Encryption(TlsClient client) {
      this.client = client;
    }

    @Override
    protected void initChannel(Channel opened) {
      Address address = reign.node().address();
      opened
          .pipeline()
          .addLast(new SslHandler(client.engine(address.host(), address.port())), Backend.this);
    }
  }

  /** What is known of why it was closed; empty if nothing. */
  String trouble() {
    return trouble;
  }

  /** The reign it was opened for. */
  public Reign reign() {
    return reign;
  }

  /** The state its connection is in on the server. */
  public PoolKey key() {
    return key;
  }

  /** Says that its connection changed its state on the server. */
  public void key(PoolKey now) {
    this.key = now;
  }

  /** Whether the server demands AUTH and got none: it is unproven, and only errors come back. */
  public boolean isLocked() {
    return locked;
  }

  void locked(boolean is) {
    this.locked = is;
  }

  /** The id the server gave it, or -1. */
  public long connectionId() {
    return connectionId;
  }

  void connectionId(long id) {
    this.connectionId = id;
  }

  /** Hands what is read from now on to another. */
  public void receiver(Receiver next) {
    this.receiver = next;
  }

  Outbox outbox() {
    return outbox;
  }

  Loop loop() {
    return loop;
  }

  /** Whether it is open and its peer keeps up. */
  public boolean isWritable() {
    return channel != null && channel.isWritable();
  }

  /** Whether it was closed, by either side. */
  public boolean isClosed() {
    return closed;
  }

  /** Where it connects from, as the server sees it if nothing between them translates addresses. */
  String localAddress() {
    return channel != null && channel.localAddress() instanceof InetSocketAddress inet
        ? NetUtil.toSocketAddressString(inet)
        : "";
  }

  /** Whether it may not be given to another session: it was not proven, or is bound. */
  boolean isSpoilt() {
    return spoilt;
  }

  /** It is of use to one session only. */
  void spoil() {
    spoilt = true;
  }

  /**
   * Adds bytes, to be written at the end of the turn, or later while {@link Receiver#unanswered}
   * says that the node has enough to do. The source stays the caller's.
   */
  public void send(ByteBuf source, int from, int length) {
    outbox.append(source, from, length);
    gathering.add(length);
    if (!flushAsked) {
      flushAsked = true;
      loop.turn().flushAtEnd(this);
    }
  }

  /** Says that a run of so many commands ended in what was sent: many do not wait. */
  void sent(int commands) {
    gathering.addRun(commands);
    if (commands > 0 && gathering.isFull()) {
      flushNow();
    }
  }

  @Override
  public void flush() {
    flushAsked = false;
    if (!gathering.canWait(receiver.unanswered())) {
      flushNow();
    }
  }

  /** Writes now what was sent, and keeps nothing of it. */
  public void sendNow() {
    flushNow();
    forgetSent();
  }

  /** Keeps nothing of what was written: it will not be asked for again. */
  public void forgetSent() {
    outbox.answered(outbox.sentOffset());
  }

  /** Writes now what was collected. */
  void flushNow() {
    gathering.written();
    Channel open = channel;
    if (open != null && open.isWritable() && outbox.isPending()) {
      outbox.flush(open);
    }
  }

  /** Stops or continues to read from the node. */
  public void reading(boolean on) {
    if (channel != null) {
      channel.config().setAutoRead(on);
    }
  }

  /** Whether an answer is awaited that comes by itself. */
  boolean isAwaiting() {
    return receiver.isAwaiting();
  }

  /** Closes it; the receiver is told as of any loss. */
  public void close() {
    if (channel != null) {
      channel.close();
    } else {
      gone();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (closed) {
      context.close();
      return;
    }
    channel = context.channel();
    receiver.opened(this);
    flushNow();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      receiver.received(this, bytes);
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    // The node first: it works while the sessions are written to.
    flushNow();
    loop.turn().flushSessions();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable() && !closed) {
      flushNow();
      receiver.writable(this);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    gone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Failures.report("a connection to " + reign.node(), cause);
    if (cause.getCause() instanceof SSLException refused) {
      trouble = ": TLS failed: " + refused.getMessage();
    }
    context.close();
  }

  private void gone() {
    if (!closed) {
      closed = true;
      loop.greetings().closed(localAddress());
      receiver.closed(this);
      outbox.release();
      loop.turn().flushSessions();
    }
  }
}
