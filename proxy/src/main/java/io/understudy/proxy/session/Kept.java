package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.Confirmer;
import io.understudy.proxy.backend.Confirmer.Outcome;
import io.understudy.wire.scan.ReplyScanner;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The replies of one session that wait until replicas have what they tell of, and all that came
 * behind them: a client gets its answers in order.
 */
final class Kept implements Confirmer.Keeping {
  private static final int LEAST_BUFFER_BYTES = 256;

  private final Session session;
  private final ArrayDeque<Segment> segments = new ArrayDeque<>();
  private long bytes;

  /** Replies that share their fate. */
  private static final class Segment {
    private final @Nullable Confirmer by;
    private final ByteBuf bytes;
    private long round;
    private @Nullable Outcome outcome;

    /** Of a reply whose end has not come, nobody asks yet. */
    private boolean whole = true;

    Segment(@Nullable Confirmer by, ByteBuf bytes) {
      this.by = by;
      this.bytes = bytes;
    }

    boolean isDue() {
      return by == null || outcome != null;
    }
  }

  Kept(Session session) {
    this.session = session;
  }

  boolean isEmpty() {
    return segments.isEmpty();
  }

  /** How much memory it occupies. */
  long bytes() {
    return bytes;
  }

  /** Keeps whole replies until they are confirmed. */
  void replies(Confirmer by, ByteBuf source, int from, int length) {
    long round = by.keep(this);
    Segment last = segments.peekLast();
    boolean joins = last != null && last.by == by && last.whole && last.round == round;
    Segment into = joins && last != null ? last : begin(by, length);
    into.round = round;
    write(into, source, from, length);
  }

  /** Keeps a piece of a reply until the whole is confirmed. */
  void piece(Confirmer by, ByteBuf source, int from, int length, boolean end) {
    Segment last = segments.peekLast();
    boolean goesOn = last != null && !last.whole;
    Segment into = goesOn && last != null ? last : begin(by, length);
    write(into, source, from, length);
    into.whole = end;
    into.round = end ? by.keep(this) : Long.MAX_VALUE;
  }

  /** Keeps what comes behind kept replies and needs no confirmation itself. */
  void behind(ByteBuf source, int from, int length) {
    Segment last = segments.peekLast();
    Segment into = last != null && last.by == null ? last : begin(null, length);
    write(into, source, from, length);
  }

  private Segment begin(@Nullable Confirmer by, int length) {
    Segment segment =
        new Segment(
            by,
            session
                .context()
                .loop()
                .allocator()
                .directBuffer(Math.max(LEAST_BUFFER_BYTES, length)));
    segments.add(segment);
    return segment;
  }

  private void write(Segment into, ByteBuf source, int from, int length) {
    into.bytes.writeBytes(source, from, length);
    bytes += length;
  }

  @Override
  public void settled(Confirmer by, long round, Outcome outcome) {
    for (Segment segment : segments) {
      if (segment.by == by && segment.round <= round && segment.outcome == null) {
        segment.outcome = outcome;
      }
    }
    while (!segments.isEmpty() && segments.getFirst().isDue()) {
      Segment due = segments.removeFirst();
      bytes -= due.bytes.readableBytes();
      pass(due);
      due.bytes.release();
    }
    session.touch();
  }

  private void pass(Segment due) {
    switch (due.outcome == null ? Outcome.CONFIRMED : due.outcome) {
      case CONFIRMED ->
          session.output().pass(due.bytes, due.bytes.readerIndex(), due.bytes.readableBytes());
      case NOT_REPLICATED ->
          instead(due.bytes, Answers.notReplicated(session.pool()), Counters.Count.NOT_REPLICATED);
      case UNKNOWN -> instead(due.bytes, Answers.UNKNOWN_OUTCOME, Counters.Count.UNKNOWN);
    }
  }

  /** Passes errors on as they are, because they promise nothing, and another one for each reply. */
  private void instead(ByteBuf replies, String error, Counters.Count counted) {
    ReplyScanner scanner = new ReplyScanner();
    scanner.feed(replies, replies.readerIndex(), replies.writerIndex());
    while (scanner.next() == ReplyScanner.Event.REPLY) {
      int length = (int) scanner.length();
      if (scanner.isError()) {
        session.output().pass(replies, scanner.end() - length, length);
      } else {
        session.output().pass(error);
        session.context().counters().add(counted, 1);
      }
    }
  }

  /** The client is gone. */
  void release() {
    for (Segment segment : segments) {
      if (segment.by != null) {
        Objects.requireNonNull(segment.by).forget(this);
      }
      segment.bytes.release();
    }
    segments.clear();
    bytes = 0;
  }
}
