package io.understudy.wire.acl;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * A pattern of keys or channels as servers match it (stringmatchlen in util.c): {@code *}, {@code
 * ?}, {@code [a-z]}, {@code [^a]}, and a backslash before what is meant as itself. Matching takes
 * at most the product of both lengths, whatever the pattern is.
 */
final class Glob {
  private static final int NO_STAR = -1;

  private final byte[] pattern;
  private final boolean all;
  private final boolean prefix;

  /**
   * Takes a pattern.
   *
   * @throws IllegalArgumentException if a bracket is not closed; the pattern is not shown
   */
  Glob(String text) {
    pattern = text.getBytes(StandardCharsets.UTF_8);
    all = text.equals("*");
    prefix =
        text.endsWith("*") && text.chars().limit(text.length() - 1L).noneMatch(Glob::isSpecial);
    for (int at = 0; at < pattern.length; at = behind(at)) {
      if (pattern[at] == '[' && bracketEnd(at) < 0) {
        throw new IllegalArgumentException("a bracket is not closed");
      }
    }
  }

  private static boolean isSpecial(int c) {
    return c == '*' || c == '?' || c == '[' || c == '\\';
  }

  /** Whether it matches everything. */
  boolean isAll() {
    return all;
  }

  /** Whether some bytes are the pattern itself, as a pattern that is subscribed to has to be. */
  boolean isSpelled(ByteBuf bytes, int from, int length) {
    if (length != pattern.length) {
      return false;
    }
    return startsWith(bytes, from, length);
  }

  private boolean startsWith(ByteBuf bytes, int from, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes.getByte(from + i) != pattern[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether some bytes match; {@code from} is an absolute index. */
  boolean matches(ByteBuf bytes, int from, int length) {
    if (all) {
      return true;
    }
    if (prefix) {
      return length >= pattern.length - 1 && startsWith(bytes, from, pattern.length - 1);
    }
    int at = 0;
    int passed = 0;
    int star = NO_STAR;
    int resume = 0;
    while (passed < length) {
      if (at < pattern.length && pattern[at] == '*') {
        star = at++;
        resume = passed;
      } else if (at < pattern.length && takes(at, bytes.getByte(from + passed))) {
        at = behind(at);
        passed++;
      } else if (star != NO_STAR) {
        at = star + 1;
        passed = ++resume;
      } else {
        return false;
      }
    }
    while (at < pattern.length && pattern[at] == '*') {
      at++;
    }
    return at == pattern.length;
  }

  /** Index behind the element that begins at {@code at}. */
  private int behind(int at) {
    return switch (pattern[at]) {
      case '\\' -> Math.min(at + 2, pattern.length);
      case '[' -> Math.max(bracketEnd(at), at) + 1;
      default -> at + 1;
    };
  }

  /** Index of the bracket that closes the one at {@code open}; -1 if there is none. */
  private int bracketEnd(int open) {
    int at = open + 1;
    if (at < pattern.length && pattern[at] == '^') {
      at++;
    }
    while (at < pattern.length && pattern[at] != ']') {
      if (pattern[at] == '\\' && at + 1 < pattern.length) {
        at += 2;
      } else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
        at += 3;
      } else {
        at++;
      }
    }
    return at < pattern.length ? at : -1;
  }

  /** Whether the element at {@code at}, which is no star, takes a byte. */
  private boolean takes(int at, byte b) {
    return switch (pattern[at]) {
      case '?' -> true;
      case '\\' -> pattern[Math.min(at + 1, pattern.length - 1)] == b;
      case '[' -> isInBrackets(at, b);
      default -> pattern[at] == b;
    };
  }

  private boolean isInBrackets(int open, byte b) {
    int end = bracketEnd(open);
    int at = open + 1;
    boolean not = pattern[at] == '^';
    at += not ? 1 : 0;
    int c = b & 0xFF;
    boolean found = false;
    while (at < end) {
      if (pattern[at] == '\\') {
        found |= pattern[at + 1] == b;
        at += 2;
      } else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
        int low = Math.min(pattern[at] & 0xFF, pattern[at + 2] & 0xFF);
        int high = Math.max(pattern[at] & 0xFF, pattern[at + 2] & 0xFF);
        found |= c >= low && c <= high;
        at += 3;
      } else {
        found |= pattern[at] == b;
        at++;
      }
    }
    return found != not;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Glob glob && toString().equals(glob.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  @Override
  public String toString() {
    return new String(pattern, StandardCharsets.UTF_8);
  }
}
