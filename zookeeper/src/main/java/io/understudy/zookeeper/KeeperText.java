package io.understudy.zookeeper;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a keeper's node holds.
 *
 * @param configuration the hash of everything that keepers must agree on
 * @param process where it runs, for a person
 * @param views what it sees, by group
 */
record KeeperText(String configuration, String process, Map<String, String> views) {
  private static final String SEPARATOR = " ";

  KeeperText {
    views = Map.copyOf(views);
  }

  byte[] bytes() {
    var text = new StringBuilder(configuration).append('\n').append(process).append('\n');
    for (Map.Entry<String, String> view : views.entrySet()) {
      text.append(view.getKey()).append(SEPARATOR).append(encoded(view.getValue())).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads what {@link #bytes} wrote; anything else is a keeper that agrees with nobody. */
  static KeeperText parse(byte[] bytes) {
    String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
    Map<String, String> views = new LinkedHashMap<>();
    for (int i = 2; i < lines.length; i++) {
      int space = lines[i].indexOf(SEPARATOR);
      if (space > 0) {
        try {
          byte[] view = Base64.getDecoder().decode(lines[i].substring(space + 1));
          views.put(lines[i].substring(0, space), new String(view, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
          views.put(lines[i].substring(0, space), "");
        }
      }
    }
    return new KeeperText(lines[0], lines.length > 1 ? lines[1] : "", views);
  }
}
