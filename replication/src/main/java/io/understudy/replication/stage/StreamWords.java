package io.understudy.replication.stage;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.wire.command.Command;
import java.util.ArrayList;
import java.util.List;

/** Commands about values of the type stream, in words that a target knows. */
final class StreamWords {
  private static final Since LEAST_IDS = Since.redis(6, 2);
  private static final Since REFERENCES = Since.onlyRedis(8, 2);
  private static final Since IDEMPOTENCE = Since.onlyRedis(8, 6);

  private final RdbTarget target;

  StreamWords(RdbTarget target) {
    this.target = target;
  }

  Said say(Command command, List<byte[]> words, int database) {
    return switch (command.name()) {
      case "xadd" -> add(words, database);
      case "xtrim" -> trim(words, database);
      case "xdelex", "xackdel" -> byResult(words, database);
      case "xsetid" ->
          words.size() > 3 && !Dialect.knowsEntriesRead(target)
              ? Dialect.other(words.subList(0, 3))
              : Said.AS_IT_IS;
      case "xgroup|create", "xgroup|setid" -> group(words);
      // What producers sent is only remembered where it can be asked for; and a consumer of whom
      // nothing is known begins to be with what it is given.
      default -> Said.NOTHING;
    };
  }

  private static Said byResult(List<byte[]> words, int database) {
    return new Said.ByResult(List.of(), new KeyName(database, words.get(1)));
  }

  private Said group(List<byte[]> words) {
    int read = Words.find(words, 5, "ENTRIESREAD");
    return read > 0 && !Dialect.knowsEntriesRead(target)
        ? Dialect.other(Words.without(words, read, read + 2))
        : Said.AS_IT_IS;
  }

  /** Options stand before the id; a repetition of what was added before has {@code *} for one. */
  private Said add(List<byte[]> words, int database) {
    List<byte[]> kept = new ArrayList<>(words.subList(0, 2));
    boolean hard = false;
    boolean repeatable = false;
    int at = 2;
    while (true) {
      int length = length(words, at);
      if (length == 0) {
        break;
      }
      boolean idempotent = Words.isAny(words, at, "IDMP", "IDMPAUTO");
      repeatable |= idempotent;
      hard |= isHard(words, at);
      if (isKept(words, at)) {
        kept.addAll(words.subList(at, at + length));
      }
      at += length;
    }
    if (repeatable && Words.is(words, at, "*") && !IDEMPOTENCE.isIn(target)) {
      return Said.NOTHING;
    }
    if (hard) {
      return byResult(words, database);
    }
    kept.addAll(words.subList(at, words.size()));
    return kept.size() == words.size() ? Said.AS_IT_IS : Dialect.other(kept);
  }

  private Said trim(List<byte[]> words, int database) {
    List<byte[]> kept = new ArrayList<>(words.subList(0, 2));
    int at = 2;
    for (int length = length(words, at); length > 0; length = length(words, at)) {
      if (isHard(words, at)) {
        return byResult(words, database);
      }
      if (isKept(words, at)) {
        kept.addAll(words.subList(at, at + length));
      }
      at += length;
    }
    kept.addAll(words.subList(at, words.size()));
    return kept.size() == words.size() ? Said.AS_IT_IS : Dialect.other(kept);
  }

  /** How many words the option that begins here has; 0 if none begins here. */
  private static int length(List<byte[]> words, int at) {
    if (Words.isAny(words, at, "NOMKSTREAM", "KEEPREF", "DELREF", "ACKED")) {
      return 1;
    }
    if (Words.isAny(words, at, "IDMPAUTO", "LIMIT")) {
      return 2;
    }
    if (Words.is(words, at, "IDMP")) {
      return 3;
    }
    if (Words.isAny(words, at, "MAXLEN", "MINID")) {
      return Words.isAny(words, at + 1, "=", "~") ? 3 : 2;
    }
    return 0;
  }

  /** Whether the option changes what happens, in a way that the target cannot be told. */
  private boolean isHard(List<byte[]> words, int at) {
    return (Words.is(words, at, "MINID") && !LEAST_IDS.isIn(target))
        || (Words.isAny(words, at, "DELREF", "ACKED") && !REFERENCES.isIn(target));
  }

  private boolean isKept(List<byte[]> words, int at) {
    if (Words.is(words, at, "NOMKSTREAM")) {
      return LEAST_IDS.isIn(target);
    }
    if (Words.isAny(words, at, "KEEPREF", "DELREF", "ACKED")) {
      return REFERENCES.isIn(target);
    }
    return !Words.isAny(words, at, "IDMP", "IDMPAUTO") || IDEMPOTENCE.isIn(target);
  }
}
