package io.understudy.replication.sink;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.understudy.topology.Address;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.frame.Frame;
import io.understudy.wire.frame.FrameEncoder;
import io.understudy.wire.frame.Protocol;
import io.understudy.wire.scan.RequestLimits;
import io.understudy.wire.scan.RequestScanner;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a feed: a replica, or somebody who looks at it.
 *
 * <p>A replica gets nothing behind the end mark of its snapshot before its first acknowledgement: a
 * server that loads from disk would hang, one that loads from the socket would lose it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection, which is told
public final class Downstream extends ChannelInboundHandlerAdapter {
  private static final int MAX_COMMAND_BYTES = 64 * 1024;
  private static final int CHUNK_BYTES = 128 * 1024;

  /** Where a replica stands. */
  enum Phase {
    /** Says who it is, or asks questions. */
    TALKING,
    /** Asked for the stream, and whether it may have it is being found out. */
    ASKED,
    /** Needs a snapshot. */
    WAITING,
    /** Is being sent one. */
    RECEIVING,
    /** Has it, and has not said so yet. */
    GATED,
    /** Follows the stream. */
    STREAMING,
    /** Is gone. */
    GONE
  }

  private final FeedServer server;
  private final RequestScanner scanner;
  private final Conversation conversation;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf rest;
  private Phase phase = Phase.TALKING;
  private boolean offsetless;
  private long nextOffset;
  private long acknowledged;
  private long acknowledgedNanos;
  private long heardNanos;
  private long saidNanos;

  Downstream(FeedServer server) {
    this.server = server;
    this.scanner =
        new RequestScanner(CommandTable.standard(), new RequestLimits(MAX_COMMAND_BYTES, 1024));
    this.conversation = new Conversation(server, this);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    heardNanos = server.nanoTime();
    server.joined(this);
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    heardNanos = server.nanoTime();
    ByteBuf bytes = (ByteBuf) message;
    ByteBuf before = rest;
    if (before != null) {
      // A command in pieces: rare, and at most MAX_COMMAND_BYTES.
      int scanned = before.readableBytes();
      ByteBuf joined = ctx.alloc().buffer(scanned + bytes.readableBytes());
      joined.writeBytes(before).writeBytes(bytes);
      before.release();
      bytes.release();
      rest = null;
      scan(joined, joined.readerIndex() + scanned);
    } else {
      scan(bytes, bytes.readerIndex());
    }
  }

  private void scan(ByteBuf bytes, int from) {
    scanner.feed(bytes, from, bytes.writerIndex());
    while (phase != Phase.GONE) {
      switch (scanner.next()) {
        case COMMAND -> {
          conversation.onCommand(words(bytes, scanner.end() - (int) scanner.length()));
          bytes.readerIndex(scanner.end());
        }
        case INLINE -> {
          onInline(bytes, scanner.end() - (int) scanner.length());
          bytes.readerIndex(scanner.end());
        }
        case IGNORED -> bytes.readerIndex(scanner.end());
        case PARTIAL -> {
          if (bytes.readableBytes() > MAX_COMMAND_BYTES) {
            cut("sends a command that is too long");
          } else if (bytes.isReadable()) {
            rest = bytes;
            return;
          }
          bytes.release();
          return;
        }
        case ERROR, DROP -> cut("does not speak Redis' protocol");
      }
    }
    bytes.release();
  }

  private void onInline(ByteBuf bytes, int from) {
    ByteBuf converted = bytes.alloc().buffer();
    try {
      if (scanner.convertInline(bytes, from, converted) == RequestScanner.Event.COMMAND) {
        conversation.onCommand(words(converted, 0));
      }
    } finally {
      converted.release();
    }
  }

