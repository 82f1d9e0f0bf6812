package io.understudy.failover.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON that {@link RecordText} writes: objects, arrays, strings, whole numbers, booleans
 * and null.
 */
final class JsonReader {
  /** Deeper than any record here nests; protects the stack from a damaged file. */
  private static final int MAX_DEPTH = 64;

  private static final int HEX = 16;
  private static final int UNICODE_DIGITS = 4;

  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  /** The text as maps, lists, strings, longs, booleans and null. */
  static @Nullable Object read(String text) {
    var reader = new JsonReader(text);
    Object value = reader.value(0);
    if (reader.at != text.length()) {
      throw reader.wrong("the end");
    }
    return value;
  }

  /** Appends {@code string} in quotes, escaped. */
  static void quote(StringBuilder out, String string) {
    out.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private @Nullable Object value(int depth) {
    if (depth > MAX_DEPTH) {
      throw wrong("less nesting");
    }
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> literal("true", true);
      case 'f' -> literal("false", false);
      case 'n' -> literal("null", null);
      default -> number();
    };
  }

  private Map<String, @Nullable Object> object(int depth) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    take('{');
    if (peek() == '}') {
      at++;
      return fields;
    }
    while (true) {
      String name = string();
      take(':');
      if (fields.containsKey(name)) {
        throw wrong("'" + name + "' only once");
      }
      fields.put(name, value(depth + 1));
      if (peek() != ',') {
        take('}');
        return fields;
      }
      at++;
    }
  }

  private List<@Nullable Object> array(int depth) {
    List<@Nullable Object> elements = new ArrayList<>();
    take('[');
    if (peek() == ']') {
      at++;
      return elements;
    }
    while (true) {
      elements.add(value(depth + 1));
      if (peek() != ',') {
        take(']');
        return elements;
      }
      at++;
    }
  }

  private String string() {
    take('"');
    var out = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at++);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char escaped = peek();
      at++;
      if (escaped == 'u') {
        if (at + UNICODE_DIGITS > text.length()) {
          throw wrong("four digits");
        }
        try {
          out.append((char) Integer.parseInt(text, at, at + UNICODE_DIGITS, HEX));
        } catch (NumberFormatException e) {
          throw wrong("four hexadecimal digits");
        }
        at += UNICODE_DIGITS;
      } else {
        out.append(escaped);
      }
    }
    at++;
    return out.toString();
  }

  private Long number() {
    int start = at;
    while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '-')) {
      at++;
    }
    try {
      return Long.parseLong(text, start, at, 10);
    } catch (NumberFormatException e) {
      at = start;
      throw wrong("a value");
    }
  }

  private @Nullable Object literal(String word, @Nullable Object value) {
    if (!text.startsWith(word, at)) {
      throw wrong(word);
    }
    at += word.length();
    return value;
  }

  private char peek() {
    if (at >= text.length()) {
      throw wrong("more text");
    }
    return text.charAt(at);
  }

  private void take(char expected) {
    if (peek() != expected) {
      throw wrong("'" + expected + "'");
    }
    at++;
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException("at character " + at + ": " + expected + " was expected");
  }
}
