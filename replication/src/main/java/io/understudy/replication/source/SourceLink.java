package io.understudy.replication.source;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a source, as its replica, from the greeting to the stream.
 *
 * <p>Acknowledgements follow what servers of every version were seen to need: a newline each second
 * while a snapshot comes; behind one with an end mark an acknowledgement at once and then every 50
 * ms until the stream begins, because a source ignores those that come before it has reaped its
 * child; then each second, and whenever it asks.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection, which is told
public final class SourceLink extends ChannelInboundHandlerAdapter {
  private static final int MARK_BYTES = 40;
  private static final int MAX_LINE_BYTES = 64 * 1024;
  private static final int MAX_INFO_BYTES = 1 << 20;
  private static final long TICK_MILLIS = 50;
  private static final long ACK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private enum Phase {
    GREETING,
    INFO_BODY,
    SYNC_REPLY,
    SNAPSHOT_HEADER,
    SNAPSHOT,
    MARK,
    STREAM,
    LOST
  }

  private final SourceOptions options;
  private final Optional<ResumePoint> resume;
  private final SourceListener listener;
  private final LongSupplier nanoTime;
  private final Greeting greeting;
  private final Deque<Greeting.Step> steps;
  private final StringBuilder line = new StringBuilder();
  private Phase phase = Phase.GREETING;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ScheduledFuture<?> ticks;
  private long heardNanos;
  private long saidNanos;
  private long bodyLeft;
  private long snapshotLeft;
  private String mark = "";
  private final StringBuilder body = new StringBuilder();
  private final Deque<ByteBuf> held = new ArrayDeque<>();
  private boolean paused;
  private boolean hasStreamed;
  private boolean acknowledgesOften;

  /**
   * A link that has not begun.
   *
   * @param resume where to go on; empty for a snapshot
   * @param nanoTime a clock that only grows
   */
  public SourceLink(
      SourceOptions options,
      Optional<ResumePoint> resume,
      SourceListener listener,
      LongSupplier nanoTime) {
    this.options = options;
    this.resume = resume;
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.greeting = new Greeting(options);
    this.steps = new ArrayDeque<>(greeting.steps());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    if (phase == Phase.LOST) {
      ctx.close();
      return;
    }
    heardNanos = nanoTime.getAsLong();
    ticks =
        ctx.executor()
            .scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    ask();
    ctx.fireChannelActive();
  }

  /** Says the next thing of the greeting, or asks for the stream. */
  private void ask() {
    Greeting.Step step = steps.peek();
    if (step != null) {
      send(greeting.words(step));
      return;
    }
    if (!listener.onGreeted()) {
      close();
      return;
    }
    phase = Phase.SYNC_REPLY;
    send(
        resume
            .map(
                point -> List.of("PSYNC", point.replicationId(), Long.toString(point.offset() + 1)))
            .orElse(List.of("PSYNC", "?", "-1")));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    heardNanos = nanoTime.getAsLong();
    held.add((ByteBuf) message);
    readHeld();
  }

  /** Reads what came, until there is no more or reading is paused. */
  private void readHeld() {
    try {
      while (!paused && phase != Phase.LOST && !held.isEmpty()) {
        ByteBuf bytes = held.element();
        while (bytes.isReadable() && !paused && phase != Phase.LOST) {
          read(bytes);
        }
        if (!bytes.isReadable() && phase != Phase.LOST) {
          held.remove().release();
        }
      }
    } catch (SnapshotException e) {
      lose(greeting.loss("sent a snapshot that cannot be used: " + e.line(), e.isFatal()));
    }
  }

  private void read(ByteBuf bytes) throws SnapshotException {
    switch (phase) {
      case GREETING, SYNC_REPLY, SNAPSHOT_HEADER -> readLine(bytes);
      case INFO_BODY -> readInfo(bytes);
      case SNAPSHOT -> readSnapshot(bytes);
      case MARK -> readMark(bytes);
      case STREAM -> {
        hasStreamed = true;
        listener.onStream(bytes);
      }
      case LOST -> throw new IllegalStateException("the link is gone");
    }
  }

