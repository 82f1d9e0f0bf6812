package io.understudy.wire.scan;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The first bytes of an error, by which its kind is told. */
final class ErrorStart {
  private final byte[] bytes = new byte[ReplyScanner.ERROR_PREFIX_BYTES];
  private int length;

  void clear() {
    length = 0;
  }

  /** Keeps a byte if there is room. */
  void add(byte b) {
    if (length < bytes.length) {
      bytes[length++] = b;
    }
  }

  /** Keeps as many of {@code count} bytes as there is room for. */
  void add(ByteBuffer in, int at, int count) {
    int kept = Math.min(count, bytes.length - length);
    in.get(at, bytes, length, kept);
    length += kept;
  }

  boolean startsWith(String prefix) {
    if (length < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (bytes[i] != prefix.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }
}
