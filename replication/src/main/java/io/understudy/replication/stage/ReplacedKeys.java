package io.understudy.replication.stage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The keys of the commands that are put in the place of others. */
final class ReplacedKeys {
  private ReplacedKeys() {}

  static List<byte[]> rename(List<byte[]> words, Rename rename) {
    List<byte[]> renamed = new ArrayList<>(words);
    for (int place : places(words)) {
      renamed.set(place, rename.apply(words.get(place)));
    }
    return renamed;
  }

  /** The keys. */
  static List<byte[]> of(List<byte[]> words) {
    return Arrays.stream(places(words)).mapToObj(words::get).toList();
  }

  /** Which words are keys. */
  private static int[] places(List<byte[]> words) {
    return switch (Words.text(words, 0).toUpperCase(Locale.ROOT)) {
      case "DEL", "UNLINK" -> range(1, words.size(), 1);
      case "MSET" -> range(1, words.size(), 2);
      case "MSETEX" -> range(2, 2 + 2 * Words.number(words, 1), 2);
      case "RPOPLPUSH" -> range(1, 3, 1);
      case "XGROUP" -> range(2, 3, 1);
      case "FLUSHALL", "FLUSHDB", "SCRIPT", "FUNCTION" -> new int[0];
      default -> range(1, 2, 1);
    };
  }

  private static int[] range(int first, int end, int step) {
    return IntStream.iterate(first, i -> i < end, i -> i + step).toArray();
  }
}