  private static List<String> words(ByteBuf bytes, int from) {
    var arguments = new io.understudy.wire.keys.Arguments();
    arguments.read(bytes, from);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < arguments.count(); i++) {
      words.add(arguments.text(i));
    }
    return words;
  }

  /** Who it is: {@code address:port} as it connected. */
  public String name() {
    ChannelHandlerContext ctx = context;
    if (ctx != null && ctx.channel().remoteAddress() instanceof InetSocketAddress address) {
      return address.getHostString() + ":" + address.getPort();
    }
    return "(not connected)";
  }

  /** What it told of itself. */
  Conversation conversation() {
    return conversation;
  }

  Phase phase() {
    return phase;
  }

  /** Whether it waits for a snapshot. */
  public boolean isWaiting() {
    return phase == Phase.WAITING;
  }

  /** Whether it has, or is getting, the stream of the present history. */
  boolean isAttached() {
    return phase == Phase.STREAMING || phase == Phase.GATED || phase == Phase.RECEIVING;
  }

  /** The offset up to which it said that it has everything. */
  long acknowledged() {
    return acknowledged;
  }

  /** Seconds since it said so last, as servers show it. */
  long acknowledgedSecondsAgo() {
    return TimeUnit.NANOSECONDS.toSeconds(server.nanoTime() - acknowledgedNanos);
  }

  /** Where it listens itself; empty if it did not tell. */
  public Optional<Address> listensAt() {
    String told = conversation.address();
    int port = conversation.listeningPort();
    ChannelHandlerContext ctx = context;
    if (port <= 0
        || port > Address.MAX_PORT
        || told.indexOf(' ') >= 0
        || told.indexOf('[') >= 0
        || ctx == null
        || !(ctx.channel().remoteAddress() instanceof InetSocketAddress remote)) {
      return Optional.empty();
    }
    return Optional.of(new Address(told.isEmpty() ? remote.getHostString() : told, port));
  }

  /** The version that it told; empty if it told none, as no Redis does. */
  public String version() {
    return conversation.version();
  }

  /** It asked for the stream; whether and how it gets it is found out. */
  void askedForStream(Optional<String> replicationId, long offset) {
    if (phase != Phase.TALKING && phase != Phase.WAITING) {
      cut("asks for the stream a second time");
      return;
    }
    phase = Phase.ASKED;
    saidNanos = server.nanoTime();
    server
        .gate()
        .onReplica(
            this,
            refusal -> {
              if (phase == Phase.ASKED) {
                phase = Phase.TALKING;
                refusal
                    .or(server::refusal)
                    .ifPresentOrElse(this::refuse, () -> admitted(replicationId, offset));
              }
            });
  }

  /** Says that it gets nothing, while it waits. Of all errors, this makes every replica wait. */
  public void refuse(String reason) {
    phase = Phase.TALKING;
    say("-NOMASTERLINK " + reason.replaceAll("[\\r\\n]", " ") + "\r\n");
  }

  private void admitted(Optional<String> replicationId, long offset) {
    if (replicationId.isPresent() && server.canContinue(replicationId.get(), offset)) {
      say("+CONTINUE " + server.replicationId() + "\r\n");
      phase = Phase.STREAMING;
      nextOffset = offset;
      acknowledged = offset;
      acknowledgedNanos = server.nanoTime();
      server.counters().partialResyncs++;
      feed();
    } else {
      phase = Phase.WAITING;
      saidNanos = server.nanoTime();
      server.gate().onSnapshot(this, replicationId.equals(Optional.of(server.replicationId())));
      server.owner().onSnapshotWanted();
    }
  }

  /** It said what it has. */
  void acknowledged(long offset) {
    if (phase == Phase.GATED) {
      phase = Phase.STREAMING;
    }
    if (isAttached()) {
      acknowledged = Math.max(acknowledged, offset);
      acknowledgedNanos = server.nanoTime();
      server.owner().onAcknowledged();
      feed();
    }
  }

  /**
   * It said SYNC, as redis-cli does: its snapshot comes without the line about its offset, and it
   * will not say how far it is.
   */
  void knowsNoOffsets() {
    offsetless = true;
  }

  /** Whether it says what it has, as replicas do all the time. */
  boolean acknowledges() {
    return !offsetless;
  }

  /** Tells it that its snapshot comes, and that the stream goes on behind {@code offset}. */
  void beginSnapshot(long offset, String mark) {
    phase = Phase.RECEIVING;
    nextOffset = offset;
    acknowledged = offset;
    acknowledgedNanos = server.nanoTime();
    server.counters().fullResyncs++;
    String offsets = "+FULLRESYNC " + server.replicationId() + " " + offset + "\r\n";
    say((offsetless ? "" : offsets) + "$EOF:" + mark + "\r\n");
  }

  /** Sends a part of its snapshot; the buffer is released. */
  void sendSnapshot(ByteBuf bytes) {
    ChannelHandlerContext ctx = context;
    if (phase == Phase.RECEIVING && ctx != null) {
      saidNanos = server.nanoTime();
      ctx.writeAndFlush(bytes, ctx.voidPromise());
    } else {
      bytes.release();
    }
  }

  /** Its snapshot is whole. */
  void endSnapshot(String mark) {
    if (phase == Phase.RECEIVING) {
      say(mark);
      phase = Phase.GATED;
    }
  }

  /** Whether it may be sent more of its snapshot, or does not need any. */
  boolean takesMore() {
    ChannelHandlerContext ctx = context;
    return phase != Phase.RECEIVING || ctx == null || ctx.channel().isWritable();
  }

  /** Sends what the backlog has for it, as far as it takes it. */
  void feed() {
    ChannelHandlerContext ctx = context;
    if (phase != Phase.STREAMING || ctx == null) {
      return;
    }
    Backlog backlog = server.backlog();
    boolean written = false;
    while (nextOffset < server.sendableOffset() && ctx.channel().isWritable()) {
      if (!backlog.covers(nextOffset)) {
        cut("is too slow: it lags more than the " + backlog.capacity() + " bytes of the backlog");
        return;
      }
      long sendable = server.sendableOffset() - nextOffset;
      ByteBuffer next = backlog.read(nextOffset, (int) Math.min(CHUNK_BYTES, sendable));
      nextOffset += next.remaining();
      ctx.write(ctx.alloc().buffer(next.remaining()).writeBytes(next), ctx.voidPromise());
      written = true;
    }
    if (written) {
      saidNanos = server.nanoTime();
      ctx.flush();
    }
    if (offsetless) {
      acknowledged = nextOffset; // nobody will ever know better
      acknowledgedNanos = server.nanoTime();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (phase == Phase.RECEIVING) {
      server.owner().onReceiverReady();
    } else {
      feed();
    }
    ctx.fireChannelWritabilityChanged();
  }

  /** Keeps a waiting replica patient, and cuts off a silent one. */
  void tick(long nowNanos) {
    boolean patient = phase == Phase.WAITING || phase == Phase.ASKED;
    if (patient && nowNanos - saidNanos >= server.options().keepAlive().toNanos()) {
      say("\n");
    }
    boolean lagging = isAttached() || phase == Phase.WAITING;
    if (lagging && acknowledges() && nowNanos - heardNanos > server.options().silence().toNanos()) {
      cut("has been silent for " + server.options().silence().toSeconds() + " s");
    }
  }

  /** Sends text at once. */
  void say(String text) {
    ChannelHandlerContext ctx = context;
    if (ctx != null && phase != Phase.GONE) {
      saidNanos = server.nanoTime();
      ByteBuf out = ctx.alloc().buffer(text.length());
      out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
      ctx.writeAndFlush(out, ctx.voidPromise());
    }
  }

  /** Sends a reply at once. */
  void say(Frame frame) {
    ChannelHandlerContext ctx = context;
    if (ctx != null && phase != Phase.GONE) {
      ByteBuf out = ctx.alloc().buffer();
      FrameEncoder.write(frame, Protocol.RESP2, out);
      ctx.writeAndFlush(out, ctx.voidPromise());
    }
  }

  /** Ends the connection, for a reason that is logged. */
  public void cut(String reason) {
    if (phase != Phase.GONE) {
      server.cut(this, reason);
      close();
    }
  }

  /** Ends the connection. */
  void close() {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.close();
    }
    gone();
  }

  /** Ends it once everything said so far is sent. */
  void closeWhenSaid() {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.writeAndFlush(ctx.alloc().buffer(0))
          .addListener(io.netty.channel.ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    gone();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    cut("was lost: " + cause.getMessage());
  }

  private void gone() {
    if (phase == Phase.GONE) {
      return;
    }
    boolean receiving = phase == Phase.RECEIVING;
    boolean attached = isAttached();
    phase = Phase.GONE;
    server.left(this);
    ByteBuf kept = rest;
    if (kept != null) {
      kept.release();
      rest = null;
    }
    if (receiving) {
      server.owner().onReceiverReady();
    }
    if (attached) {
      server.owner().onAcknowledged();
    }
  }
}
