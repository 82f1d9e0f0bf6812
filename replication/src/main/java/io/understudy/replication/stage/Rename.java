package io.understudy.replication.stage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A change of the beginning of keys: {@code old:1} becomes {@code new:1}. Immutable; any thread.
 *
 * <p>Two keys must never become one: a replica that gets a key twice in a snapshot ends. A key that
 * already begins with the new text, without having had the old one, is therefore refused.
 *
 * @param from what a key that is renamed begins with; may be empty, then every key is
 * @param to what stands there instead
 */
@SuppressWarnings("ArrayRecordComponent") // equality is that of the contents
public record Rename(byte[] from, byte[] to) {
  /** Keys stay as they are. */
  public static final Rename NONE = new Rename(new byte[0], new byte[0]);

  /** A rename of a prefix, both as UTF-8. */
  public static Rename ofPrefix(String from, String to) {
    return new Rename(from.getBytes(StandardCharsets.UTF_8), to.getBytes(StandardCharsets.UTF_8));
  }

  /** Whether no key is changed. */
  public boolean isNone() {
    return Arrays.equals(from, to);
  }

  /**
   * The new name of a key.
   *
   * @throws CollisionException if another key may become the same
   */
  public byte[] apply(byte[] key) {
    if (startsWith(key, from)) {
      byte[] renamed = Arrays.copyOf(to, to.length + key.length - from.length);
      System.arraycopy(key, from.length, renamed, to.length, key.length - from.length);
      return renamed;
    }
    if (!isNone() && startsWith(key, to)) {
      throw new CollisionException(
          "the key '"
              + new String(key, StandardCharsets.ISO_8859_1)
              + "' already begins with '"
              + new String(to, StandardCharsets.ISO_8859_1)
              + "', so a renamed key could overwrite it; leave it out, or rename to something"
              + " else");
    }
    return key;
  }

  /** The name at the source of a key that has this one downstream; nothing if there is none. */
  public Optional<byte[]> invert(byte[] key) {
    if (isNone()) {
      return Optional.of(key);
    }
    if (startsWith(key, to)) {
      byte[] name = Arrays.copyOf(from, from.length + key.length - to.length);
      System.arraycopy(key, to.length, name, from.length, key.length - to.length);
      return Optional.of(name);
    }
    return startsWith(key, from) ? Optional.empty() : Optional.of(key);
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Rename(byte[] otherFrom, byte[] otherTo)
        && Arrays.equals(from, otherFrom)
        && Arrays.equals(to, otherTo);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(from) + Arrays.hashCode(to);
  }

  /** Two keys of the source could become one. */
  public static final class CollisionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CollisionException(String line) {
      super(line);
    }
  }
}
