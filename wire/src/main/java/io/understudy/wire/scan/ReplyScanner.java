package io.understudy.wire.scan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

  /** More elements than could ever arrive; a stream that claims them is broken. */
  private static final long MAX_ELEMENTS = 1L << 56;

  private static final int TYPE = 0;
  private static final int LINE = 1;
  private static final int HEADER = 2;
  private static final int HEADER_LF = 3;
  private static final int BODY = 4;
  private static final int BODY_CR = 5;
  private static final int ELEMENT_LF = 6;
  private static final int FAILED = 7;

  private final HeaderNumber number = new HeaderNumber();
  private final byte[] errorPrefix = new byte[ERROR_PREFIX_BYTES];
  private int errorPrefixLength;

  private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
  private int position;
  private int limit;
  private int replyFrom;
  private long lengthBefore;
  private long pushStart;

  private int state = TYPE;
  private byte elementType;
  private int headerBytes;
  private long bodyLeft;

  /** The reply's own header was seen. */
  private boolean inReply;

  /** An attribute in front of the reply was begun. */
  private boolean attributed;

  /** The elements still to come of the reply, or of the attribute in front of it. */
  private long elementsLeft;

  private boolean inPush;
  private long pushElementsLeft;

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
    if (position != limit) {
      throw new IllegalStateException((limit - position) + " bytes are not scanned yet");
    }
    if (finished) {
      begin();
    }
    lengthBefore += position - replyFrom;
    buffer = bytes.nioBufferCount() == 1 ? bytes : Unpooled.copiedBuffer(bytes);
    position = from;
    replyFrom = from;
    limit = to;
  }

  /** Looks for the next event in the bytes that were given. */
  public Event next() {
    if (finished) {
      begin();
    }
    if (state == FAILED) {
      return Event.ERROR;
    }
    if (position == limit) {
      buffer = Unpooled.EMPTY_BUFFER;
      return Event.PARTIAL;
    }
    ByteBuffer in = buffer.internalNioBuffer(position, limit - position);
    int shift = in.position() - position;
    if (state == TYPE && !isInsideReply() && !inPush && isWholeAndSmall(in, shift)) {
      finished = true;
      return Event.REPLY;
    }
    return scan(in, shift);
  }

  private void begin() {
    finished = false;
    inReply = false;
    attributed = false;
    elementsLeft = 0;
    replyFrom = position;
    lengthBefore = 0;
    type = 0;
    nullReply = false;
    errorPrefixLength = 0;
  }

  private Event scan(ByteBuffer in, int shift) {
    while (position < limit) {
      Event event = null;
      switch (state) {
        case TYPE -> event = type(in.get(position++ + shift));
        case LINE -> line(in, shift);
        case HEADER -> event = header(in, shift);
        case HEADER_LF -> {
          byte b = in.get(position++ + shift);
          event = b == '\n' ? endHeader() : fail("a line feed was expected, not", b);
        }
        case BODY -> body(in, shift);
        case BODY_CR -> {
          byte b = in.get(position++ + shift);
          state = ELEMENT_LF;
          event = b == '\r' ? null : fail("a carriage return was expected, not", b);
        }
        case ELEMENT_LF -> {
          byte b = in.get(position++ + shift);
          event = b == '\n' ? count(-1) : fail("a line feed was expected, not", b);
        }
        default -> throw new IllegalStateException("state " + state);
      }
      if (event != null) {
        return event;
      }
    }
    buffer = Unpooled.EMPTY_BUFFER;
    return Event.PARTIAL;
  }

  /**
   * The short way for what nearly every reply is: a whole bulk of less than 10,000 bytes, a status
   * or a number. False, with nothing scanned, for everything else: {@link #scan} finds out what it
   * is.
   */
  private boolean isWholeAndSmall(ByteBuffer in, int shift) {
    int at = position + shift;
    int end = limit + shift;
    byte first = in.get(at);
    if (first == '$') {
      int length = SmallHeader.read(in, at, end, '$');
      at += SmallHeader.bytes(length);
      if (length < 0 || end - at < length + 2 || in.getShort(at + length) != SmallHeader.CRLF) {
        return false;
      }
      at += length + 2;
    } else if (first == '+' || first == ':') {
      do {
        at++;
      } while (at < end && in.get(at) != '\r');
      if (end - at < 2 || in.get(at + 1) != '\n') {
        return false;
      }
      at += 2;
    } else {
      return false;
    }
    type = first;
    position = at - shift;
    return true;
  }

  /** Begins an element by its first byte. */
  private @Nullable Event type(byte b) {
    elementType = b;
    outermost = false;
    switch (b) {
      case '+', '-', ':', '_', ',', '#', '(' -> state = LINE;
      case '$', '!', '=', '*', '~', '%', '|', '>' -> {
        state = HEADER;
        headerBytes = 0;
        number.reset();
      }
      case ';', '.' -> {
        return fail("streamed replies are not supported:", b);
      }
      default -> {
        return fail("this is no type of reply:", b);
      }
    }
    if (b == '>') {
      if (inPush) {
        return fail("a push frame inside a push frame:", b);
      }
      inPush = true;
      pushElementsLeft = 1;
      pushStart = length() - 1;
    } else if (!inPush && !inReply && elementsLeft == 0) {
      if (b == '|') {
        attributed = true;
      } else {
        inReply = true;
        outermost = true;
        elementsLeft = 1;
        type = b;
        nullReply = b == '_';
      }
    }
    return null;
  }

  private void line(ByteBuffer in, int shift) {
    while (position < limit) {
      byte b = in.get(position++ + shift);
      if (b == '\r') {
        state = ELEMENT_LF;
        return;
      }
      if (outermost && errorPrefixLength < ERROR_PREFIX_BYTES) {
        errorPrefix[errorPrefixLength++] = b;
      }
    }
  }

  private @Nullable Event header(ByteBuffer in, int shift) {
    while (position < limit) {
      byte b = in.get(position++ + shift);
      if (b == '\r') {
        state = HEADER_LF;
        return null;
      }
      if (b == '?') {
        return fail("streamed replies are not supported:", elementType);
      }
      number.add(b);
      if (++headerBytes > MAX_HEADER_BYTES) {
        return fail("a header is too long, of type", elementType);
      }
    }
    return null;
  }

  private @Nullable Event endHeader() {
    long n = number.value();
    if (!number.isValid() || n < -1 || n > MAX_ELEMENTS) {
      return fail("a header has no valid length, of type", elementType);
    }
    if (n == -1) {
      if (elementType != '$' && elementType != '*') {
        return fail("only a bulk or an array may be null, not", elementType);
      }
      nullReply |= outermost;
      return count(-1);
    }
    return switch (elementType) {
      case '$', '!', '=' -> {
        bodyLeft = n;
        state = n == 0 ? BODY_CR : BODY;
        yield null;
      }
      case '|' -> count(2 * n);
      case '%' -> count(2 * n - 1);
      default -> count(n - 1);
    };
  }

  private void body(ByteBuffer in, int shift) {
    int here = (int) Math.min(bodyLeft, limit - position);
    if (outermost && elementType == '!' && errorPrefixLength < ERROR_PREFIX_BYTES) {
      int kept = Math.min(here, ERROR_PREFIX_BYTES - errorPrefixLength);
      in.get(position + shift, errorPrefix, errorPrefixLength, kept);
      errorPrefixLength += kept;
    }
    position += here;
    bodyLeft -= here;
    if (bodyLeft == 0) {
      state = BODY_CR;
    }
  }

  /** Adds to the elements that are still to come; what has none left is whole. */
  private @Nullable Event count(long change) {
    state = TYPE;
    if (inPush) {
      pushElementsLeft += change;
      if (pushElementsLeft > 0) {
        return pushElementsLeft > MAX_ELEMENTS ? fail("too many elements in", elementType) : null;
      }
      inPush = false;
      finished = !isInsideReply();
      return Event.PUSH;
    }
    elementsLeft += change;
    if (elementsLeft > MAX_ELEMENTS) {
      return fail("too many elements in", elementType);
    }
    if (elementsLeft > 0 || !inReply) {
      return null;
    }
    finished = true;
    return Event.REPLY;
  }

  private Event fail(String what, byte b) {
    error = what + " " + (b > ' ' && b < 0x7f ? "'" + (char) b + "'" : "byte " + (b & 0xFF));
    state = FAILED;
    return Event.ERROR;
  }

  /** Absolute index, in the buffer given last, behind the last byte that was scanned. */
  public int end() {
    return position;
  }

  /**
   * How many bytes of the present reply were scanned, attributes and embedded push frames among
   * them; of a whole one, its length. It begins at {@code end() - length()}.
   */
  public long length() {
    return lengthBefore + (position - replyFrom);
  }

  /** How many bytes the push frame of the last {@link Event#PUSH} has. */
  public long pushLength() {
    return length() - pushStart;
  }

  /** Whether a reply, or an attribute in front of it, is begun and not yet whole. */
  public boolean isInsideReply() {
    return (inReply || attributed) && !finished;
  }

  /** Whether a push frame is begun and not yet whole. */
  public boolean isInsidePush() {
    return inPush;
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
    if (!isError() || errorPrefixLength < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (errorPrefix[i] != prefix.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The first bytes of the present error; empty if the reply is none. */
  public String errorPrefix() {
    return isError()
        ? new String(errorPrefix, 0, errorPrefixLength, StandardCharsets.ISO_8859_1)
        : "";
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
