package io.understudy.replication.stage;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The plainest regular expressions, answered without an engine: single ASCII characters or sets of
 * them, behind {@code ^} or before {@code $}, with {@code .*} on the other side or nothing. Such
 * are most patterns that split a dataset, and they are asked for every key.
 *
 * @param places the bytes that fit at each place
 * @param atEnd whether the last place is the key's last byte; otherwise the first is the first
 */
record ByteSets(List<BitSet> places, boolean atEnd) implements KeyPattern {
  private static final String SPECIAL = "\\^$.|?*+()[]{}";
  private static final String QUANTIFIERS = "?*+{";
  private static final int ASCII_END = 128;

  ByteSets {
    places = List.copyOf(places);
  }

  /** The same rule as {@code expression}, if that is plain enough. */
  static Optional<ByteSets> of(String expression) {
    if (expression.startsWith("^")) {
      String rest = expression.substring(1);
      return places(rest.endsWith(".*") ? rest.substring(0, rest.length() - 2) : rest)
          .map(places -> new ByteSets(places, false));
    }
    String rest = expression.startsWith(".*") ? expression.substring(2) : expression;
    if (rest.isEmpty()) {
      return Optional.of(new ByteSets(List.of(), false));
    }
    return rest.endsWith("$")
        ? places(rest.substring(0, rest.length() - 1)).map(places -> new ByteSets(places, true))
        : Optional.empty();
  }

  /** One place for each character or set; empty if there is anything else. */
  private static Optional<List<BitSet>> places(String text) {
    List<BitSet> places = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      BitSet place = new BitSet(ASCII_END);
      at = readPlace(text, at, place);
      if (at < 0 || (at < text.length() && QUANTIFIERS.indexOf(text.charAt(at)) >= 0)) {
        return Optional.empty();
      }
      places.add(place);
    }
    return Optional.of(places);
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
    int first = atEnd ? from + length - places.size() : from;
    for (int i = 0; i < places.size(); i++) {
      if (!places.get(i).get(bytes[first + i] & 0xFF)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean matchesAll() {
    return places.isEmpty();
  }
}
