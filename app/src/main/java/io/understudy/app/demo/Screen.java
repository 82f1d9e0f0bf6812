package io.understudy.app.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Draws a {@link Scene} as lines of text with colours. Pure. */
final class Screen {
  private static final String BOLD = "\u001b[1m";
  private static final String DIM = "\u001b[2m";
  private static final String GREEN = "\u001b[32m";
  private static final String RED = "\u001b[31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String PLAIN = "\u001b[0m";
  private static final String BARS = " ▁▂▃▄▅▆▇█";
  private static final int MAX_COLUMNS = 132;
  private static final int NOW_LINES = 2;
  private static final int NEWS_LINES = 3;

  /** The width of the time in front of each item. */
  private static final int NEWS_INDENT = 15;

  private final int columns;
  private final int rows;

  Screen(Terminal.Size size) {
    this.columns = Math.min(MAX_COLUMNS, size.columns());
    this.rows = size.rows();
  }

  /** At most as many lines as the terminal has rows, each at most as wide. */
  List<String> draw(Scene scene) {
    List<String> lines = new ArrayList<>();
    lines.add(
        BOLD
            + " UNDERSTUDY "
            + PLAIN
            + fit(
                " one address, " + scene.address() + ", in front of 3 x " + scene.serverName(),
                columns - 20)
            + clock(scene.seconds()));
    lines.add(rule());
    for (Scene.Server server : scene.servers()) {
      lines.add(server(server));
    }
    lines.add(rule());
    List<String> now =
        wrapped(
            " epoch " + scene.epoch() + ", " + scene.rule() + ": " + scene.reason(), NOW_LINES, 1);
    lines.addAll(now);
    lines.addAll(Collections.nCopies(NOW_LINES - now.size(), ""));
    lines.add(rule());
    client(lines, scene);
    lines.add(rule());
    int room = Math.max(1, rows - lines.size() - 2);
    List<String> news =
        scene.news().stream()
            .flatMap(item -> wrapped(" " + item, NEWS_LINES, NEWS_INDENT).stream())
            .toList();
    lines.addAll(news.subList(Math.max(0, news.size() - room), news.size()));
    while (lines.size() < rows - 2) {
      lines.add("");
    }
    lines.add(rule());
    lines.add(
        BOLD
            + fit(" k", 2)
            + PLAIN
            + " kill -9 primary  "
            + BOLD
            + "s"
            + PLAIN
            + " freeze it/go on  "
            + BOLD
            + "r"
            + PLAIN
            + " restart dead  "
            + BOLD
            + "e"
            + PLAIN
            + " empty restart  "
            + BOLD
            + "q"
            + PLAIN
            + " quit");
    return lines.subList(0, Math.min(rows, lines.size()));
  }

  private String server(Scene.Server server) {
    String colour =
        switch (server.process()) {
          case DEAD -> RED;
          case FROZEN -> YELLOW;
          case RUNNING -> server.isPrimary() ? GREEN : "";
        };
    String process =
        switch (server.process()) {
          case DEAD -> "DEAD";
          case FROZEN -> "FROZEN";
          case RUNNING -> "up";
        };
    String role = server.isPrimary() ? "PRIMARY" : server.role();
    return colour
        + (server.isPrimary() ? BOLD + " ▶ " : "   ")
        + fit(
            String.format(
                Locale.ROOT,
                "%-16s %-8s %-7s %12s  %s",
                server.address(),
                role,
                process,
                server.offset(),
                server.words()),
            columns - 3)
        + PLAIN;
  }

  private void client(List<String> lines, Scene scene) {
    WriteLog.Sums sums = scene.sums();
    String pace =
        scene
            .waitingMillis()
            .map(ms -> YELLOW + fit(String.format(Locale.ROOT, "waiting %,d ms", ms), 18) + PLAIN)
            .orElseGet(
                () -> fit(String.format(Locale.ROOT, "%,d writes/s", scene.writesPerSecond()), 18));
    lines.add(" a client writes: " + pace + " " + sparkline(scene.recent(), columns - 40));
    lines.add(
        fit(
            String.format(
                Locale.ROOT,
                " acknowledged %,d   longest pause %,d ms   failed %,d   unknown %,d",
                sums.acknowledged(),
                sums.longestPauseNanos() / 1_000_000,
                sums.failed(),
                sums.unknown()),
            columns));
    lines.add(
        (sums.lost() + sums.twice() > 0 ? RED : "")
            + fit(
                String.format(
                    Locale.ROOT,
                    " looked up: lost %,d   run twice %,d   of the unknown %,d ran, %,d did not",
                    sums.lost(),
                    sums.twice(),
                    sums.unknownExecuted(),
                    sums.unknownNotExecuted()),
                columns)
            + PLAIN);
  }

  /** One bar per value, the highest as high as the row. */
  private static String sparkline(List<Long> values, int width) {
    long most = Math.max(1, values.stream().mapToLong(Long::longValue).max().orElse(1));
    StringBuilder bars = new StringBuilder();
    for (long value : values.subList(Math.max(0, values.size() - width), values.size())) {
      long height = value == 0 ? 0 : Math.max(1, value * (BARS.length() - 1) / most);
      bars.append(BARS.charAt((int) height));
    }
    return bars.toString();
  }

  private String rule() {
    return DIM + "─".repeat(columns) + PLAIN;
  }

  private static String clock(long seconds) {
    return String.format(Locale.ROOT, "%4d:%02d", seconds / 60, seconds % 60);
  }

  /** At most so many lines, broken between words; what is left over ends in an ellipsis. */
  private List<String> wrapped(String text, int most, int indent) {
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (rest.length() > columns && lines.size() < most - 1) {
      int space = rest.lastIndexOf(' ', columns);
      int end = space > indent + 1 ? space : columns;
      lines.add(rest.substring(0, end));
      rest = " ".repeat(indent) + rest.substring(end).strip();
    }
    lines.add(fit(rest, columns).stripTrailing());
    return lines;
  }

  /** Exactly this wide: cut with an ellipsis, or filled up with spaces. */
  private static String fit(String text, int width) {
    if (text.length() <= width) {
      return text + " ".repeat(width - text.length());
    }
    return width <= 1 ? text.substring(0, Math.max(0, width)) : text.substring(0, width - 1) + "…";
  }
}
