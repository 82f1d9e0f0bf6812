package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.understudy.proxy.backend.Backend;
import io.understudy.proxy.backend.BackendPool;
import io.understudy.proxy.backend.Failures;
import io.understudy.proxy.backend.Flushable;
import io.understudy.proxy.backend.SharedBackend;
import io.understudy.proxy.backend.Waiter;
import io.understudy.proxy.observe.Excerpt;
import io.understudy.proxy.observe.SlowLog;
import io.understudy.proxy.route.Conduct;
import io.understudy.proxy.route.PoolKey;
import io.understudy.proxy.route.Users;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.scan.RequestLimits;
import io.understudy.wire.scan.RequestScanner;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: it owns the client's bytes in both directions and knows in which mode they
 * are treated. Belongs to one event loop.
 *
 * <p>How commands are scanned and sent is {@link Forwarder}'s part; what the proxy does with those
 * that cannot be sent as they are is {@link Specials}'.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails closes the channel
final class Session extends ChannelInboundHandlerAdapter implements Waiter, Flushable {
  private final SessionContext context;
  private final Channel channel;
  private final Client client;
  private final RequestScanner scanner;
  private final Input input;
  private final Output output;
  private final Muting muting;
  private final Forwarder forwarder;
  private final Specials specials;
  private final SharedLink sharedLink;
  private final @Nullable Router router;
  private final @Nullable Guard guard;

  private @Nullable Notices notices;
  private Mode mode = Mode.Run.MODE;
  private PoolKey key = PoolKey.FRESH;
  private boolean touched;
  private final Unread unread;
  private boolean inputEnded;
  private boolean closed;

  Session(SessionContext context, Channel channel, Client client) {
    this.context = context;
    this.channel = channel;
    this.client = client;
    this.scanner = new RequestScanner(CommandTable.standard(), RequestLimits.OF_THE_SERVER);
    this.input = new Input(context.loop().allocator(), scanner);
    this.output = new Output(channel, context.loop().allocator(), context.counters().errors());
    this.unread = new Unread(this, context);
    this.muting = new Muting(output);
    this.sharedLink = new SharedLink(this, context);
    Destinations destinations = context.destinations();
    this.router = destinations == null ? null : new Router(this, destinations);
    this.guard = context.users() == null ? null : new Guard(this, context.users());
    if (guard != null) {
      key = guard.key();
      client.describe(key, guard.name());
    }
    this.forwarder = new Forwarder(this, scanner, input);
    this.specials = new Specials(this);
    locked(key.credentials().isNone() && context.pool().isLocked());
  }

  SessionContext context() {
    return context;
  }

  /** Which group commands go to; null if the listener leads to one. */
  @Nullable Router router() {
    return router;
  }

  /** Who the client is, where the listener has users; null if it has none. */
  @Nullable Guard guard() {
    return guard;
  }

  /** The connections to the group that commands go to now. */
  BackendPool pool() {
    return router == null ? context.pool() : router.pool();
  }

  /** The group that commands go to now. */
  String group() {
    return router == null ? context.group() : router.group();
  }

  /** To how many groups the listener leads. */
  int destinationCount() {
    return router == null ? 1 : router.routes().groups().size();
  }

  Client client() {
    return client;
  }

  Output output() {
    return output;
  }

  Specials specials() {
    return specials;
  }

  /** Which of its replies are passed on. */
  Muting muting() {
    return muting;
  }

  Mode mode() {
    return mode;
  }

  void mode(Mode next) {
    mode = next;
  }

  PoolKey key() {
    return key;
  }

  /** What it is told of failovers. */
  Notices notices() {
    Notices present = notices;
    if (present == null) {
      present = new Notices(this);
      notices = present;
    }
    return present;
  }

  /** It is told no more of failovers. */
  void endNotices() {
    if (notices != null) {
      notices.end();
      notices = null;
    }
  }

  /** Whether a part of a reply was written and its end was not. */
  boolean isInsideReply() {
    return switch (mode) {
      case Mode.Pinned(PinnedLink link) -> link.isInsideReply();
      case Mode.Raw raw -> true;
      default -> sharedLink.isInsideReply();
    };
  }

  /** Says that the session's user, database or protocol changed. */
  void key(PoolKey next) {
    key = next;
    sharedLink.leaveBackend();
    locked(next.credentials().isNone() && pool().isLocked());
    client.describe(next, guard == null ? next.credentials().effectiveUser() : guard.name());
  }

  boolean isClosed() {
    return closed;
  }

  /** How many commands are neither answered nor given up, but for those on a pinned connection. */
  int outstanding() {
    return sharedLink.outstanding();
  }

