package io.understudy.wire.keys;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.KeySpec;
import java.util.Arrays;

/**
 * Finds which arguments of a command are keys, by the key specs of the command table.
 *
 * <p>Reused: {@link #find} replaces what was found before. The rules are those by which servers
 * answer COMMAND GETKEYS (getKeysUsingKeySpecs in db.c), with one difference: a keyword that is
 * looked for from the end is really looked for backwards.
 */
public final class KeyFinder {
  private static final int USUAL_KEYS = 16;

  private int[] found = new int[USUAL_KEYS];
  private int[] specs = new int[USUAL_KEYS];
  private int spec;
  private int count;
  private boolean complete;

  /** Without keys until {@link #find}. */
  public KeyFinder() {}

  /**
   * Finds the keys of a command.
   *
   * @param command the command or, of a container, the subcommand
   * @param arguments its arguments, name and all
   * @return {@link #isComplete()}
   */
  public boolean find(Command command, Arguments arguments) {
    if (found.length > Arguments.KEPT_ARGUMENTS) {
      found = new int[USUAL_KEYS];
      specs = new int[USUAL_KEYS];
    }
    count = 0;
    complete = !command.isUnknown();
    for (int i = 0; i < command.keySpecs().size(); i++) {
      KeySpec next = command.keySpecs().get(i);
      spec = i;
      if (!next.isNotKey()) {
        complete &= apply(next, arguments) && !next.isIncomplete();
      }
    }
    return complete;
  }

  /** Adds the keys of one spec; false when the arguments do not fit it. */
  private boolean apply(KeySpec spec, Arguments arguments) {
    int first =
        switch (spec.begin()) {
          case KeySpec.AtIndex(int position) -> position;
          case KeySpec.AfterKeyword(String keyword, int startFrom) ->
              behind(keyword, startFrom, arguments);
          case KeySpec.Unspecified() -> -1;
        };
    if (first <= 0) {
      return first == 0;
    }
    return switch (spec.find()) {
      case KeySpec.Range range -> range(first, range, arguments.count());
      case KeySpec.Counted counted -> counted(first, counted, arguments);
      case KeySpec.Unspecified() -> false;
    };
  }

  /** The argument behind a keyword; 0 when the keyword is not there, which is no mistake. */
  private static int behind(String keyword, int startFrom, Arguments arguments) {
    int step = startFrom > 0 ? 1 : -1;
    int start = startFrom > 0 ? startFrom : arguments.count() + startFrom;
    for (int i = start; i > 0 && i < arguments.count(); i += step) {
      if (arguments.is(i, keyword)) {
        return i + 1;
      }
    }
    return 0;
  }

  private boolean range(int first, KeySpec.Range range, int arguments) {
    int last =
        range.last() >= 0
            ? first + range.last()
            : range.limit() > 1
                ? first + (arguments - first) / range.limit() + range.last()
                : arguments + range.last();
    return add(first, last, range.step(), arguments);
  }

  private boolean counted(int first, KeySpec.Counted counted, Arguments arguments) {
    int numberAt = first + counted.numberAt();
    int keys = numberAt < arguments.count() ? arguments.number(numberAt) : -1;
    if (keys <= 0) {
      return keys == 0; // EVAL without keys
    }
    int begin = first + counted.first();
    long last = begin + (keys - 1L) * counted.step();
    return last < arguments.count() && add(begin, (int) last, counted.step(), arguments.count());
  }

  private boolean add(int first, int last, int step, int arguments) {
    if (last >= arguments || last < first || step <= 0) {
      return false;
    }
    for (int i = first; i <= last; i += step) {
      if (count == found.length) {
        found = Arrays.copyOf(found, count * 2);
        specs = Arrays.copyOf(specs, count * 2);
      }
      specs[count] = spec;
      found[count++] = i;
    }
    return true;
  }

  /** How many keys were found; a key that two specs find counts twice. */
  public int count() {
    return count;
  }

  /** Which argument a key is. */
  public int argument(int key) {
    return found[key];
  }

  /** Which of the command's key specs found a key. */
  public int spec(int key) {
    return specs[key];
  }

  /**
   * Whether these are all keys of the command. If not, the command is unknown, its specs do not
   * tell everything, or its arguments do not fit them, and then a server would refuse it.
   */
  public boolean isComplete() {
    return complete;
  }
}
