package io.understudy.replication.source;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.understudy.wire.frame.Frame;
import io.understudy.wire.frame.FrameEncoder;
import io.understudy.wire.frame.FrameLimits;
import io.understudy.wire.frame.FrameReader;
import io.understudy.wire.frame.MalformedFrameException;
import io.understudy.wire.frame.Protocol;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a source that asks its COMMAND about one command, and ends. One event loop.
 *
 * <p>An error is an answer, too: the source does not tell.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection, which is told
public final class CommandLink extends ChannelInboundHandlerAdapter {
  private static final FrameLimits LIMITS = new FrameLimits(1 << 20, 1 << 16, 16);

  private final SourceOptions options;
  private final String name;
  private final Consumer<Frame> onAnswer;
  private final Consumer<LinkLoss> onLost;
  private @Nullable ChannelHandlerContext context;
  private @Nullable FrameReader reader;
  private int repliesToSkip;
  private boolean over;

  /**
   * A link that has not begun.
   *
   * @param name of the command; a subcommand's is {@code container|sub}
   * @param onAnswer gets what the source says; never after {@code onLost}
   * @param onLost gets why it said nothing
   */
  public CommandLink(
      SourceOptions options, String name, Consumer<Frame> onAnswer, Consumer<LinkLoss> onLost) {
    this.options = options;
    this.name = name;
    this.onAnswer = onAnswer;
    this.onLost = onLost;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    if (over) {
      ctx.close();
      return;
    }
    reader = new FrameReader(ctx.alloc().heapBuffer(), LIMITS);
    ByteBuf out = ctx.alloc().buffer();
    options
        .login()
        .ifPresent(
            login -> {
              FrameEncoder.write(
                  Frame.command(login.words().toArray(String[]::new)), Protocol.RESP2, out);
              repliesToSkip++;
            });
    FrameEncoder.write(Frame.command("COMMAND", "INFO", name), Protocol.RESP2, out);
    ctx.writeAndFlush(out, ctx.voidPromise());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    FrameReader reading = reader;
    try {
      if (reading != null && !over) {
        reading.feed(bytes);
        for (Frame frame = reading.next(); frame != null && !over; frame = reading.next()) {
          if (repliesToSkip > 0) {
            repliesToSkip--;
          } else {
            close();
            onAnswer.accept(frame);
          }
        }
      }
    } catch (MalformedFrameException e) {
      lose("cannot tell of a command: " + e.getMessage());
    } finally {
      bytes.release();
    }
  }

  /** Says that no connection came to be. */
  public void connectFailed(Throwable cause) {
    lose(ConnectFailure.words(cause));
  }

  /** Ends it without telling anybody. */
  public void close() {
    over = true;
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    lose("closed the connection on which it was asked about a command");
    FrameReader reading = reader;
    reader = null;
    if (reading != null) {
      reading.close();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    lose("was lost while it was asked about a command: " + cause);
  }

  private void lose(String what) {
    if (!over) {
      close();
      onLost.accept(new LinkLoss("the source " + options.address() + " " + what, false));
    }
  }
}
