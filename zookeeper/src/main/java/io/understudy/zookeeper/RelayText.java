package io.understudy.zookeeper;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * What a node below {@code requests} holds.
 *
 * @param to which life of which keeper is asked; nobody else answers
 * @param group the group it is about
 * @param stage how far it is
 * @param text the request; from {@link Stage#ANSWERED} on the answer
 */
record RelayText(Holder to, String group, Stage stage, String text) {
  private static final int LINES = 5;

  /** How far a request is. Each stage is written once, over exactly the one before. */
  enum Stage {
    ASKED,
    TAKEN,
    ANSWERED,
    WITHDRAWN
  }

  RelayText at(Stage next, String newText) {
    return new RelayText(to, group, next, newText);
  }

  byte[] bytes() {
    return String.join(
            "\n",
            to.keeper(),
            Long.toString(to.incarnation()),
            group,
            stage.name().toLowerCase(Locale.ROOT),
            Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Reads what {@link #bytes} wrote; empty for anything else. */
  static Optional<RelayText> parse(byte[] bytes) {
    String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
    if (lines.length != LINES || !lines[1].matches("\\d{1,18}")) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new RelayText(
              new Holder(lines[0], Long.parseLong(lines[1])),
              lines[2],
              Stage.valueOf(lines[3].toUpperCase(Locale.ROOT)),
              new String(Base64.getDecoder().decode(lines[4]), StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
