package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.wire.scan.ReplyScanner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bytes of a session's own connection apart into replies, messages and pushes.
 *
 * <p>A push that a server sends in the midst of a reply (Redis 6.0 does so inside the array that
 * answers EXEC) is passed on before that reply, or behind it when its beginning is written already:
 * never inside it.
 */
final class PinnedReplies {
  /** An unfinished reply longer than this is passed on in pieces. */
  private static final int CARRIED_BYTES = 64 * 1024;

  /** Who takes what was found. */
  interface Sink {
    /** A whole reply; the bytes are the caller's. */
    void reply(ByteBuf bytes, int from, int to);

    /** A whole push or message, to be passed on. */
    void push(ByteBuf bytes, int from, int to);

    /** A piece of a reply that is too long to keep. */
    void piece(ByteBuf bytes, int from, int to, boolean last);

    /** The stream is broken. */
    void broken(String how);
  }

  private final Sink sink;
  private final ReplyScanner scanner = new ReplyScanner();
  private @Nullable ByteBuf carried;
  private @Nullable ByteBuf delayed;
  private boolean streaming;

  PinnedReplies(Sink sink) {
    this.sink = sink;
  }

  /** Whether a reply was passed on in part and its end has not come. */
  boolean isInsideReply() {
    return streaming;
  }

  /** Whether a message on a RESP2 connection is no reply: an array that begins with its kind. */
  static boolean isMessage(ByteBuf bytes, int from, int to) {
    if (bytes.getByte(from) != '*') {
      return false;
    }
    List<String> kind = Peek.elements(bytes, from, to, 1);
    return !kind.isEmpty() && Subscriptions.isMessage(kind.getFirst());
  }

  void received(ByteBuf bytes) {
    scanner.feed(bytes, bytes.readerIndex(), bytes.writerIndex());
    int from = bytes.readerIndex();
    while (true) {
      switch (scanner.next()) {
        case REPLY -> {
          reply(bytes, from, scanner.end());
          from = scanner.end();
        }
        case PUSH -> {
          from = pushed(bytes, from);
        }
        case PARTIAL -> {
          if (scanner.end() > from) {
            partial(bytes, from, scanner.end());
          }
          return;
        }
        case ERROR -> {
          sink.broken(String.valueOf(scanner.error()));
          return;
        }
      }
    }
  }

  private void reply(ByteBuf bytes, int from, int to) {
    if (streaming) {
      streaming = false;
      sink.piece(bytes, from, to, true);
      if (delayed != null) {
        sink.push(delayed, delayed.readerIndex(), delayed.writerIndex());
        delayed.release();
        delayed = null;
      }
    } else if (carried != null) {
      ByteBuf whole = carried;
      carried = null;
      whole.writeBytes(bytes, from, to - from);
      sink.reply(whole, whole.readerIndex(), whole.writerIndex());
      whole.release();
    } else {
      sink.reply(bytes, from, to);
    }
  }

  /** A push ends here; returns where the bytes behind it begin. */
  private int pushed(ByteBuf bytes, int from) {
    int end = scanner.end();
    int start = (int) Math.max(from, end - scanner.pushLength());
    boolean inside = scanner.isInsideReply();
    if (!inside && carried == null) {
      sink.push(bytes, start, end);
      return end;
    }
    // The carried bytes end with the beginning of this push, if that came in an earlier read.
    int carriedOfPush = (int) scanner.pushLength() - (end - start);
    if (streaming) {
      if (start > from) {
        sink.piece(bytes, from, start, false);
      }
      delay(bytes, start, end);
      return end;
    }
    if (start > from) {
      carry(bytes, from, start);
    }
    ByteBuf push = bytes.alloc().buffer((int) scanner.pushLength());
    ByteBuf before = carried;
    if (before != null && carriedOfPush > 0) {
      int split = before.writerIndex() - carriedOfPush;
      push.writeBytes(before, split, carriedOfPush);
      before.writerIndex(split);
    }
    push.writeBytes(bytes, start, end - start);
    sink.push(push, 0, push.writerIndex());
    push.release();
    if (before != null && !before.isReadable()) {
      before.release();
      carried = null;
    }
    return end;
  }

  private void delay(ByteBuf bytes, int from, int to) {
    if (delayed == null) {
      delayed = bytes.alloc().buffer();
    }
    delayed.writeBytes(bytes, from, to - from);
  }

  private void carry(ByteBuf bytes, int from, int to) {
    if (carried == null) {
      carried = bytes.alloc().buffer(to - from);
    }
    carried.writeBytes(bytes, from, to - from);
  }

  private void partial(ByteBuf bytes, int from, int to) {
    if (streaming && scanner.isInsidePush()) {
      delayPart(bytes, from, to);
      return;
    }
    if (streaming) {
      sink.piece(bytes, from, to, false);
      return;
    }
    carry(bytes, from, to);
    ByteBuf kept = carried;
    if (kept != null
        && !scanner.isInsidePush()
        && kept.readableBytes() + scanner.bulkRemaining() > CARRIED_BYTES) {
      streaming = true;
      carried = null;
      sink.piece(kept, kept.readerIndex(), kept.writerIndex(), false);
      kept.release();
    }
  }

  /** The read ends inside a push that stands inside a reply which is being passed on. */
  private void delayPart(ByteBuf bytes, int from, int to) {
    int ofPush = (int) Math.min(to - from, scanner.pushLength());
    if (to - ofPush > from) {
      sink.piece(bytes, from, to - ofPush, false);
    }
    delay(bytes, to - ofPush, to);
  }

  void release() {
    if (carried != null) {
      carried.release();
      carried = null;
    }
    if (delayed != null) {
      delayed.release();
      delayed = null;
    }
  }
}
