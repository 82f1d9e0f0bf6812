package io.understudy.wire.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads {@code commands.txt}, which is generated, and {@code overrides.txt}, which is written and
 * reviewed by hand.
 */
final class CommandResource {
  private static final int COLUMNS = 7;

  private CommandResource() {}

  /**
   * All commands with their ids, {@link Command#UNKNOWN} first, then in the order of their names.
   */
  static List<Command> load() {
    SortedMap<String, String[]> rows = new TreeMap<>();
    for (String line : lines("commands.txt")) {
      String[] row = line.split(" ", -1);
      if (row.length != COLUMNS) {
        throw new IllegalStateException("commands.txt: expected " + COLUMNS + " columns: " + line);
      }
      rows.put(row[0], row);
    }
    for (String line : lines("overrides.txt")) {
      override(line.substring(0, line.indexOf('#')).strip().split(" +", -1), rows);
    }
    List<Command> commands = new ArrayList<>(List.of(Command.UNKNOWN));
    for (String[] row : rows.values()) {
      commands.add(command(commands.size(), row, rows.containsKey(row[0] + "|help")));
    }
    return commands;
  }

  /** Applies one line: a command and its changed columns, as {@code overrides.txt} tells. */
  private static void override(String[] words, SortedMap<String, String[]> rows) {
    String[] row =
        rows.computeIfAbsent(words[0], name -> new String[] {name, "-", "-1", "-", "-", "-", "-"});
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      String value = words[i].substring(equals + 1);
      switch (words[i].substring(0, equals)) {
        case "flags" -> row[3] = value;
        case "flags+" -> row[3] += "," + value;
        case "tips" -> row[5] = value;
        case "keys" -> row[6] = value;
        default -> throw new IllegalStateException("overrides.txt: what is " + words[i] + "?");
      }
    }
  }

  private static Command command(int id, String[] row, boolean container) {
    long flags = 0;
    for (String flag : words(row[3], ",")) {
      flags |= CommandFlag.of(flag).bit();
    }
    List<KeySpec> specs = new ArrayList<>();
    for (String spec : words(row[6], ";")) {
      specs.add(keySpec(spec));
    }
    Command.Families families =
        switch (row[1]) {
          case "rv" -> Command.Families.BOTH;
          case "r" -> Command.Families.REDIS;
          case "v" -> Command.Families.VALKEY;
          default -> Command.Families.NONE;
        };
    return new Command(
        id,
        row[0].toLowerCase(Locale.ROOT),
        families,
        Integer.parseInt(row[2]),
        flags,
        specs,
        words(row[5], ","),
        words(row[4], ","),
        container);
  }

  private static KeySpec keySpec(String text) {
    String[] parts = text.split("/", -1);
    String[] begin = parts[1].split(":", -1);
    String[] find = parts[2].split(":", -1);
    return new KeySpec(
        words(parts[0], ","),
        switch (begin[0]) {
          case "index" -> new KeySpec.AtIndex(Integer.parseInt(begin[1]));
          case "keyword" -> new KeySpec.AfterKeyword(begin[1], Integer.parseInt(begin[2]));
          default -> new KeySpec.Unspecified();
        },
        switch (find[0]) {
          case "range" ->
              new KeySpec.Range(
                  Integer.parseInt(find[1]), Integer.parseInt(find[2]), Integer.parseInt(find[3]));
          case "keynum" ->
              new KeySpec.Counted(
                  Integer.parseInt(find[1]), Integer.parseInt(find[2]), Integer.parseInt(find[3]));
          default -> new KeySpec.Unspecified();
        });
  }

  private static Set<String> words(String column, String separator) {
    return column.equals("-") ? Set.of() : orderedSet(column.split(separator, -1));
  }

  private static Set<String> orderedSet(String[] words) {
    return new LinkedHashSet<>(List.of(words));
  }

  private static List<String> lines(String resource) {
    List<String> lines = new ArrayList<>();
    try (InputStream in = CommandResource.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + resource);
      }
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          lines.add(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
    return lines;
  }
}
