package io.understudy.wire.frame;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes frames as bytes.
 *
 * <p>What RESP2 lacks becomes what servers send in its place: maps are flat arrays, sets and push
 * frames arrays, booleans 1 and 0, the other new types bulks, and attributes are left out.
 */
public final class FrameEncoder {
  private FrameEncoder() {}

  /** Appends a frame. */
  public static void write(Frame frame, Protocol protocol, ByteBuf out) {
    boolean resp3 = protocol == Protocol.RESP3;
    switch (frame) {
      case Frame.Simple(String octets) -> line('+', oneLine(octets), out);
      case Frame.Failure(String octets) -> error(octets, resp3, out);
      case Frame.Whole(long value) -> line(':', Long.toString(value), out);
      case Frame.Bulk(String octets) -> bulk('$', octets, out);
      case Frame.Array(List<Frame> items) -> items('*', items, protocol, out);
      case Frame.Null(Frame.Null.Kind kind) -> nothing(kind, resp3, out);
      case Frame.Real(double value) -> scalar(',', real(value), resp3, out);
      case Frame.Bool(boolean value) -> {
        if (resp3) {
          line('#', value ? "t" : "f", out);
        } else {
          line(':', value ? "1" : "0", out);
        }
      }
      case Frame.Big(var value) -> scalar('(', value.toString(), resp3, out);
      case Frame.Verbatim(String format, String octets) -> {
        if (resp3) {
          bulk('=', format + ":" + octets, out);
        } else {
          bulk('$', octets, out);
        }
      }
      case Frame.Table(List<Frame.Pair> pairs) -> {
        if (resp3) {
          line('%', Integer.toString(pairs.size()), out);
        } else {
          line('*', Integer.toString(2 * pairs.size()), out);
        }
        pairs(pairs, protocol, out);
      }
      case Frame.Members(List<Frame> items) -> items(resp3 ? '~' : '*', items, protocol, out);
      case Frame.Attributed(List<Frame.Pair> attributes, Frame value) -> {
        if (resp3) {
          line('|', Integer.toString(attributes.size()), out);
          pairs(attributes, protocol, out);
        }
        write(value, protocol, out);
      }
      case Frame.Push(List<Frame> items) -> items(resp3 ? '>' : '*', items, protocol, out);
    }
  }

  /** Appends a command of UTF-8 words. */
  public static void writeCommand(ByteBuf out, String... words) {
    write(Frame.command(words), Protocol.RESP2, out);
  }

  private static void error(String octets, boolean resp3, ByteBuf out) {
    if (resp3 && !octets.equals(oneLine(octets))) {
      bulk('!', octets, out);
    } else {
      line('-', oneLine(octets), out);
    }
  }

  private static void nothing(Frame.Null.Kind kind, boolean resp3, ByteBuf out) {
    if (resp3) {
      line('_', "", out);
    } else {
      line(
          switch (kind) {
            case BULK -> '$';
            case ARRAY -> '*';
          },
          "-1",
          out);
    }
  }

  private static void scalar(char type, String text, boolean resp3, ByteBuf out) {
    if (resp3) {
      line(type, text, out);
    } else {
      bulk('$', text, out);
    }
  }

  private static void items(char type, List<Frame> items, Protocol protocol, ByteBuf out) {
    line(type, Integer.toString(items.size()), out);
    for (Frame item : items) {
      write(item, protocol, out);
    }
  }

  private static void pairs(List<Frame.Pair> pairs, Protocol protocol, ByteBuf out) {
    for (Frame.Pair pair : pairs) {
      write(pair.key(), protocol, out);
      write(pair.value(), protocol, out);
    }
  }

  private static void bulk(char type, String octets, ByteBuf out) {
    line(type, Integer.toString(octets.length()), out);
    out.writeCharSequence(octets, StandardCharsets.ISO_8859_1);
    lineEnd(out);
  }

  private static void line(char type, String octets, ByteBuf out) {
    out.writeByte(type);
    out.writeCharSequence(octets, StandardCharsets.ISO_8859_1);
    lineEnd(out);
  }

  private static void lineEnd(ByteBuf out) {
    out.writeByte('\r');
    out.writeByte('\n');
  }

  /** Servers, too, print line ends inside a status or an error as blanks. */
  private static String oneLine(String octets) {
    return octets.replace('\r', ' ').replace('\n', ' ');
  }

  private static String real(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
