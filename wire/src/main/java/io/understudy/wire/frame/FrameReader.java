package io.understudy.wire.frame;

import io.netty.buffer.ByteBuf;
import io.understudy.wire.scan.ReplyScanner;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Turns a connection's bytes, in any pieces, into frames.
 *
 * <p>For one connection and its thread. It copies what it is given into its own buffer, which holds
 * at most one unfinished frame and is at most {@link FrameLimits#maxBytes} large.
 */
public final class FrameReader implements AutoCloseable {
  private final FrameLimits limits;
  private final ByteBuf kept;
  private final ReplyScanner scanner = new ReplyScanner();
  private final Queue<Frame> whole = new ArrayDeque<>();

  /**
   * A reader at the beginning of a stream.
   *
   * @param buffer empty; the reader owns it from now on
   */
  public FrameReader(ByteBuf buffer, FrameLimits limits) {
    this.kept = buffer;
    this.limits = limits;
  }

  /**
   * Takes all readable bytes.
   *
   * @throws MalformedFrameException when they are not RESP or a frame is over the limits; the
   *     connection cannot be read further
   */
  public void feed(ByteBuf bytes) {
    int from = kept.writerIndex();
    kept.writeBytes(bytes);
    scanner.feed(kept, from, kept.writerIndex());
    ReplyScanner.Event event = scanner.next();
    while (event != ReplyScanner.Event.PARTIAL) {
      switch (event) {
        case REPLY -> take();
        case PUSH -> {
          if (!scanner.isInsideReply()) {
            take();
          }
        }
        case PARTIAL -> {}
        case ERROR -> throw new MalformedFrameException("not RESP: " + scanner.error());
      }
      event = scanner.next();
    }
    kept.discardReadBytes();
    if (kept.readableBytes() > limits.maxBytes()) {
      throw new MalformedFrameException("a frame is over the limit of " + limits.maxBytes());
    }
  }

  private void take() {
    FrameDecoder.Decoded decoded =
        FrameDecoder.decode(kept, kept.readerIndex(), scanner.end(), limits);
    kept.readerIndex(scanner.end());
    whole.addAll(decoded.embedded());
    whole.add(decoded.value());
  }

  /** The next whole frame; null when more bytes are needed. */
  public @Nullable Frame next() {
    return whole.poll();
  }

  /** Releases the reader's buffer. */
  @Override
  public void close() {
    kept.release();
  }
}
