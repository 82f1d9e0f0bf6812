package io.understudy.wire.frame;

import io.netty.buffer.ByteBuf;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one whole frame, whose boundaries a {@code ReplyScanner} has found, into values.
 *
 * <p>A decoder is used once, inside {@link #decode}; memory is bounded by the frame's own bytes,
 * because no count in a header is believed before its elements are read.
 */
public final class FrameDecoder {
  private static final int FORMAT_BYTES = 4;

  private final ByteBuf bytes;
  private final int to;
  private final FrameLimits limits;
  private final List<Frame.Push> pushes = new ArrayList<>();
  private int at;
  private int elementsLeft;

  private FrameDecoder(ByteBuf bytes, int from, int to, FrameLimits limits) {
    this.bytes = bytes;
    this.at = from;
    this.to = to;
    this.limits = limits;
    this.elementsLeft = limits.maxElements();
  }

  /**
   * A frame with the push frames that stood inside it.
   *
   * @param value what the bytes hold
   * @param embedded push frames that the server wrote in the midst of {@code value}, in order
   */
  public record Decoded(Frame value, List<Frame.Push> embedded) {
    /** Makes the list unmodifiable. */
    public Decoded {
      embedded = List.copyOf(embedded);
    }
  }

  /**
   * Reads the frame that fills a range of a buffer, whose indexes stay as they are.
   *
   * @param from absolute index of the first byte
   * @param to absolute index behind the last byte
   * @throws MalformedFrameException if the range holds no frame, more than one, or one over the
   *     limits
   */
  public static Decoded decode(ByteBuf bytes, int from, int to, FrameLimits limits) {
    if (to - from > limits.maxBytes()) {
      throw new MalformedFrameException(
          "a frame of %d bytes is over the limit of %d".formatted(to - from, limits.maxBytes()));
    }
    FrameDecoder decoder = new FrameDecoder(bytes, from, to, limits);
    Frame frame = decoder.frame(0, true);
    if (decoder.at != to) {
      throw new MalformedFrameException((to - decoder.at) + " bytes are left behind the frame");
    }
    return new Decoded(frame, decoder.pushes);
  }

  private Frame frame(int depth, boolean mayBePush) {
    if (depth > limits.maxDepth()) {
      throw new MalformedFrameException("a frame is deeper than " + limits.maxDepth());
    }
    byte type = element();
    while (type == '>' && !mayBePush) {
      pushes.add(new Frame.Push(items(line(), depth)));
      type = element();
    }
    String line = line();
    return switch (type) {
      case '+' -> new Frame.Simple(line);
      case '-' -> new Frame.Failure(line);
      case ':' -> new Frame.Whole(whole(line));
      case '$' ->
          line.equals("-1") ? new Frame.Null(Frame.Null.Kind.BULK) : new Frame.Bulk(bulk(line));
      case '*' ->
          line.equals("-1")
              ? new Frame.Null(Frame.Null.Kind.ARRAY)
              : new Frame.Array(items(line, depth));
      case '_' -> empty(line);
      case ',' -> new Frame.Real(real(line));
      case '#' -> new Frame.Bool(bool(line));
      case '(' -> new Frame.Big(big(line));
      case '!' -> new Frame.Failure(bulk(line));
      case '=' -> verbatim(bulk(line));
      case '%' -> new Frame.Table(pairs(line, depth));
      case '~' -> new Frame.Members(items(line, depth));
      case '|' -> new Frame.Attributed(pairs(line, depth), frame(depth + 1, false));
      case '>' -> new Frame.Push(items(line, depth));
      default -> throw new MalformedFrameException("no frame begins with byte " + (type & 0xFF));
    };
  }

  /** The type of the next element, which is counted. */
  private byte element() {
    if (--elementsLeft < 0) {
      throw new MalformedFrameException(
          "a frame has more than " + limits.maxElements() + " values");
    }
    return octet();
  }

  private List<Frame> items(String line, int depth) {
    List<Frame> items = new ArrayList<>();
    for (long left = length(line); left > 0; left--) {
      items.add(frame(depth + 1, false));
    }
    return items;
  }

  private List<Frame.Pair> pairs(String line, int depth) {
    List<Frame.Pair> pairs = new ArrayList<>();
    for (long left = length(line); left > 0; left--) {
      Frame key = frame(depth + 1, false);
      pairs.add(new Frame.Pair(key, frame(depth + 1, false)));
    }
    return pairs;
  }

  private String bulk(String line) {
    long length = length(line);
    if (length > to - at - 2) {
      throw new MalformedFrameException("the frame ends inside a bulk of " + length + " bytes");
    }
    String octets = bytes.toString(at, (int) length, StandardCharsets.ISO_8859_1);
    at += (int) length;
    if (octet() != '\r' || octet() != '\n') {
      throw new MalformedFrameException("a bulk has no line end behind it");
    }
    return octets;
  }

  private static Frame empty(String line) {
    if (!line.isEmpty()) {
      throw new MalformedFrameException("a null has a value: " + line);
    }
    return new Frame.Null(Frame.Null.Kind.BULK);
  }

  private static boolean bool(String line) {
    return switch (line) {
      case "t" -> true;
      case "f" -> false;
      default -> throw new MalformedFrameException("not a boolean: " + line);
    };
  }

  private static Frame verbatim(String octets) {
    if (octets.length() < FORMAT_BYTES || octets.charAt(FORMAT_BYTES - 1) != ':') {
      throw new MalformedFrameException("a verbatim string has no format");
    }
    return new Frame.Verbatim(
        octets.substring(0, FORMAT_BYTES - 1), octets.substring(FORMAT_BYTES));
  }

  private static long length(String line) {
    long length = whole(line);
    if (length < 0) {
      throw new MalformedFrameException("a length is negative: " + line);
    }
    return length;
  }

  private static long whole(String line) {
    try {
      return Long.parseLong(line);
    } catch (NumberFormatException e) {
      throw new MalformedFrameException("not a 64-bit number: " + line);
    }
  }

  private static double real(String line) {
    try {
      return switch (line) {
        case "inf" -> Double.POSITIVE_INFINITY;
        case "-inf" -> Double.NEGATIVE_INFINITY;
        case "nan", "-nan" -> Double.NaN;
        default -> Double.parseDouble(line);
      };
    } catch (NumberFormatException e) {
      throw new MalformedFrameException("not a floating-point number: " + line);
    }
  }

  private static BigInteger big(String line) {
    try {
      return new BigInteger(line);
    } catch (NumberFormatException e) {
      throw new MalformedFrameException("not a number: " + line);
    }
  }

  private String line() {
    int end = bytes.indexOf(at, to, (byte) '\r');
    if (end < 0 || end + 1 >= to || bytes.getByte(end + 1) != '\n') {
      throw new MalformedFrameException("a line has no end");
    }
    String line = bytes.toString(at, end - at, StandardCharsets.ISO_8859_1);
    at = end + 2;
    return line;
  }

  private byte octet() {
    if (at >= to) {
      throw new MalformedFrameException("the frame ends too early");
    }
    return bytes.getByte(at++);
  }
}
