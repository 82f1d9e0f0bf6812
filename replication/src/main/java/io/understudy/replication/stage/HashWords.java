package io.understudy.replication.stage;

import static io.understudy.replication.stage.Words.command;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.wire.command.CommandTable;
import java.util.ArrayList;
import java.util.List;

/** Commands about fields that may expire, in words that a target knows. */
final class HashWords {
  private static final Since FIELD_TIMES = Since.redis(7, 4).andValkey(9, 0);

  private final RdbTarget target;

  HashWords(RdbTarget target) {
    this.target = target;
  }

  /** {@code HSETEX key}, conditions, a time, {@code FIELDS n}, then fields and values in turn. */
  Said set(List<byte[]> words, int database) {
    if (CommandAges.has(target, CommandTable.standard().named("hsetex"))) {
      return Said.AS_IT_IS;
    }
    int fields = fields(words);
    byte[] key = words.get(1);
    List<byte[]> set = new ArrayList<>(command("HSET", key));
    set.addAll(words.subList(fields + 2, words.size()));
    int time = option(words, fields, "PXAT");
    boolean keeps = option(words, fields, "KEEPTTL") > 0;
    if (!FIELD_TIMES.isIn(target)) {
      return time < 0 || isLossAllowed() ? Dialect.other(set) : timeless(key);
    }
    if (keeps) {
      return new Said.ByResult(List.of(), new KeyName(database, key));
    }
    if (time < 0) {
      return Dialect.other(set);
    }
    List<byte[]> expire = new ArrayList<>(command("HPEXPIREAT", key, words.get(time + 1)));
    expire.addAll(words.subList(fields, fields + 2));
    for (int i = fields + 2; i < words.size(); i += 2) {
      expire.add(words.get(i));
    }
    return new Said.Otherwise(List.of(set, expire));
  }

  /** {@code HPEXPIREAT}, {@code HPERSIST} or {@code HGETDEL}. */
  Said change(List<byte[]> words) {
    if (Words.is(words, 0, "HGETDEL")) {
      List<byte[]> delete = new ArrayList<>(command("HDEL", words.get(1)));
      delete.addAll(words.subList(fields(words) + 2, words.size()));
      return Dialect.other(delete);
    }
    if (FIELD_TIMES.isIn(target)) {
      return Said.AS_IT_IS;
    }
    // Without times nothing can be taken back; and what expires is deleted by the source.
    return Words.is(words, 0, "HPERSIST") || isLossAllowed()
        ? Said.NOTHING
        : timeless(words.get(1));
  }

  private boolean isLossAllowed() {
    return target.loss() == RdbTarget.Loss.ALLOWED;
  }

  private Said timeless(byte[] key) {
    return new Said.Unsayable(
        target
            + " has no times of fields of hashes, and a field of "
            + Words.text(List.of(key), 0)
            + " got one; allow the loss, or feed newer replicas");
  }

  private static int fields(List<byte[]> words) {
    int at = Words.find(words, 2, "FIELDS");
    if (at < 0) {
      throw new UncuttableException(Words.text(words, 0) + " names no fields");
    }
    return at;
  }

  private static int option(List<byte[]> words, int end, String name) {
    return Words.find(words.subList(0, end), 2, name);
  }
}
