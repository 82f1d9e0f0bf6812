package io.understudy.app.wiring.takeover;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.understudy.failover.text.RecordText;
import java.nio.charset.StandardCharsets;

/** Turns lines into messages and messages into lines; descriptors pass. */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the connection
final class MessageLines extends ChannelDuplexHandler {
  /** A group of a thousand nodes takes a tenth of this. */
  private static final int MAX_LINE_BYTES = 1 << 20;

  /** A message by its name. */
  private record Envelope(Message message) {}

  private MessageLines() {}

  static void addTo(ChannelPipeline pipeline) {
    pipeline.addLast(new LineBasedFrameDecoder(MAX_LINE_BYTES), new MessageLines());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object read) {
    if (!(read instanceof ByteBuf line)) {
      context.fireChannelRead(read);
      return;
    }
    Message message;
    try {
      String text = line.toString(StandardCharsets.UTF_8);
      message = RecordText.read(text, Envelope.class).message();
    } finally {
      line.release();
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object written, ChannelPromise promise) {
    if (written instanceof Message message) {
      byte[] text =
          (RecordText.write(new Envelope(message)) + "\n").getBytes(StandardCharsets.UTF_8);
      context.write(context.alloc().buffer(text.length).writeBytes(text), promise);
    } else {
      context.write(written, promise);
    }
  }
}