  /** Commands that it sent together took long. */
  void noteSlow(Excerpt first, int count, long tookNanos) {
    long nowNanos = context.loop().turn().nowNanos();
    context
        .counters()
        .slow()
        .add(
            new SlowLog.Entry(client.address(), client.name(), first, count, tookNanos, nowNanos),
            context.loop().limits().observing().slowEntries());
  }

  /** A command of it, or its reply, is large. */
  void noteLarge(Excerpt command, long length, boolean reply) {
    long nowNanos = context.loop().turn().nowNanos();
    pool().keys().big(command, length, reply, key.database(), nowNanos);
  }

  // ---- what the client sends

  @Override
  public void channelRead(ChannelHandlerContext ignored, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (mode instanceof Mode.Raw(PinnedLink link)) {
      link.stream(bytes, bytes.readerIndex(), bytes.readableBytes());
    } else if (!closed && !(mode instanceof Mode.Ending)) {
      client.heard(context.loop().turn().nowNanos());
      input.offer(bytes);
      forwarder.advance();
      input.endRead();
    }
    bytes.release();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ignored) {
    if (touched) {
      context.loop().turn().flushSessions();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ignored, Object event) {
    boolean ends =
        event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent;
    if (ends && !inputEnded) {
      endInput();
    } else if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
      context.counters().add(Counters.Count.HANDSHAKES_FAILED, 1);
    }
  }

