package io.understudy.replication.source;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.Command.Families;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.command.KeySpec;
import io.understudy.wire.frame.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a server's {@code COMMAND INFO} tells of one command: where its keys are. Pure.
 *
 * <p>A command that was only renamed tells its first name, and is then the one of the standard
 * table. Redis before 7.0 tells three numbers in the place of key specs.
 *
 * @param own the command; {@link Command#UNKNOWN} if the server does not tell
 * @param subcommands by their names in lower case
 */
public record CommandAnswer(Command own, Map<String, Command> subcommands) {
  private static final int NAME = 0;
  private static final int ARITY = 1;
  private static final int FLAGS = 2;
  private static final int FIRST_KEY = 3;
  private static final int LAST_KEY = 4;
  private static final int KEY_STEP = 5;
  private static final int KEY_SPECS = 8;
  private static final int SUBCOMMANDS = 9;

  /** Says that the first numbers do not tell all keys. */
  private static final String MOVABLE = "movablekeys";

  /** Makes the map unmodifiable. */
  public CommandAnswer {
    subcommands = Map.copyOf(subcommands);
  }

  /**
   * Reads an answer.
   *
   * @param frame the reply to COMMAND INFO with one name
   * @param id the id for commands that are not in the standard table
   */
  public static CommandAnswer read(Frame frame, int id) {
    if (!(frame instanceof Frame.Array(List<Frame> answers))
        || answers.size() != 1
        || !(answers.getFirst() instanceof Frame.Array(List<Frame> told))
        || told.size() <= KEY_STEP) {
      return new CommandAnswer(Command.UNKNOWN, Map.of());
    }
    Map<String, Command> subcommands = new HashMap<>();
    for (Frame each : items(told, SUBCOMMANDS)) {
      if (each instanceof Frame.Array(List<Frame> inner) && inner.size() > KEY_STEP) {
        String name = text(inner.get(NAME)).toLowerCase(Locale.ROOT);
        subcommands.put(name.substring(name.indexOf('|') + 1), command(inner, id));
      }
    }
    return new CommandAnswer(command(told, id), subcommands);
  }

  /** The command, given its second word in lower case. */
  public Command with(String second) {
    return subcommands.isEmpty() ? own : subcommands.getOrDefault(second, Command.UNKNOWN);
  }

  private static Command command(List<Frame> told, int id) {
    String name = text(told.get(NAME)).toLowerCase(Locale.ROOT);
    Command known = CommandTable.standard().named(name);
    if (!known.isUnknown() && !known.container()) {
      return known;
    }
    return new Command(
        id,
        name,
        Families.NONE,
        (int) number(told.get(ARITY)),
        0,
        told.size() > KEY_SPECS ? specs(items(told, KEY_SPECS)) : oldSpecs(told),
        Set.of(),
        Set.of(),
        false);
  }

  private static List<KeySpec> oldSpecs(List<Frame> told) {
    boolean movable = items(told, FLAGS).stream().anyMatch(flag -> text(flag).equals(MOVABLE));
    long first = number(told.get(FIRST_KEY));
    long last = number(told.get(LAST_KEY));
    if (movable) {
      return List.of(
          new KeySpec(Set.of("incomplete"), new KeySpec.Unspecified(), new KeySpec.Unspecified()));
    }
    return first <= 0
        ? List.of()
        : List.of(
            new KeySpec(
                Set.of(),
                new KeySpec.AtIndex((int) first),
                new KeySpec.Range(
                    (int) (last >= 0 ? last - first : last), (int) number(told.get(KEY_STEP)), 0)));
  }

  private static List<KeySpec> specs(List<Frame> told) {
    List<KeySpec> specs = new ArrayList<>();
    for (Frame each : told) {
      Map<String, Frame> spec = pairs(each);
      Set<String> flags = new LinkedHashSet<>();
      if (spec.get("flags") instanceof Frame.Array(List<Frame> words)) {
        words.forEach(word -> flags.add(text(word).toLowerCase(Locale.ROOT)));
      }
      specs.add(
          new KeySpec(
              flags, begin(pairs(spec.get("begin_search"))), find(pairs(spec.get("find_keys")))));
    }
    return specs;
  }

  private static KeySpec.Begin begin(Map<String, Frame> search) {
    Map<String, Frame> spec = pairs(search.get("spec"));
    return switch (text(search.get("type"))) {
      case "index" -> new KeySpec.AtIndex((int) number(spec.get("index")));
      case "keyword" ->
          new KeySpec.AfterKeyword(text(spec.get("keyword")), (int) number(spec.get("startfrom")));
      default -> new KeySpec.Unspecified();
    };
  }

  private static KeySpec.Find find(Map<String, Frame> search) {
    Map<String, Frame> spec = pairs(search.get("spec"));
    return switch (text(search.get("type"))) {
      case "range" ->
          new KeySpec.Range(
              (int) number(spec.get("lastkey")),
              (int) number(spec.get("keystep")),
              (int) number(spec.get("limit")));
      case "keynum" ->
          new KeySpec.Counted(
              (int) number(spec.get("keynumidx")),
              (int) number(spec.get("firstkey")),
              (int) number(spec.get("keystep")));
      default -> new KeySpec.Unspecified();
    };
  }

  /** A list of names and values in turn. */
  private static Map<String, Frame> pairs(@Nullable Frame frame) {
    Map<String, Frame> pairs = new HashMap<>();
    if (frame instanceof Frame.Array(List<Frame> items)) {
      for (int i = 0; i + 1 < items.size(); i += 2) {
        pairs.put(text(items.get(i)), items.get(i + 1));
      }
    }
    return pairs;
  }

  private static List<Frame> items(List<Frame> told, int index) {
    return index < told.size() && told.get(index) instanceof Frame.Array(List<Frame> items)
        ? items
        : List.of();
  }

  private static String text(@Nullable Frame frame) {
    return frame == null ? "" : ValueQuestion.text(frame);
  }

  private static long number(@Nullable Frame frame) {
    return frame instanceof Frame.Whole(long value) ? value : 0;
  }
}
