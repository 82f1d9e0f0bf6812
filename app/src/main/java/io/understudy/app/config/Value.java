package io.understudy.app.config;

import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One value of the file with its place. Each method reads it as one type; what does not fit is
 * noted as a mistake and comes back empty.
 *
 * @param path such as {@code groups[0].nodes[1]}
 */
record Value(Node node, String path, Source source) {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");
  private static final Pattern VARIABLE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9}) ?(ms|s|m|h)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12}) ?(b|kb|mb|gb)?");
  private static final String FILE_PREFIX = "file:";

  /** A secret longer than this is not a password but a mistaken file. */
  private static final int MAX_SECRET_BYTES = 4096;

  /** Notes a mistake here. */
  void problem(String message) {
    source.problem(node, path, message);
  }

  /** The value as a mapping with these keys. */
  Optional<Section> section(List<String> known) {
    if (node instanceof MappingNode mapping) {
      return Optional.of(Section.of(mapping, path, source, known));
    }
    problem("expected keys (" + String.join(", ", known) + "), found " + kind());
    return Optional.empty();
  }

  /** The items of a list; a mistake when it is something else or has none. */
  List<Value> items(String expected) {
    if (!(node instanceof SequenceNode sequence)) {
      problem("expected " + expected + ", found " + kind());
      return List.of();
    }
    if (sequence.getValue().isEmpty()) {
      problem("the list is empty; write " + expected);
    }
    List<Value> items = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      items.add(new Value(item, path + "[" + items.size() + "]", source));
    }
    return items;
  }

  /** The value as a text with its environment variables filled in. */
  Optional<String> text(String expected) {
    if (!(node instanceof ScalarNode scalar)) {
      problem("expected " + expected + ", found " + kind());
      return Optional.empty();
    }
    if (scalar.getValue().isEmpty()) {
      problem("is empty; write " + expected + ", or leave the key out");
      return Optional.empty();
    }
    return fillIn(scalar.getValue())
        .filter(
            text -> {
              if (text.isEmpty()) {
                problem("is empty once its environment variable is filled in");
              }
              return !text.isEmpty();
            });
  }

  private Optional<String> fillIn(String text) {
    Matcher matcher = VARIABLE.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group(1);
      if (!VARIABLE_NAME.matcher(name).matches()) {
        problem("'" + name + "' in ${...} is not the name of an environment variable");
        return Optional.empty();
      }
      Optional<String> value = source.environment().apply(name);
      if (value.isEmpty()) {
        problem(
            "the environment variable "
                + name
                + " is not set; set it before starting, or write the value here");
        return Optional.empty();
      }
      matcher.appendReplacement(filled, Matcher.quoteReplacement(value.get()));
    }
    matcher.appendTail(filled);
    return Optional.of(filled.toString());
  }

  /** The value as a secret: a text, {@code ${ENV}}, or {@code file:PATH}. */
  Optional<Secret> secret() {
    return text("a text, \"${VARIABLE}\" or file:PATH")
        .flatMap(
            text ->
                rawText().startsWith(FILE_PREFIX)
                    ? secretFile(text.substring(FILE_PREFIX.length()))
                    : Optional.of(new Secret(text)));
  }

  private Optional<Secret> secretFile(String name) {
    Path file = source.directory().resolve(name);
    try {
      if (Files.isDirectory(file)) {
        problem("'" + file + "' is a directory; name the file that holds the secret");
        return Optional.empty();
      }
      if (Files.size(file) > MAX_SECRET_BYTES) {
        problem("'" + file + "' is larger than " + MAX_SECRET_BYTES + " bytes: not a secret");
        return Optional.empty();
      }
      String secret = Files.readString(file).stripTrailing();
      if (secret.isEmpty()) {
        problem("'" + file + "' is empty; write the secret into it");
        return Optional.empty();
      }
      return Optional.of(new Secret(secret));
    } catch (NoSuchFileException e) {
      problem("'" + file + "' does not exist; create it, or correct the path");
    } catch (IOException e) {
      problem("'" + file + "' cannot be read by this user; change its owner or its mode");
    }
    return Optional.empty();
  }

  /** The value as a file or folder, seen from where the configuration is. */
  Optional<Path> path(String expected) {
    return text(expected).map(name -> source.directory().resolve(name));
  }

  /** The value as {@code host:port}. */
  Optional<Address> address() {
    return text("host:port")
        .flatMap(
            text -> {
              if (text.indexOf(':') < 0) {
                problem("'" + text + "' has no port; write host:port, such as " + text + ":6379");
                return Optional.empty();
              }
              try {
                return Optional.of(Address.parse(text));
              } catch (IllegalArgumentException e) {
                problem(String.valueOf(e.getMessage()));
                return Optional.empty();
              }
            });
  }

  /** The value as a whole number inside a range. */
  Optional<Integer> integer(int least, int most) {
    String expected = "a whole number from " + least + " to " + most;
    return text(expected)
        .flatMap(
            text -> {
              try {
                int number = Integer.parseInt(text);
                if (number >= least && number <= most) {
                  return Optional.of(number);
                }
              } catch (NumberFormatException e) {
                // Said below, together with the range.
              }
              problem("'" + text + "' is not " + expected);
              return Optional.empty();
            });
  }

  /** The value as a duration such as {@code 250ms}, inside a range. */
  Optional<Duration> duration(Duration least, Duration most) {
    String expected = "a duration from " + print(least) + " to " + print(most);
    return text(expected)
        .flatMap(
            text -> {
              Matcher matcher = DURATION.matcher(text);
              if (!matcher.matches()) {
                problem("'" + text + "' is not a duration; write one such as 250ms, 3s, 5m or 1h");
                return Optional.empty();
              }
              long count = Long.parseLong(matcher.group(1));
              Duration duration =
                  switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(count);
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    default -> Duration.ofHours(count);
                  };
              if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
                problem("'" + text + "' is not " + expected);
                return Optional.empty();
              }
              return Optional.of(duration);
            });
  }

  /** The value as a number of bytes such as {@code 64mb}, inside a range. */
  Optional<Long> bytes(long least, long most) {
    String expected = "a size from " + printBytes(least) + " to " + printBytes(most);
    return text(expected)
        .flatMap(
            text -> {
              Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
              if (!matcher.matches()) {
                problem("'" + text + "' is not a size; write one such as 512kb, 64mb or 1gb");
                return Optional.empty();
              }
              String unit = matcher.group(2) == null ? "b" : matcher.group(2);
              int shift = 10 * List.of("b", "kb", "mb", "gb").indexOf(unit);
              long count = Long.parseLong(matcher.group(1));
              if (count > most >> shift || count << shift < least) {
                problem("'" + text + "' is not " + expected);
                return Optional.empty();
              }
              return Optional.of(count << shift);
            });
  }

  /** The value as one of an enum's names in lower case. */
  <E extends Enum<E>> Optional<E> choice(E[] choices) {
    List<String> names = new ArrayList<>();
    for (E choice : choices) {
      names.add(choice.name().toLowerCase(Locale.ROOT));
    }
    String expected = names.size() == 1 ? names.getFirst() : "one of " + String.join(", ", names);
    return text(expected)
        .flatMap(
            text -> {
              int index = names.indexOf(text);
              if (index < 0) {
                problem("'" + text + "' is not known here; write " + expected);
                return Optional.empty();
              }
              return Optional.of(choices[index]);
            });
  }

  /** Whether the value is a list. */
  boolean isList() {
    return node instanceof SequenceNode;
  }

  /** Whether the value has keys. */
  boolean isMapping() {
    return node instanceof MappingNode;
  }

  /** The text as it stands in the file, empty when it is no text. */
  String rawText() {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "";
  }

  /** What the value is, without showing it: it may be a secret in the wrong place. */
  private String kind() {
    return switch (node.getNodeType()) {
      case MAPPING -> "keys";
      case SEQUENCE -> "a list";
      case SCALAR -> rawText().isEmpty() ? "nothing" : "a single value";
      case ANCHOR -> "an anchor";
    };
  }

  /** The shortest form that {@link #duration} reads. */
  static String print(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 3_600_000 == 0 && millis > 0) {
      return millis / 3_600_000 + "h";
    }
    if (millis % 60_000 == 0 && millis > 0) {
      return millis / 60_000 + "m";
    }
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  /** The shortest form that {@link #bytes} reads. */
  static String printBytes(long bytes) {
    for (String unit : List.of("b", "kb", "mb")) {
      if (bytes % 1024 != 0 || bytes == 0) {
        return bytes + unit;
      }
      bytes /= 1024;
    }
    return bytes + "gb";
  }
}
