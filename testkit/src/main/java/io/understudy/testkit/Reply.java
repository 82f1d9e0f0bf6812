package io.understudy.testkit;

import java.util.List;
import java.util.stream.Collectors;

/** What a server answered, in RESP2. */
public sealed interface Reply {
  /** A status or a bulk string; bytes are read as ISO 8859-1, one character each. */
  record Text(String value) implements Reply {}

  /** An error, with its code word and without the dash. */
  record Failure(String message) implements Reply {}

  /** An integer. */
  record Whole(long value) implements Reply {}

  /** A null bulk string or null array. */
  record Nothing() implements Reply {}

  /** An array. */
  record Items(List<Reply> items) implements Reply {
    public Items {
      items = List.copyOf(items);
    }
  }

  /**
   * The reply as text: numbers in decimal, nothing as {@code (nil)}, items joined with spaces.
   *
   * @throws AssertionError when it is an error
   */
  default String text() {
    return switch (this) {
      case Text(String value) -> value;
      case Whole(long value) -> Long.toString(value);
      case Nothing() -> "(nil)";
      case Items(List<Reply> items) -> items.stream().map(Reply::text).collect(joined());
      case Failure(String message) -> throw new AssertionError("the server refused: " + message);
    };
  }

  private static java.util.stream.Collector<CharSequence, ?, String> joined() {
    return Collectors.joining(" ");
  }
}
