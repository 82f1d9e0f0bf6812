package io.understudy.replication.source;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.understudy.replication.stage.KeyName;
import io.understudy.wire.frame.Frame;
import io.understudy.wire.frame.FrameEncoder;
import io.understudy.wire.frame.FrameLimits;
import io.understudy.wire.frame.FrameReader;
import io.understudy.wire.frame.MalformedFrameException;
import io.understudy.wire.frame.Protocol;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a source that reads values, one after the other, each with the offset at which it
 * was that value. One event loop. When it is lost, whoever asked asks another one again.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection, which is told
public final class ValueLink extends ChannelInboundHandlerAdapter {
  private final SourceOptions options;
  private final FrameLimits limits;
  private final Consumer<FetchedValue> onValue;
  private final Consumer<LinkLoss> onLost;
  private final Deque<KeyName> waiting = new ArrayDeque<>();
  private SourceServer server;
  private @Nullable ChannelHandlerContext context;
  private @Nullable FrameReader reader;
  private @Nullable ValueQuestion question;
  private @Nullable String type;
  private int repliesToSkip;
  private boolean asksFeed;
  private boolean lost;

  /**
   * A link that has not begun.
   *
   * @param server what the source is known to be
   * @param limits on a value
   * @param onValue gets each value that was asked for, in order
   * @param onLost gets why there will be no more
   */
  public ValueLink(
      SourceOptions options,
      SourceServer server,
      FrameLimits limits,
      Consumer<FetchedValue> onValue,
      Consumer<LinkLoss> onLost) {
    this.options = options;
    this.server = server;
    this.limits = limits;
    this.onValue = onValue;
    this.onLost = onLost;
  }

  /** Asks for a value. */
  public void ask(KeyName key) {
    waiting.add(key);
    next();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    reader = new FrameReader(ctx.alloc().heapBuffer(), limits);
    if (lost) {
      ctx.close();
      return;
    }
    options
        .login()
        .ifPresent(
            login -> {
              send(List.of(Frame.command(login.words().toArray(String[]::new))));
              repliesToSkip++;
            });
    next();
  }

  private void next() {
    KeyName key = waiting.peek();
    if (context != null && question == null && key != null) {
      if (server.feed()) {
        asksFeed = true;
        question = new ValueQuestion(key, server);
        send(List.of(FeedQuestion.ask(key)));
        return;
      }
      ValueQuestion asking = new ValueQuestion(key, server);
      question = asking;
      type = null;
      send(asking.first());
      repliesToSkip++; // that of SELECT
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    FrameReader reading = reader;
    try {
      if (reading != null && !lost) {
        reading.feed(bytes);
        for (Frame frame = reading.next(); frame != null && !lost; frame = reading.next()) {
          onReply(frame);
        }
      }
    } catch (MalformedFrameException e) {
      lose("cannot tell a value: " + e.getMessage(), true);
    } finally {
      bytes.release();
    }
  }

  private void onReply(Frame frame) {
    if (repliesToSkip > 0) {
      repliesToSkip--;
      if (frame instanceof Frame.Failure(String error)) {
        lose("refused to tell a value: " + error, isFinal(error));
      }
      return;
    }
    ValueQuestion asked = question;
    if (asked == null) {
      lose("sent a reply that nobody asked for", false);
      return;
    }
    if (asksFeed) {
      question = null;
      take(FeedQuestion.read(asked.key(), frame));
      return;
    }
    String known = type;
    if (known == null) {
      type = ValueQuestion.text(frame);
      send(asked.second(ValueQuestion.text(frame)));
      repliesToSkip += ValueQuestion.queuedReplies();
      return;
    }
    question = null;
    take(asked.read(known, frame));
  }

  private void take(ValueQuestion.Answer answer) {
    switch (answer) {
      case ValueQuestion.Answer.Value(FetchedValue value) -> {
        waiting.remove();
        onValue.accept(value);
      }
      case ValueQuestion.Answer.Changed() -> {}
      case ValueQuestion.Answer.Refused(String reason) -> lose(reason, isFinal(reason));
    }
    next();
  }

  /** Whether asking again is no help before somebody changes something. */
  private static boolean isFinal(String reason) {
    return reason.contains("UNCUTTABLE") || reason.contains("NOPERM");
  }

  private void send(List<Frame> commands) {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ByteBuf out = ctx.alloc().buffer();
      commands.forEach(command -> FrameEncoder.write(command, Protocol.RESP2, out));
      ctx.writeAndFlush(out, ctx.voidPromise());
    }
  }

  /** Says that no connection came to be. */
  public void connectFailed(Throwable cause) {
    lose(ConnectFailure.words(cause), false);
  }

  /** Ends it without telling anybody. */
  public void close() {
    lost = true;
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    lose("closed the connection on which values are read", false);
    FrameReader reading = reader;
    reader = null;
    if (reading != null) {
      reading.close();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    lose("was lost while a value was read: " + cause, false);
  }

  private void lose(String what, boolean fatal) {
    if (!lost) {
      close();
      onLost.accept(new LinkLoss("the source " + options.address() + " " + what, fatal));
    }
  }
}