  private void readLine(ByteBuf bytes) {
    while (bytes.isReadable()) {
      char c = (char) (bytes.readByte() & 0xFF);
      if (c == '\n') {
        String text = line.toString();
        line.setLength(0);
        if (!text.isEmpty()) { // an empty one only says that the source is alive
          onLine(text);
        }
        return;
      }
      if (c != '\r') {
        line.append(c);
      }
      if (line.length() > MAX_LINE_BYTES) {
        lose(greeting.loss("does not speak Redis' protocol", true));
        return;
      }
    }
  }

  private void onLine(String text) {
    switch (phase) {
      case GREETING -> onGreeting(text);
      case SYNC_REPLY -> onSyncReply(text);
      case SNAPSHOT_HEADER -> onSnapshotHeader(text);
      case INFO_BODY, SNAPSHOT, MARK, STREAM, LOST -> throw new IllegalStateException("a line");
    }
  }

  private void onGreeting(String text) {
    Greeting.Step step = steps.element();
    if (step == Greeting.Step.INFO && text.startsWith("$")) {
      bodyLeft = number(text.substring(1)) + 2;
      phase = Phase.INFO_BODY;
      if (bodyLeft < 2 || bodyLeft > MAX_INFO_BYTES) {
        lose(greeting.loss("answered INFO with " + text, true));
      }
      return;
    }
    if ("+-:".indexOf(text.charAt(0)) < 0) {
      lose(greeting.loss("does not speak Redis' protocol: it said '" + shown(text) + "'", true));
      return;
    }
    if (step == Greeting.Step.INFO) {
      listener.onIdentified(Greeting.server(Optional.empty()));
    }
    follow(greeting.onLine(step, text));
  }

  private void readInfo(ByteBuf bytes) {
    int length = (int) Math.min(bodyLeft, bytes.readableBytes());
    body.append(bytes.readCharSequence(length, StandardCharsets.ISO_8859_1));
    bodyLeft -= length;
    if (bodyLeft == 0) {
      phase = Phase.GREETING;
      SourceServer server = Greeting.server(Optional.of(body.toString()));
      Greeting.Verdict verdict = greeting.onServer(server);
      if (verdict instanceof Greeting.Verdict.GoOn) {
        listener.onIdentified(server);
      }
      follow(verdict);
    }
  }

  private void follow(Greeting.Verdict verdict) {
    switch (verdict) {
      case Greeting.Verdict.GoOn() -> {
        steps.remove();
        ask();
      }
      case Greeting.Verdict.End(LinkLoss loss) -> lose(loss);
    }
  }

  private void onSyncReply(String text) {
    String[] words = text.split(" ", -1);
    if (words[0].equals("+FULLRESYNC") && words.length == 3) {
      phase = Phase.SNAPSHOT_HEADER;
      listener.onFullResync(words[1], number(words[2]));
    } else if (words[0].equals("+CONTINUE") && resume.isPresent()) {
      phase = Phase.STREAM;
      listener.onContinue(words.length > 1 ? words[1] : resume.get().replicationId());
    } else if (text.startsWith("-")) {
      lose(greeting.onSyncRefused(text.substring(1)));
    } else {
      lose(greeting.loss("answered PSYNC with '" + shown(text) + "'", true));
    }
  }

  private void onSnapshotHeader(String text) {
    if (text.startsWith("$EOF:") && text.length() == "$EOF:".length() + MARK_BYTES) {
      mark = text.substring("$EOF:".length());
      snapshotLeft = Long.MAX_VALUE;
      phase = Phase.SNAPSHOT;
      listener.onSnapshotBegin(OptionalLong.empty());
    } else if (text.startsWith("$") && number(text.substring(1)) > 0) {
      snapshotLeft = number(text.substring(1));
      phase = Phase.SNAPSHOT;
      listener.onSnapshotBegin(OptionalLong.of(snapshotLeft));
    } else {
      lose(greeting.loss("began its snapshot with '" + shown(text) + "'", false));
    }
  }

  private void readSnapshot(ByteBuf bytes) throws SnapshotException {
    int before = bytes.readerIndex();
    boolean ended = listener.onSnapshot(bytes);
    snapshotLeft -= bytes.readerIndex() - before;
    if (phase == Phase.LOST || !ended) {
      if (snapshotLeft <= 0) {
        throw new SnapshotException("it goes on behind the length that was told", false);
      }
      return;
    }
    if (!mark.isEmpty()) {
      phase = Phase.MARK;
      bodyLeft = MARK_BYTES;
    } else if (snapshotLeft != 0) {
      throw new SnapshotException("it ends before the length that was told", false);
    } else {
      endSnapshot(false);
    }
  }

