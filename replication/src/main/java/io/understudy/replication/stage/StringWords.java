package io.understudy.replication.stage;

import static io.understudy.replication.stage.Words.command;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.wire.command.CommandTable;
import java.util.ArrayList;
import java.util.List;

/** Commands that set strings, in words that a target knows. */
final class StringWords {
  /** {@code SET … PXAT}. */
  private static final Since ABSOLUTE_TIMES = Since.redis(6, 2);

  private final RdbTarget target;

  StringWords(RdbTarget target) {
    this.target = target;
  }

  /** {@code SET key value}, then conditions and a time. */
  Said set(List<byte[]> words) {
    if (words.size() == 3) {
      return Said.AS_IT_IS;
    }
    return new Said.Otherwise(withTime(words.subList(0, 3), List.of(words.get(1)), time(words, 3)));
  }

  /** {@code MSETEX n}, then keys and values in turn, conditions and a time. */
  Said setSeveral(List<byte[]> words) {
    if (CommandAges.has(target, CommandTable.standard().named("msetex"))) {
      return Said.AS_IT_IS;
    }
    int end = 2 + 2 * Words.number(words, 1);
    List<byte[]> time = time(words, end);
    List<List<byte[]>> commands = new ArrayList<>();
    if (time.isEmpty()) {
      List<byte[]> all = new ArrayList<>(command("MSET"));
      all.addAll(words.subList(2, end));
      commands.add(all);
    } else {
      for (int i = 2; i < end; i += 2) {
        List<byte[]> one = command("SET", words.get(i), words.get(i + 1));
        commands.addAll(withTime(one, List.of(words.get(i)), time));
      }
    }
    return new Said.Otherwise(commands);
  }

  /** The words of the options that say how long a value lives; none if it lives on. */
  private static List<byte[]> time(List<byte[]> words, int from) {
    for (int i = from; i < words.size(); i++) {
      if (Words.is(words, i, "KEEPTTL")) {
        return words.subList(i, i + 1);
      }
      if (Words.isAny(words, i, "PXAT", "EXAT", "PX", "EX")) {
        return words.subList(i, i + 2);
      }
      if (Words.isAny(words, i, "IFEQ", "IFNE", "IFDEQ", "IFDNE")) {
        i++; // what stands behind it is a value, whatever it looks like
      }
    }
    return List.of();
  }

  private List<List<byte[]>> withTime(List<byte[]> set, List<byte[]> key, List<byte[]> time) {
    boolean absolute = !time.isEmpty() && Words.isAny(time, 0, "PXAT", "EXAT");
    if (!absolute || ABSOLUTE_TIMES.isIn(target)) {
      List<byte[]> whole = new ArrayList<>(set);
      whole.addAll(time);
      return List.of(whole);
    }
    String expire = Words.is(time, 0, "PXAT") ? "PEXPIREAT" : "EXPIREAT";
    return List.of(set, command(expire, key.getFirst(), time.get(1)));
  }
}