  /** Nothing more is taken from the client; what it sent is answered. */
  private void endInput() {
    inputEnded = true;
    if (mode instanceof Mode.Raw
        || (mode instanceof Mode.Pinned(PinnedLink link) && link.isEndless())) {
      channel.close();
    } else {
      touch();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ignored) {
    if (channel.isWritable()) {
      if (!closed) {
        unread.settle();
      }
      sharedLink.receptive();
      if (mode instanceof Mode.Pinned(PinnedLink link)) {
        link.receptive();
      } else if (mode instanceof Mode.Raw(PinnedLink link)) {
        link.receptive();
      }
    }
    forwarder.settleReading();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ignored) {
    closed = true;
    pool().leave(this);
    endNotices();
    if (mode instanceof Mode.Pinned(PinnedLink link)) {
      link.abandon();
    } else if (mode instanceof Mode.Raw(PinnedLink link)) {
      link.abandon();
    } else if (mode instanceof Mode.Drain(Request next)) {
      next.release();
    } else if (mode instanceof Mode.Acquire(Request next)) {
      next.release();
    } else if (mode instanceof Mode.Gather(Scatter scatter)) {
      scatter.abandon();
    }
    mode = new Mode.Ending("");
    sharedLink.release();
    unread.release();
    input.release();
    output.release();
    context.registry().remove(client);
    context.counters().add(Counters.Count.CLOSED, 1);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
    Failures.report("client " + client.address(), cause);
    channel.close();
  }

  /** Closes the client; what was not written to it is lost. */
  void close() {
    channel.close();
  }

  /** Stops or continues to read from the client. */
  void reading(boolean on) {
    if (channel.config().isAutoRead() != on && !closed && !inputEnded) {
      channel.config().setAutoRead(on);
    }
  }

  // ---- where its commands go

  /** What the session shares with others. */
  SharedLink sharedLink() {
    return sharedLink;
  }

  /** The commands that wait for a primary. */
  Holding holding() {
    return sharedLink.holding();
  }

  /** Whether replies can be written without growing memory beyond its comfortable bound. */
  boolean isReceptive() {
    return closed || channel.isWritable();
  }

  /** The connection it waited for takes more. */
  void resume() {
    forwarder.resume();
    touch();
  }

  /** Says whether the server demands AUTH and the session gave none: then little is accepted. */
  void locked(boolean is) {
    scanner.authenticated(!is && (guard == null || !guard.isNobody()));
  }

  /** Whether it is sent more than it asked for: messages, invalidations, lines of MONITOR. */
  boolean isSentUnasked() {
    return mode instanceof Mode.Pinned(PinnedLink link) && link.state().bindings().sendsUnasked();
  }

  /** It, or a client that has its invalidations sent here, must forget all that was tracked. */
  void forgetTracked() {
    if (closed) {
      return;
    }
    if (isInsideReply()) {
      channel.close(); // Nothing may stand inside a reply, and what was tracked cannot stay.
    } else if (key.protocol() == 3) {
      output.addOutOfBand(Answers.INVALIDATE_ALL);
    } else if (isSubscribed()) {
      output.addOutOfBand(Answers.INVALIDATE_ALL_AS_MESSAGE);
    }
    touch();
  }

  private boolean isSubscribed() {
    return switch (mode) {
      case Mode.Pinned(PinnedLink link) ->
          link.state().isResubscribing()
              || link.state().restoration(List.of()).subscriptions().count() > 0;
      case Mode.Restore(Restoration what) -> what.subscriptions().count() > 0;
      default -> false;
    };
  }

  /** Passes on what was kept of a command that is to be streamed. */
  void streamCarried(PinnedLink link) {
    forwarder.streamPieces(link);
  }

  // ---- waiting for a connection

  @Override
  public PoolKey wanted() {
    return mode instanceof Mode.Acquire(Request next) ? wanted(next) : key;
  }

  /**
   * The state of a connection that is to carry a command: already what the command asks for, so
   * that connections can be used again; but credentials that nobody gave before are for the server
   * to judge on a connection as it is, unless that could not be proven.
   */
  private PoolKey wanted(Request next) {
    PoolKey target = PinnedState.target(next, key);
    boolean unheard =
        !target.credentials().equals(key.credentials()) && !pool().knows(target.credentials());
    boolean unproven = key.credentials().isNone() && pool().isLocked();
    return unheard && !unproven ? key : target;
  }

  @Override
  public boolean isExclusive() {
    return mode.isAcquiring();
  }

  @Override
  public boolean killsScript() {
    return mode instanceof Mode.Acquire(Request next) && next.conduct() == Conduct.SCRIPT_KILL;
  }

  @Override
  public int granted(SharedBackend backend) {
    int count = sharedLink.sendHeld(backend);
    touch();
    return count;
  }

  @Override
  public void granted(Backend backend) {
    context.counters().add(Counters.Count.PINNED, 1);
    specials.granted(backend);
    touch();
  }

  @Override
  public void denied(String error) {
    specials.giveUp(Answers.serverError(error));
    holding().giveUp(Answers.serverError(error));
    touch();
  }

  @Override
  public boolean expire(long nowNanos, String reason) {
    boolean still =
        isExclusive() ? specials.expire(nowNanos, reason) : holding().expire(nowNanos, reason);
    touch();
    return still;
  }

  // ---- what others ask

  /** Takes no more commands, and closes when the last is answered. Any thread. */
  void finish() {
    context.loop().events().execute(this::endInput);
  }

  /** Whether it can go on with other users of its listener. Any thread. */
  boolean adopts(@Nullable Users users) {
    return guard == null ? users == null : guard.adopts(users);
  }

  /** Whether it came through a listener. Any thread. */
  boolean cameThrough(Attendance listener) {
    return context.attendance() == listener;
  }

  /** Waits until it is closed. Not on an event loop. */
  void awaitClosed(long nanos) {
    channel.closeFuture().awaitUninterruptibly(nanos, TimeUnit.NANOSECONDS);
  }

  /** How servers would class the client: for CLIENT LIST and KILL. Any thread. */
  String type() {
    return client.isReplica() ? "replica" : client.isSubscribed() ? "pubsub" : "normal";
  }

  /** The server's number of the connection on which the client is blocked, or -1. Any thread. */
  long blockedConnection() {
    return client.connection();
  }

  /** The server's number of the connection on which questions are asked, or -1. */
  long askedConnection() {
    return client.connection() > 0 ? client.connection() : sharedLink.connection();
  }

  /** Keeps a connection of its own, because pushes for another client are to come. Any thread. */
  void bindForPushes() {
    context.loop().events().execute(specials::bindForPushes);
  }

  /** What the client sent last, as CLIENT LIST names it. Any thread, which may see an older one. */
  String lastCommand() {
    return forwarder.lastCommand();
  }

  /** Closes the client because another asked for it. Any thread. */
  void kill(Session by) {
    if (by == this) {
      specials.end("");
    } else {
      context.loop().events().execute(channel::close);
    }
  }

  // ---- the end of a turn

  /** Sees to it that the session is flushed, and goes on, before the loop waits. */
  void touch() {
    if (!touched) {
      touched = true;
      context.loop().turn().touched(this);
    }
  }

  @Override
  public void flush() {
    touched = false;
    if (closed) {
      return;
    }
    if (notices != null) {
      notices.settle();
    }
    specials.drained();
    forwarder.advance();
    flushOutput();
    if (outstanding() == 0 && !output.isKeeping() && (isEnding() || (inputEnded && isThrough()))) {
      end();
    }
  }

  private boolean isEnding() {
    return mode instanceof Mode.Ending(String words) && words.isEmpty();
  }

  private boolean isThrough() {
    if (mode instanceof Mode.Pinned(PinnedLink link)) {
      return link.isQuiet() && input.isEmpty();
    }
    return mode instanceof Mode.Discard || (mode.isScanning() && input.isEmpty());
  }

  /** Closes the client when all that was written has reached the kernel. */
  private void end() {
    closed = true;
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ignored -> channel.close());
  }

  /** Writes what was added, and closes a client that lets too much wait. */
  void flushOutput() {
    output.flush();
    unread.settle();
  }
}