  private void readMark(ByteBuf bytes) throws SnapshotException {
    while (bytes.isReadable() && bodyLeft > 0) {
      if (bytes.readByte() != (byte) mark.charAt((int) (MARK_BYTES - bodyLeft--))) {
        throw new SnapshotException("its end mark is another one than was told", false);
      }
    }
    if (bodyLeft == 0) {
      endSnapshot(true);
    }
  }

  private void endSnapshot(boolean marked) {
    phase = Phase.STREAM;
    acknowledgesOften = marked;
    listener.onSnapshotEnd();
    if (phase == Phase.STREAM) {
      acknowledge();
    }
  }

  private void tick() {
    long now = nanoTime.getAsLong();
    if (phase != Phase.LOST && now - heardNanos > options.silence().toNanos() && !paused) {
      lose(greeting.loss("has been silent for " + options.silence().toSeconds() + " s", false));
      return;
    }
    switch (phase) {
      case STREAM -> {
        if (now - saidNanos >= ACK_NANOS || (acknowledgesOften && !hasStreamed)) {
          acknowledge();
        }
      }
      case SNAPSHOT, MARK, SNAPSHOT_HEADER -> {
        if (now - saidNanos >= ACK_NANOS) {
          newline();
        }
      }
      case GREETING, INFO_BODY, SYNC_REPLY, LOST -> {}
    }
  }

  /** Tells the source now what is safe, because it asked or because more is. */
  public void acknowledge() {
    if (phase == Phase.STREAM) {
      send(List.of("REPLCONF", "ACK", Long.toString(listener.safeOffset())));
    }
  }

  private void newline() {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      saidNanos = nanoTime.getAsLong();
      ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte('\n'), ctx.voidPromise());
    }
  }

  private void send(List<String> words) {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return;
    }
    saidNanos = nanoTime.getAsLong();
    ByteBuf out = ctx.alloc().buffer();
    out.writeCharSequence("*" + words.size() + "\r\n", StandardCharsets.US_ASCII);
    for (String word : words) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      out.writeCharSequence("$" + bytes.length + "\r\n", StandardCharsets.US_ASCII);
      out.writeBytes(bytes).writeCharSequence("\r\n", StandardCharsets.US_ASCII);
    }
    ctx.writeAndFlush(out, ctx.voidPromise());
  }

  /** Stops or goes on reading; what was already read waits here meanwhile. */
  public void reads(boolean reads) {
    ChannelHandlerContext ctx = context;
    if (ctx == null || phase == Phase.LOST || paused == !reads) {
      return;
    }
    paused = !reads;
    heardNanos = nanoTime.getAsLong();
    ctx.channel().config().setAutoRead(reads);
    if (reads) {
      ctx.executor().execute(this::readHeld);
    }
  }

  /** Ends the link without telling the listener. */
  public void close() {
    phase = Phase.LOST;
    ScheduledFuture<?> ticking = ticks;
    if (ticking != null) {
      ticking.cancel(false);
    }
    held.forEach(ByteBuf::release);
    held.clear();
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    lose(greeting.loss("closed the connection " + during(), false));
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    lose(
        cause instanceof IOException
            ? greeting.loss("was lost " + during() + ": " + cause.getMessage(), false)
            : greeting.loss("was given up " + during() + ", a defect: " + cause, true));
  }

  /** Says that no connection came to be. */
  public void connectFailed(Throwable cause) {
    lose(greeting.loss(ConnectFailure.words(cause), false));
  }

  private String during() {
    return switch (phase) {
      case GREETING, INFO_BODY -> "during the greeting";
      case SYNC_REPLY, SNAPSHOT_HEADER -> "before the snapshot";
      case SNAPSHOT, MARK -> "in the middle of the snapshot";
      case STREAM, LOST -> "while streaming";
    };
  }

  private void lose(LinkLoss loss) {
    if (phase != Phase.LOST) {
      close();
      listener.onLost(loss);
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String shown(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }
}
