package io.understudy.wire.scan;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds where each reply of a server's byte stream ends, in RESP2 and RESP3.
 *
 * <p>Use as {@link RequestScanner}: {@link #feed}, then {@link #next} until {@link Event#PARTIAL};
 * every byte once. Nested replies need no stack: what counts is how many elements are still to
 * come, so any depth costs the same few fields. Attributes belong to the reply behind them. Push
 * frames are out of band: they are events of their own and never an element of the reply around
 * them (Redis 6.0 sends one inside the array that answers EXEC).
 *
 * <p>Streamed strings and aggregates ({@code $?}, {@code *?}) are refused: no server sends them.
 */
public final class ReplyScanner {
  /** What {@link #next} found. */
  public enum Event {
    /** A whole reply ends at {@link #end()}; its {@link #length()} bytes are whole. */
    REPLY,
    /**
     * A whole push frame of {@link #pushLength()} bytes ends at {@link #end()}. If {@link
     * #isInsideReply()}, it stood in the midst of a reply, whose {@link #length()} counts its bytes
     * too.
     */
    PUSH,
    /** All bytes are scanned. {@link #length()} of them belong to an unfinished reply, or none. */
    PARTIAL,
    /** The stream is not RESP: close the connection. The scanner stays in this state. */
    ERROR
  }

  /** How many of an error's first bytes are kept for {@link #errorStartsWith}. */
  public static final int ERROR_PREFIX_BYTES = 64;

  /** The longest header line: a type, a sign and a number's digits. */
  private static final int MAX_HEADER_BYTES = 32;

  private static final int TYPE = 0;
  private static final int LINE = 1;
  private static final int HEADER = 2;
  private static final int HEADER_LF = 3;
  private static final int BODY = 4;
  private static final int BODY_CR = 5;
  private static final int ELEMENT_LF = 6;
  private static final int FAILED = 7;

  private final HeaderLine header = new HeaderLine(MAX_HEADER_BYTES);
  private final Nesting nesting = new Nesting();
  private final ErrorStart errorStart = new ErrorStart();

  private final Window window = new Window();
  private long pushStart;

  private int state = TYPE;
  private byte elementType;
  private long bodyLeft;

  /** The element being read is the reply itself, not a part of it. */
  private boolean outermost;

  private boolean finished;
  private byte type;
  private boolean nullReply;
  private @Nullable String error;

  /** A scanner at the beginning of a stream. */
  public ReplyScanner() {}

  /**
   * Gives the bytes of the next read; the same contract as {@link RequestScanner#feed}.
   *
   * @param from absolute index of the first byte
   * @param to absolute index behind the last byte
   */
  public void feed(ByteBuf bytes, int from, int to) {
    window.requireAllScanned();
    if (finished) {
      begin();
    }
    window.feed(bytes, from, to);
  }

  /** Looks for the next event in the bytes that were given. */
  public Event next() {
    if (finished) {
      begin();
    }
    if (state == FAILED) {
      return Event.ERROR;
    }
    if (window.isAllScanned()) {
      window.release();
      return Event.PARTIAL;
    }
    ByteBuffer in = window.view();
    return scan(in, in.position() - window.position);
  }

  /**
   * Passes over the whole replies behind the present one that are bulks, short lines or null, and
   * no errors: it costs a fraction of as many calls of {@link #next}.
   *
   * <p>The last of them becomes the present reply. To be called after {@link Event#REPLY}.
   *
   * @param most at most so many
   * @return how many; often 0
   */
  public int plainReplies(int most) {
    if (!finished || window.isAllScanned()) {
      return 0;
    }
    ByteBuffer in = window.view();
    int shift = in.position() - window.position;
    int at = window.position + shift;
    int end = window.limit + shift;
    int last = at;
    int passed = 0;
    while (passed < most && at < end) {
      int behind =
          switch (in.get(at)) {
            case '$' -> SmallHeader.behindBulk(in, at, end);
            case '+', ':', '_' -> SmallHeader.behindLine(in, at, end);
            default -> -1;
          };
      if (behind < 0) {
        break;
      }
      last = at;
      at = behind;
      passed++;
    }
    if (passed > 0) {
      begin();
      window.begin(last - shift);
      window.position = at - shift;
      type = in.get(last);
      nullReply = type == '_' || (type == '$' && in.get(last + 1) == '-');
      finished = true;
    }
    return passed;
  }

  private void begin() {
    finished = false;
    nesting.reset();
    window.begin();
    type = 0;
    nullReply = false;
    errorStart.clear();
  }

  private Event scan(ByteBuffer in, int shift) {
    while (window.position < window.limit) {
      Event event = null;
      switch (state) {
        case TYPE -> {
          int before = window.position;
          event = small(in, shift);
          if (window.position == before) {
            event = type(in.get(window.position++ + shift));
          }
        }
        case LINE -> line(in, shift);
        case HEADER -> event = header(in, shift);
        case HEADER_LF -> {
          byte b = in.get(window.position++ + shift);
          event = b == '\n' ? endHeader() : fail("a line feed was expected, not", b);
        }
        case BODY -> body(in, shift);
        case BODY_CR -> {
          byte b = in.get(window.position++ + shift);
          state = ELEMENT_LF;
          event = b == '\r' ? null : fail("a carriage return was expected, not", b);
        }
        case ELEMENT_LF -> {
          byte b = in.get(window.position++ + shift);
          event = b == '\n' ? add(-1) : fail("a line feed was expected, not", b);
        }
        default -> throw new IllegalStateException("state " + state);
      }
      if (event != null) {
        return event;
      }
    }
    window.release();
    return Event.PARTIAL;
  }

  /**
   * The short way for nearly every element: a header of few digits that is whole, with its bulk if
   * it has one, or a whole line. Everything else, be it broken or unfinished, is for the long way,
   * byte by byte, and leaves the position as it is; the tests that cut streams hold both against
   * each other.
   */
  private @Nullable Event small(ByteBuffer in, int shift) {
    int at = window.position + shift;
    int end = window.limit + shift;
    byte first = in.get(at);
    int behind = -1;
    long added = -1;
    switch (first) {
      case '$' -> behind = SmallHeader.behindBulk(in, at, end);
      case '+', ':', '_' -> behind = SmallHeader.behindLine(in, at, end);
      case '*', '~', '%' -> {
        int count = SmallHeader.read(in, at, end, (char) first);
        behind = count < 0 ? -1 : at + SmallHeader.bytes(count);
        added = first == '%' ? 2L * count - 1 : count - 1L;
      }
      default -> {}
    }
    if (behind < 0) {
      return null;
    }
    window.position = behind - shift;
    if (!nesting.isOutside()) {
      return add(added);
    }
    type = first;
    nullReply = first == '_' || (first == '$' && in.get(at + 1) == '-');
    if (added < 0) {
      finished = true;
      return Event.REPLY;
    }
    nesting.beginReply();
    return add(added);
  }

  /** Begins an element by its first byte. */
  private @Nullable Event type(byte b) {
    elementType = b;
    outermost = false;
    switch (b) {
      case '+', '-', ':', '_', ',', '#', '(' -> state = LINE;
      case '$', '!', '=', '*', '~', '%', '|', '>' -> {
        state = HEADER;
        header.begin(b);
      }
      case ';', '.' -> {
        return fail("streamed replies are not supported:", b);
      }
      default -> {
        return fail("this is no type of reply:", b);
      }
    }
    if (b == '>') {
      if (nesting.isInPush()) {
        return fail("a push frame inside a push frame:", b);
      }
      nesting.beginPush();
      pushStart = length() - 1;
    } else if (nesting.isOutside()) {
      if (b == '|') {
        nesting.beginAttribute();
      } else {
        nesting.beginReply();
        outermost = true;
        type = b;
        nullReply = b == '_';
      }
    }
    return null;
  }

  private void line(ByteBuffer in, int shift) {
    while (window.position < window.limit) {
      byte b = in.get(window.position++ + shift);
      if (b == '\r') {
        state = ELEMENT_LF;
        return;
      }
      if (outermost) {
        errorStart.add(b);
      }
    }
  }

  private @Nullable Event header(ByteBuffer in, int shift) {
    window.position = header.read(in, window.position + shift, window.limit + shift) - shift;
    if (header.isEnded()) {
      state = HEADER_LF;
    }
    return header.isTooLong() ? fail("a header is too long, of type", elementType) : null;
  }

  private @Nullable Event endHeader() {
    if (header.isStreamed()) {
      return fail("streamed replies are not supported:", elementType);
    }
    long n = header.value();
    if (!header.isValid() || n < -1 || n > Nesting.MOST_ELEMENTS) {
      return fail("a header has no valid length, of type", elementType);
    }
    if (n == -1) {
      if (elementType != '$' && elementType != '*') {
        return fail("only a bulk or an array may be null, not", elementType);
      }
      nullReply |= outermost;
      return add(-1);
    }
    return switch (elementType) {
      case '$', '!', '=' -> {
        bodyLeft = n;
        state = n == 0 ? BODY_CR : BODY;
        yield null;
      }
      case '|' -> add(2 * n);
      case '%' -> add(2 * n - 1);
      default -> add(n - 1);
    };
  }

  private void body(ByteBuffer in, int shift) {
    int here = (int) Math.min(bodyLeft, window.limit - window.position);
    if (outermost && elementType == '!') {
      errorStart.add(in, window.position + shift, here);
    }
    window.position += here;
    bodyLeft -= here;
    if (bodyLeft == 0) {
      state = BODY_CR;
    }
  }

  private @Nullable Event add(long change) {
    state = TYPE;
    return switch (nesting.add(change)) {
      case GOES_ON -> null;
      case PUSH_ENDS -> {
        finished = !isInsideReply();
        yield Event.PUSH;
      }
      case REPLY_ENDS -> {
        finished = true;
        yield Event.REPLY;
      }
      case TOO_MANY -> fail("too many elements in", elementType);
    };
  }

  private Event fail(String what, byte b) {
    error = what + " " + (b > ' ' && b < 0x7f ? "'" + (char) b + "'" : "byte " + (b & 0xFF));
    state = FAILED;
    return Event.ERROR;
  }

  /** Absolute index, in the buffer given last, behind the last byte that was scanned. */
  public int end() {
    return window.position;
  }

  /**
   * How many bytes of the present reply were scanned, attributes and embedded push frames among
   * them; of a whole one, its length. It begins at {@code end() - length()}.
   */
  public long length() {
    return window.length();
  }

  /** How many bytes the push frame of the last {@link Event#PUSH} has. */
  public long pushLength() {
    return length() - pushStart;
  }

  /** Whether a reply, or an attribute in front of it, is begun and not yet whole. */
  public boolean isInsideReply() {
    return nesting.isInReply() && !finished;
  }

  /** Whether a push frame is begun and not yet whole. */
  public boolean isInsidePush() {
    return nesting.isInPush();
  }

  /** The type of the present reply: its first byte behind attributes; 0 while that is unknown. */
  public byte type() {
    return type;
  }

  /** Whether the present reply is an error, simple or bulk. */
  public boolean isError() {
    return type == '-' || type == '!';
  }

  /** Whether the present reply is null, of RESP2 ({@code $-1}, {@code *-1}) or RESP3. */
  public boolean isNull() {
    return nullReply;
  }

  /**
   * Whether the present reply is an error whose text begins with {@code prefix}, for example {@code
   * READONLY}.
   *
   * @param prefix ASCII, at most {@link #ERROR_PREFIX_BYTES} long
   */
  public boolean errorStartsWith(String prefix) {
    return isError() && errorStart.startsWith(prefix);
  }

  /** The first bytes of the present error; empty if the reply is none. */
  public String errorPrefix() {
    return isError() ? errorStart.toString() : "";
  }

  /** How many bytes of the bulk that is being scanned are still to come, without its CRLF. */
  public long bulkRemaining() {
    return bodyLeft;
  }

  /** Why the stream is broken: a sentence for the log. Null until {@link Event#ERROR}. */
  public @Nullable String error() {
    return error;
  }
}
