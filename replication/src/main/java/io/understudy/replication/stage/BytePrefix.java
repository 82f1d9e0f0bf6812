package io.understudy.replication.stage;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The plainest regular expressions, answered without an engine: {@code ^}, then single ASCII
 * characters or sets of them, then perhaps {@code .*}. Such are most patterns that split a dataset,
 * and they are asked for every key.
 *
 * @param places the bytes that fit at each place from the key's beginning
 */
record BytePrefix(List<BitSet> places) implements KeyPattern {
  private static final String SPECIAL = "\\^$.|?*+()[]{}";
  private static final String QUANTIFIERS = "?*+{";
  private static final int ASCII_END = 128;

  BytePrefix {
    places = List.copyOf(places);
  }

  /** The same rule as {@code expression}, if that is plain enough. */
  static Optional<BytePrefix> of(String expression) {
    if (!expression.startsWith("^")) {
      return Optional.empty();
    }
    List<BitSet> places = new ArrayList<>();
    int at = 1;
    while (at < expression.length()) {
      if (expression.startsWith(".*", at)) {
        return at + 2 == expression.length()
            ? Optional.of(new BytePrefix(places))
            : Optional.empty();
      }
      BitSet place = new BitSet(ASCII_END);
      at = readPlace(expression, at, place);
      if (at < 0 || (at < expression.length() && QUANTIFIERS.indexOf(expression.charAt(at)) >= 0)) {
        return Optional.empty();
      }
      places.add(place);
    }
    return Optional.of(new BytePrefix(places));
  }

  /** Reads a character or a set of them; where it ends, or -1 if it is something else. */
  private static int readPlace(String text, int at, BitSet place) {
    char c = text.charAt(at);
    if (c == '[') {
      return readSet(text, at + 1, place);
    }
    if (c == '\\') {
      boolean literal = at + 1 < text.length() && SPECIAL.indexOf(text.charAt(at + 1)) >= 0;
      if (literal) {
        place.set(text.charAt(at + 1));
      }
      return literal ? at + 2 : -1;
    }
    if (c >= ASCII_END || SPECIAL.indexOf(c) >= 0) {
      return -1;
    }
    place.set(c);
    return at + 1;
  }

  private static int readSet(String text, int from, BitSet place) {
    for (int at = from; at < text.length(); ) {
      char first = text.charAt(at);
      if (first == ']' && at > from) {
        return at + 1;
      }
      if (!isPlainInSet(first)) {
        return -1;
      }
      boolean range = at + 2 < text.length() && text.charAt(at + 1) == '-';
      char last = range ? text.charAt(at + 2) : first;
      if (!isPlainInSet(last) || last < first) {
        return -1;
      }
      place.set(first, last + 1);
      at += range ? 3 : 1;
    }
    return -1;
  }

  private static boolean isPlainInSet(char c) {
    return c < ASCII_END && "[]^\\-&".indexOf(c) < 0;
  }

  @Override
  public boolean matches(byte[] bytes, int from, int length) {
    if (length < places.size()) {
      return false;
    }
    for (int i = 0; i < places.size(); i++) {
      if (!places.get(i).get(bytes[from + i] & 0xFF)) {
        return false;
      }
    }
    return true;
  }
}
