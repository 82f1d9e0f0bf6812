package io.understudy.replication.stage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Renames the keys of the few commands that an {@link Edge} puts in the place of others. */
final class ReplacedKeys {
  private ReplacedKeys() {}

  static List<byte[]> rename(List<byte[]> words, Rename rename) {
    String name =
        new String(words.getFirst(), StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
    List<byte[]> renamed = new ArrayList<>(words);
    switch (name) {
      case "DEL", "UNLINK" -> replace(renamed, rename, 1, renamed.size(), 1);
      case "MSET" -> replace(renamed, rename, 1, renamed.size(), 2);
      case "MSETEX" -> {
        int keys = Integer.parseInt(new String(words.get(1), StandardCharsets.US_ASCII));
        replace(renamed, rename, 2, 2 + 2 * keys, 2);
      }
      default -> replace(renamed, rename, 1, 2, 1);
    }
    return renamed;
  }

  private static void replace(List<byte[]> words, Rename rename, int first, int end, int step) {
    for (int i = first; i < end; i += step) {
      words.set(i, rename.apply(words.get(i)));
    }
  }
}
