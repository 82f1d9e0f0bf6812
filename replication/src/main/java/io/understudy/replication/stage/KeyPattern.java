package io.understudy.replication.stage;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/** A rule that a key, a run of any bytes, fits or not. Immutable; any thread. */
public sealed interface KeyPattern
    permits KeyPattern.Expression, KeyPattern.Prefix, KeyPattern.Glob, KeyPattern.Slots, ByteSets {
  /**
   * Whether a key fits.
   *
   * @param bytes holds the key
   * @param from index of its first byte
   * @param length its length in bytes, 0 and up
   */
  boolean matches(byte[] bytes, int from, int length);

  /** Whether it is known that every key fits. */
  default boolean matchesAll() {
    return false;
  }

  /**
   * A regular expression in RE2's syntax, found anywhere in the key unless it is anchored.
   *
   * <p>Matching takes time linear in the key's length, whatever the pattern. Keys are taken as
   * UTF-8; a byte that is none counts as one unknown character.
   *
   * @throws IllegalArgumentException in one line, if it is no expression
   */
  static KeyPattern regularExpression(String text) {
    Optional<KeyPattern> plain = ByteSets.of(text).map(KeyPattern.class::cast);
    try {
      Pattern compiled = Pattern.compile(text);
      return plain.orElseGet(() -> new Expression(compiled));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a regular expression: " + e.getDescription(), e);
    }
  }

  /** Keys that begin with a text. */
  static KeyPattern prefix(String text) {
    return new Prefix(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A glob as servers understand it in {@code KEYS}: {@code *}, {@code ?}, {@code [a-z]}, {@code
   * [^a]}, and a backslash before what is meant as itself.
   */
  static KeyPattern glob(String text) {
    return new Glob(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A pattern that only RE2 can answer. */
  record Expression(Pattern pattern) implements KeyPattern {
    @Override
    public boolean matches(byte[] bytes, int from, int length) {
      return pattern.matcher(Arrays.copyOfRange(bytes, from, from + length)).find();
    }
  }

  /** A text at the key's beginning. */
  @SuppressWarnings("ArrayRecordComponent") // equality is that of the contents
  record Prefix(byte[] prefix) implements KeyPattern {
    @Override
    public boolean matches(byte[] bytes, int from, int length) {
      return length >= prefix.length
          && Arrays.equals(bytes, from, from + prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Prefix(byte[] bytes) && Arrays.equals(bytes, prefix);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(prefix);
    }
  }

  /** A glob; see {@link KeyPattern#glob}. */
  @SuppressWarnings("ArrayRecordComponent") // equality is that of the contents
  record Glob(byte[] glob) implements KeyPattern {
    @Override
    public boolean matches(byte[] bytes, int from, int length) {
      return GlobMatcher.matches(glob, bytes, from, length);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Glob(byte[] bytes) && Arrays.equals(bytes, glob);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(glob);
    }
  }

  /**
   * Keys of a range of hash slots.
   *
   * @param first 0 to 16383
   * @param last not below {@code first}, inclusive
   */
  record Slots(int first, int last) implements KeyPattern {
    /** Refuses an empty range and numbers that are no slots. */
    public Slots {
      Objects.checkFromToIndex(first, last + 1, HashSlot.COUNT);
    }

    @Override
    public boolean matches(byte[] bytes, int from, int length) {
      int slot = HashSlot.of(bytes, from, length);
      return slot >= first && slot <= last;
    }
  }
}
