package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the first elements of a whole reply, where the proxy has to know what it says. */
final class Peek {
  /** Of an error, so much is looked at for its kind. */
  private static final int MOST_ERROR = 32;

  /** How a replica refuses what writes. */
  private static final String READONLY = "-READONLY ";

  private Peek() {}

  /**
   * The first elements of an array or a push, as Latin-1.
   *
   * @return at most {@code most}; fewer if there are fewer or one is an aggregate; a null is empty
   */
  static List<String> elements(ByteBuf bytes, int from, int to, int most) {
    List<String> elements = new ArrayList<>(most);
    byte type = bytes.getByte(from);
    if (type != '*' && type != '>') {
      return elements;
    }
    int at = lineEnd(bytes, from, to);
    while (at < to && elements.size() < most) {
      int end = lineEnd(bytes, at, to);
      String line = bytes.toString(at + 1, end - 2 - (at + 1), StandardCharsets.ISO_8859_1);
      switch (bytes.getByte(at)) {
        case '$' -> {
          int length = Integer.parseInt(line);
          elements.add(length < 0 ? "" : bytes.toString(end, length, StandardCharsets.ISO_8859_1));
          at = length < 0 ? end : end + length + 2;
        }
        case ':', '+', '_' -> {
          elements.add(line);
          at = end;
        }
        default -> {
          return elements;
        }
      }
    }
    return elements;
  }

  private static int lineEnd(ByteBuf bytes, int from, int to) {
    int lineFeed = bytes.indexOf(from, to, (byte) '\n');
    return lineFeed < 0 ? to : lineFeed + 1;
  }

  /** The first line of a reply, at most {@code most} bytes, as Latin-1. */
  static String line(ByteBuf bytes, int from, int to, int most) {
    int carriageReturn = bytes.indexOf(from, Math.min(to, from + most), (byte) '\r');
    int end = carriageReturn < 0 ? Math.min(to, from + most) : carriageReturn;
    return bytes.toString(from, end - from, StandardCharsets.ISO_8859_1);
  }

  /** Whether a reply is an error. */
  static boolean isError(ByteBuf bytes, int from) {
    return bytes.getByte(from) == '-' || bytes.getByte(from) == '!';
  }

  /** The beginning of an error, without its type. */
  static String errorStart(ByteBuf bytes, int from, int to) {
    return line(bytes, from + 1, to, MOST_ERROR);
  }

  /** Whether a replica refuses what writes. */
  static boolean isRefusal(ByteBuf bytes, int from, int to) {
    return line(bytes, from, to, READONLY.length()).equals(READONLY);
  }
}
