package io.understudy.replication.rdb;

import java.util.Locale;

/** Bytes as words for people. */
final class Text {
  private static final int SHOWN_BYTES = 64;

  private Text() {}

  static String hex(int value) {
    return String.format(Locale.ROOT, "0x%02x", value);
  }

  /** A key in quotes, cut after 64 bytes, with everything but printable ASCII escaped. */
  static String quoted(byte[] bytes, int offset, int length) {
    var text = new StringBuilder("\"");
    for (int i = 0; i < Math.min(length, SHOWN_BYTES); i++) {
      int b = bytes[offset + i] & 0xff;
      if (b == '"' || b == '\\') {
        text.append('\\').append((char) b);
      } else if (b >= ' ' && b <= '~') {
        text.append((char) b);
      } else {
        text.append(String.format(Locale.ROOT, "\\x%02x", b));
      }
    }
    return text.append(length > SHOWN_BYTES ? "\"... (" + length + " bytes)" : "\"").toString();
  }
}
