package io.understudy.wire.scan;

import io.netty.buffer.ByteBuf;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandFlag;
import io.understudy.wire.command.CommandTable;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds where each command of a client's byte stream begins and ends, and what its name is.
 *
 * <p>Use: {@link #feed} the bytes of one read, then call {@link #next} until it says {@link
 * Event#PARTIAL}; then feed the next read. Every byte is given exactly once, in order; whether the
 * caller keeps the bytes of an unfinished command or has already passed them on is its own affair:
 * the scanner never looks back. Offsets of arguments count from the command's first byte.
 *
 * <p>One scanner serves one connection on one thread. It allocates nothing after its construction
 * unless it reports an error, and its own state does not grow with what a client sends.
 */
public final class RequestScanner {
  /** What {@link #next} found. */
  public enum Event {
    /**
     * A command in multibulk form ends at {@link #end()}; its {@link #length()} bytes are whole.
     */
    COMMAND,
    /**
     * An inline command, one line, ends at {@link #end()}: give its bytes to {@link
     * #convertInline}. A line is at most {@link RequestLimits#MAX_LINE_BYTES} long, so the caller
     * keeps its pieces until it is whole: see {@link #isInline()}.
     */
    INLINE,
    /**
     * Bytes that are no command and get no reply end at {@link #end()}: {@code *0}, {@code *-1}, an
     * empty line. They must not be passed on: behind a line of blanks Valkey 8.0 and 8.1 take even
     * {@code *1} for an inline command, and answer it.
     */
    IGNORED,
    /**
     * All bytes are scanned. {@link #length()} of them belong to an unfinished command, or none.
     */
    PARTIAL,
    /**
     * The stream is broken: answer {@link #error()}, then close. The scanner stays in this state.
     */
    ERROR,
    /**
     * Close without a reply, as servers do for {@code POST} and {@code Host:}. The scanner stays in
     * this state.
     */
    DROP
  }

  /** Of how many arguments, from the name on, the scanner remembers the positions. */
  public static final int REMEMBERED_ARGUMENTS = 8;

  private static final int START = 0;
  private static final int COUNT = 1;
  private static final int COUNT_LF = 2;
  private static final int BULK_HEADER = 3;
  private static final int BULK_LF = 4;
  private static final int BODY = 5;
  private static final int BODY_CR = 6;
  private static final int BODY_LF = 7;
  private static final int INLINE = 8;
  private static final int DONE = 9;
  private static final int FAILED = 10;
  private static final int DROPPED = 11;

  private final HeaderLine line = new HeaderLine(RequestLimits.MAX_LINE_BYTES);
  private final CommandShape shape;
  private RequestLimits limits;
  private boolean authenticated = true;

  private final Window window = new Window();

  private int state = START;
  private int inlineBytes;
  private boolean blankLine;
  private long bodyLeft;
  private @Nullable String error;

  /** A scanner at the beginning of a stream, for a client that needs no authentication. */
  public RequestScanner(CommandTable table, RequestLimits limits) {
    this.shape = new CommandShape(table);
    this.limits = limits;
  }

  /** Changes the limits from the next header on: the server's configuration was changed. */
  public void limits(RequestLimits newLimits) {
    this.limits = newLimits;
  }

  /**
   * Says whether the client may send commands of any size (the state at the beginning), or only
   * what servers accept before AUTH: at most 10 arguments of at most 16,384 bytes.
   */
  public void authenticated(boolean value) {
    this.authenticated = value;
  }

  /**
   * Gives the bytes of the next read. All bytes given before must have been scanned: {@link #next}
   * said {@link Event#PARTIAL}.
   *
   * @param bytes any buffer; one that is in several parts is copied. It must stay accessible until
   *     {@link #next} says {@link Event#PARTIAL} and is not kept after that
   * @param from absolute index of the first byte
   * @param to absolute index behind the last byte
   */
  public void feed(ByteBuf bytes, int from, int to) {
    window.requireAllScanned();
    if (state == DONE) {
      begin();
    }
    window.feed(bytes, from, to);
  }

  /**
   * Says that the bytes given last lie in another buffer now: the caller copied what it has still
   * to scan, because it cannot go on and may not keep the first buffer.
   *
   * @param bytes the other buffer; not in several parts
   * @param distance what is to be added to an absolute index of the first for one of the other
   */
  public void moved(ByteBuf bytes, int distance) {
    window.moved(bytes, distance);
  }

  /** Looks for the next event in the bytes that were given. */
  public Event next() {
    if (state == DONE) {
      begin();
    }
    if (state == FAILED) {
      return Event.ERROR;
    }
    if (state == DROPPED) {
      return Event.DROP;
    }
    if (window.isAllScanned()) {
      window.release();
      return Event.PARTIAL;
    }
    ByteBuffer in = window.view();
    int shift = in.position() - window.position;
    if (state == START && authenticated) {
      int end = shape.readSmall(in, window.position + shift, window.limit + shift, limits);
      if (end >= 0) {
        window.position = end - shift;
        return finish(Event.COMMAND);
      }
    }
    return scan(in, shift);
  }

  /**
   * Passes over the whole commands behind the present one that are spelled alike up to the end of
   * their name: most pipelines repeat one command, and this costs a fraction of as many calls of
   * {@link #next}.
   *
   * <p>The last of them becomes the present command, but where its arguments are is not known. To
   * be called after {@link Event#COMMAND}.
   *
   * @param most at most so many
   * @return how many; often 0
   */
  public int repeats(int most) {
    if (state != DONE || !authenticated || window.isAllScanned()) {
      return 0;
    }
    ByteBuffer in = window.view();
    int shift = in.position() - window.position;
    int passed = shape.repeats(in, window.position + shift, window.limit + shift, limits, most);
    if (passed > 0) {
      window.begin(shape.repeatedFrom() - shift);
      window.position = shape.repeatedTo() - shift;
    }
    return passed;
  }

  /** Takes up a new command at the present position. */
  private void begin() {
    state = START;
    window.begin();
    shape.reset();
    bodyLeft = 0;
  }

  private Event scan(ByteBuffer in, int shift) {
    while (window.position < window.limit) {
      switch (state) {
        case START -> start(in.get(window.position + shift));
        case COUNT -> {
          if (!header(in, shift, COUNT_LF)) {
            return fail("too big mbulk count string");
          }
        }
        case BULK_HEADER -> {
          if (isSmallArgument(in, shift)) {
            if (shape.endArgument()) {
              return finish(Event.COMMAND);
            }
          } else if (!header(in, shift, BULK_LF)) {
            return fail("too big bulk count string");
          }
        }
        case COUNT_LF -> {
          Event event = count(in.get(window.position++ + shift));
          if (event != null) {
            return event;
          }
        }
        case BULK_LF -> {
          Event event = bulk(in, shift);
          if (event != null) {
            return event;
          }
        }
        case BODY -> body(in, shift);
        case BODY_CR -> {
          if (in.get(window.position++ + shift) != '\r') {
            return fail("invalid CRLF in request");
          }
          state = BODY_LF;
        }
        case BODY_LF -> {
          if (in.get(window.position++ + shift) != '\n') {
            return fail("invalid CRLF in request");
          }
          if (shape.endArgument()) {
            return finish(Event.COMMAND);
          }
          header(BULK_HEADER);
        }
        case INLINE -> {
          Event event = inline(in, shift);
          if (event != null) {
            return event;
          }
        }
        default -> throw new IllegalStateException("state " + state);
      }
    }
    window.release();
    return Event.PARTIAL;
  }

  /** Takes the next argument at once if it is whole and short. */
  private boolean isSmallArgument(ByteBuffer in, int shift) {
    if (!line.isEmpty() || !authenticated) {
      return false;
    }
    int end =
        shape.readSmallArgument(
            in, window.position + shift, window.limit + shift, limits, length());
    if (end >= 0) {
      window.position = end - shift;
    }
    return end >= 0;
  }

  private void start(byte first) {
    if (first == '*') {
      header(COUNT);
    } else {
      state = INLINE;
      inlineBytes = 0;
      blankLine = true;
    }
  }

  private void header(int headerState) {
    state = headerState;
    line.begin();
  }

  /** Reads a header line up to its CR; false when it is longer than a server would buffer. */
  private boolean header(ByteBuffer in, int shift, int ended) {
    window.position = line.read(in, window.position + shift, window.limit + shift) - shift;
    if (line.isEnded()) {
      state = ended;
    }
    return !line.isTooLong();
  }

  /** Ends the line with the number of arguments. */
  private @Nullable Event count(byte lineFeed) {
    if (!line.isValid() || line.value() > limits.maxArguments()) {
      return fail("invalid multibulk length");
    }
    if (line.value() > RequestLimits.UNAUTHENTICATED_ARGUMENTS && !authenticated) {
      return fail("unauthenticated multibulk length");
    }
    if (lineFeed != '\n') {
      return fail("invalid CRLF in request");
    }
    if (line.value() <= 0) {
      return finish(Event.IGNORED);
    }
    shape.count((int) line.value());
    header(BULK_HEADER);
    return null;
  }

  /** Ends the line with the length of an argument. */
  private @Nullable Event bulk(ByteBuffer in, int shift) {
    if (line.type() != '$') {
      return fail("expected '$', got '" + printable(line.type()) + "'");
    }
    long length = line.value();
    if (!line.isValid() || length < 0 || length > limits.maxBulkBytes()) {
      return fail("invalid bulk length");
    }
    if (length > RequestLimits.UNAUTHENTICATED_BULK_BYTES && !authenticated) {
      return fail("unauthenticated bulk length");
    }
    if (in.get(window.position++ + shift) != '\n') {
      return fail("invalid CRLF in request");
    }
    bodyLeft = length;
    shape.beginArgument(length(), length);
    state = length == 0 ? BODY_CR : BODY;
    return null;
  }

  /** Passes over the bytes of an argument; of a name, looks it up. */
  private void body(ByteBuffer in, int shift) {
    int here = (int) Math.min(bodyLeft, window.limit - window.position);
    shape.body(in, window.position + shift, here, bodyLeft);
    window.position += here;
    bodyLeft -= here;
    if (bodyLeft == 0) {
      state = BODY_CR;
    }
  }

  /** Reads an inline command up to its LF. */
  private @Nullable Event inline(ByteBuffer in, int shift) {
    while (window.position < window.limit) {
      byte b = in.get(window.position++ + shift);
      if (b == '\n') {
        return finish(blankLine ? Event.IGNORED : Event.INLINE);
      }
      if (++inlineBytes > RequestLimits.MAX_LINE_BYTES) {
        return fail("too big inline request");
      }
      blankLine &= InlineCommand.isBlank(b);
    }
    return null;
  }

  private Event finish(Event event) {
    if (event == Event.COMMAND && command().has(CommandFlag.DROPS_CONNECTION)) {
      state = DROPPED;
      return Event.DROP;
    }
    state = DONE;
    return event;
  }

  private Event fail(String what) {
    error = "Protocol error: " + what;
    state = FAILED;
    return Event.ERROR;
  }

  /** As servers print it: an error is one line, so its line ends become blanks. */
  private static char printable(byte b) {
    return b == '\r' || b == '\n' ? ' ' : (char) (b & 0xFF);
  }

  /**
   * Turns the line of an {@link Event#INLINE} into the multibulk form, by the quoting rules of
   * servers.
   *
   * @param line holds the whole line
   * @param from absolute index of the line's first byte
   * @param out takes the multibulk form; may be larger than the line
   * @return {@link Event#COMMAND}, and then {@link #command()} and the arguments are known, with
   *     offsets that count from where {@code out} was written to; {@link Event#IGNORED} if there is
   *     no word in the line; {@link Event#ERROR} or {@link Event#DROP} as from {@link #next}
   */
  public Event convertInline(ByteBuf line, int from, ByteBuf out) {
    if (state != DONE || length() > Integer.MAX_VALUE) {
      throw new IllegalStateException("there is no inline command to convert");
    }
    int words = shape.convertInline(line, from, (int) length(), out);
    if (words < 0) {
      return fail("unbalanced quotes in request");
    }
    return words == 0 ? Event.IGNORED : finish(Event.COMMAND);
  }

  /** Absolute index, in the buffer given last, behind the last byte that was scanned. */
  public int end() {
    return window.position;
  }

  /**
   * How many bytes of the present command were scanned; of a whole one, its length. The command
   * begins at {@code end() - length()}, which lies before the buffer given last when it came in
   * pieces.
   */
  public long length() {
    return window.length();
  }

  /** Whether the present command, whole or not, is an inline one. */
  public boolean isInline() {
    return state == INLINE;
  }

  /** Whether a command is begun and not yet whole. */
  public boolean isInsideCommand() {
    return state != START && state < DONE;
  }

  /** The present command, or its container while the subcommand's name is not complete. */
  public Command command() {
    return shape.command();
  }

  /** Whether {@link #command()} will not change before the command is whole. */
  public boolean isNameKnown() {
    return shape.isNameKnown();
  }

  /** How many arguments the present command has, its name included; 0 while that is unknown. */
  public int argumentCount() {
    return shape.count();
  }

  /** How many arguments of the present command are whole. */
  public int argumentsScanned() {
    return shape.scanned();
  }

  /**
   * Where an argument begins.
   *
   * @param index below {@link #REMEMBERED_ARGUMENTS} and {@link #argumentsScanned()}; 0 is the name
   * @return an offset from the command's first byte
   */
  public long argumentOffset(int index) {
    return shape.offset(index);
  }

  /** How many bytes an argument has; {@code index} as in {@link #argumentOffset}. */
  public long argumentLength(int index) {
    return shape.length(index);
  }

  /** How many bytes of the argument that is being scanned are still to come, without its CRLF. */
  public long bulkRemaining() {
    return bodyLeft;
  }

  /**
   * The text of the error that broke the stream, without {@code -ERR} and line end: {@code Protocol
   * error: invalid bulk length}. Null until {@link Event#ERROR}.
   */
  public @Nullable String error() {
    return error;
  }
}
