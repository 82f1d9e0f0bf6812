package io.understudy.app.probe;

import java.util.List;

/** What a server answered in RESP2. */
public sealed interface Reply {
  /** A status or a string. */
  record Text(String text) implements Reply {}

  /** A refusal, such as {@code READONLY ...}, without the leading minus. */
  record Failure(String message) implements Reply {}

  /** A whole number. */
  record Count(long value) implements Reply {}

  /** Several replies in one. */
  record Items(List<Reply> items) implements Reply {
    public Items {
      items = List.copyOf(items);
    }
  }

  /** No value. */
  record Nothing() implements Reply {}
}
