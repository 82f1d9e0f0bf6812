package io.understudy.replication.stage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads and makes commands that are lists of words. */
final class Words {
  private Words() {}

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A word as text, a character for each byte. */
  static String text(List<byte[]> words, int index) {
    return new String(words.get(index), StandardCharsets.ISO_8859_1);
  }

  /** Whether there is such a word, and it is {@code text} in any case. */
  static boolean is(List<byte[]> words, int index, String text) {
    return index < words.size()
        && words.get(index).length == text.length()
        && text(words, index).equalsIgnoreCase(text);
  }

  /** Whether a word is one of some texts in any case. */
  static boolean isAny(List<byte[]> words, int index, String... texts) {
    for (String text : texts) {
      if (is(words, index, text)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Where a word is, in any case.
   *
   * @param from where to begin to look
   * @return -1 if it is not there
   */
  static int find(List<byte[]> words, int from, String text) {
    for (int i = from; i < words.size(); i++) {
      if (is(words, i, text)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * A word as a number.
   *
   * @throws UncuttableException if it is none
   */
  static int number(List<byte[]> words, int index) {
    try {
      return Integer.parseInt(text(words, index));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new UncuttableException(text(words, 0) + " has no number where one belongs", e);
    }
  }

  /** A command of a name and other words. */
  static List<byte[]> command(String name, byte[]... words) {
    List<byte[]> command = new ArrayList<>();
    command.add(ascii(name));
    command.addAll(List.of(words));
    return command;
  }

  /** The same without the words from one to before another. */
  static List<byte[]> without(List<byte[]> words, int from, int to) {
    List<byte[]> rest = new ArrayList<>(words.subList(0, from));
    rest.addAll(words.subList(to, words.size()));
    return rest;
  }
}
