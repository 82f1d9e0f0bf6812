package io.understudy.proxy.route;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.charset.StandardCharsets;

/** Which keys a route takes. Keys are bytes, a character for each. Immutable; any thread. */
public sealed interface KeyRule {
  /** How many hash slots there are. */
  int SLOTS = 16_384;

  /** Whether the route takes a key. */
  boolean takes(String key);

  /** Keys that begin with a text. */
  static KeyRule prefix(String text) {
    return new Prefix(bytes(text));
  }

  /**
   * A glob as servers understand it in KEYS: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]}, and
   * a backslash before what is meant as itself. It takes linear time, whatever it is.
   *
   * @throws IllegalArgumentException in one line, if a bracket is not closed
   */
  static KeyRule glob(String text) {
    return new Expression(compile("\\A(?:" + expression(bytes(text)) + ")\\z", text));
  }

  /**
   * A regular expression in RE2's syntax, found anywhere in the key unless it is anchored. It takes
   * linear time, whatever it is.
   *
   * @throws IllegalArgumentException in one line, if it is none
   */
  static KeyRule regex(String text) {
    return new Expression(compile(bytes(text), text));
  }

  private static Pattern compile(String expression, String written) {
    try {
      return Pattern.compile(expression, Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + written + "' is not a pattern: " + e.getDescription(), e);
    }
  }

  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** A glob in the words of regular expressions. */
  private static String expression(String glob) {
    StringBuilder out = new StringBuilder();
    boolean inBrackets = false;
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      if (c == '\\' && i + 1 < glob.length()) {
        out.append(Pattern.quote(glob.substring(++i, i + 1)));
      } else if (inBrackets) {
        inBrackets = c != ']';
        boolean plain = c == ']' || c == '-' || c == '^';
        out.append(plain ? String.valueOf(c) : Pattern.quote(String.valueOf(c)));
      } else if (c == '[') {
        inBrackets = true;
        out.append('[');
      } else if (c == '*') {
        out.append(".*");
      } else if (c == '?') {
        out.append('.');
      } else {
        out.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return out.toString();
  }

  /** A text at the key's beginning. */
  record Prefix(String text) implements KeyRule {
    @Override
    public boolean takes(String key) {
      return key.startsWith(text);
    }
  }

  /** A pattern somewhere in the key. */
  record Expression(Pattern pattern) implements KeyRule {
    @Override
    public boolean takes(String key) {
      return pattern.matcher(key).find();
    }
  }

  /**
   * Keys of a range of hash slots, as clusters count them: CRC16 of the key, or of what stands
   * between its first braces.
   *
   * @param first from 0
   * @param last not below {@code first}, at most 16383
   */
  record Slots(int first, int last) implements KeyRule {
    /** Refuses what is no range of slots. */
    public Slots {
      if (first < 0 || last < first || last >= SLOTS) {
        throw new IllegalArgumentException(
            first + "-" + last + " is no range of slots; write one from 0 to " + (SLOTS - 1));
      }
    }

    @Override
    public boolean takes(String key) {
      int slot = slotOf(key);
      return slot >= first && slot <= last;
    }
  }

  /** The slot of a key. */
  static int slotOf(String key) {
    int open = key.indexOf('{');
    int close = open < 0 ? -1 : key.indexOf('}', open + 1);
    boolean tagged = close > open + 1;
    int crc = 0;
    for (int i = tagged ? open + 1 : 0; i < (tagged ? close : key.length()); i++) {
      crc ^= key.charAt(i) << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
      }
      crc &= 0xFFFF;
    }
    return crc % SLOTS;
  }
}
