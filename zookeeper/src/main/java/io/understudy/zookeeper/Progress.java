package io.understudy.zookeeper;

import java.nio.charset.StandardCharsets;

/**
 * What an output notes of itself for the keepers, in its own node.
 *
 * @param processed the publication that it has come to: it acts on nothing older
 * @param drained the newest publication at which it awaited no answer of a primary that retires; at
 *     most {@code processed}
 */
record Progress(int processed, int drained) {
  /** Of an output that has said nothing that can be understood. */
  static final Progress NONE = new Progress(Store.ABSENT, Store.ABSENT);

  byte[] write() {
    return (processed + " " + drained).getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads a note; one number alone is of a program that drops late answers, and so awaits none. */
  static Progress read(byte[] note) {
    String[] numbers = new String(note, StandardCharsets.US_ASCII).split(" ", -1);
    try {
      int processed = Integer.parseInt(numbers[0]);
      return new Progress(processed, numbers.length < 2 ? processed : Integer.parseInt(numbers[1]));
    } catch (NumberFormatException e) {
      return NONE;
    }
  }
}
