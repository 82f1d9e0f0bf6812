package io.understudy.replication.stage;

import static io.understudy.replication.stage.Words.ascii;
import static io.understudy.replication.stage.Words.command;

import io.understudy.replication.rdb.DumpPayload;
import io.understudy.replication.rdb.RdbException;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.wire.command.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The words that a feed's replicas know. Immutable; any thread.
 *
 * <p>A replica that does not know a command skips it in silence, keeps its link up, and
 * acknowledges it all the same. So what it does not know is said in older words, or by its result,
 * or not at all, and then the feed stops. What servers of each version replicate, and in which
 * words, was seen on Redis 6.0 to 8.6 and Valkey 8.0 to 9.1.
 *
 * <p>A condition such as {@code NX} is left out where it is not known: what did not happen is not
 * in the stream.
 */
final class Dialect {
  private static final Since SINCE_6_2 = Since.redis(6, 2);
  private static final Since SINCE_7_0 = Since.redis(7, 0);
  private static final Since BIT_OPERATIONS = Since.onlyRedis(8, 2);
  private static final Since POLYGONS = Since.onlyValkey(9, 0);

  /** The longest string in a value that is written for other servers. */
  private static final int MAX_STRING_BYTES = 512 << 20;

  private final Optional<RdbTarget> target;

  private Dialect(Optional<RdbTarget> target) {
    this.target = target;
  }

  /**
   * The words of some servers.
   *
   * @param target empty for those that know whatever the source says
   */
  static Dialect of(Optional<RdbTarget> target) {
    return new Dialect(target);
  }

  /** Whether everything is said as it is. */
  boolean isSourcesOwn() {
    return target.isEmpty();
  }

  /** Whether what cannot be said may be left out. */
  boolean mayLose() {
    return target.isPresent() && target.get().loss() == RdbTarget.Loss.ALLOWED;
  }

  /** Says a command that was given while {@code database} is selected. */
  Said say(Command command, List<byte[]> words, int database) {
    if (target.isEmpty()) {
      return Said.AS_IT_IS;
    }
    RdbTarget to = target.get();
    return switch (command.name()) {
      case "set" -> new StringWords(to).set(words);
      case "msetex" -> new StringWords(to).setSeveral(words);
      case "pexpireat" -> words.size() > 3 ? other(words.subList(0, 3)) : Said.AS_IT_IS;
      case "hsetex" -> new HashWords(to).set(words, database);
      case "hpexpireat", "hpersist", "hgetdel" -> new HashWords(to).change(words);
      case "xadd", "xtrim", "xgroup|create", "xgroup|setid", "xsetid" ->
          new StreamWords(to).say(command, words, database);
      case "xdelex", "xackdel", "xcfgset", "xidmprecord", "xgroup|createconsumer" ->
          CommandAges.has(to, command)
              ? Said.AS_IT_IS
              : new StreamWords(to).say(command, words, database);
      case "zadd" -> byResultIf(!SINCE_6_2.isIn(to) && compares(words), words, 1, database);
      case "bitop" -> byResultIf(!BIT_OPERATIONS.isIn(to) && isNewBitOp(words), words, 2, database);
      case "geosearchstore" ->
          byResultIf(
              !CommandAges.has(to, command)
                  || (Words.find(words, 3, "BYPOLYGON") > 0 && !POLYGONS.isIn(to)),
              words,
              1,
              database);
      // Where there is nothing to search, Redis 6.0 leaves the destination as it was.
      case "georadius", "georadiusbymember" ->
          byResultIf(!SINCE_6_2.isIn(to) && stored(words) > 0, words, stored(words), database);
      case "zrangestore", "zdiffstore" ->
          byResultIf(!CommandAges.has(to, command), words, 1, database);
      case "copy" -> CommandAges.has(to, command) ? Said.AS_IT_IS : copy(words, database);
      case "lmove" -> CommandAges.has(to, command) ? Said.AS_IT_IS : move(words, database);
      case "lpop", "rpop" -> words.size() == 2 || SINCE_6_2.isIn(to) ? Said.AS_IT_IS : pop(words);
      case "restore" -> restore(to, words);
      case "function|restore" -> functions(to, words);
      case "flushall", "flushdb" -> firstWords(to, words, 1);
      case "script|flush" -> firstWords(to, words, 2);
      case "spublish" -> CommandAges.has(to, command) ? Said.AS_IT_IS : Said.NOTHING;
      default -> CommandAges.has(to, command) ? Said.AS_IT_IS : unknown(to, words);
    };
  }

  static Said other(List<byte[]> words) {
    return Said.Otherwise.with(words);
  }

  private static Said unknown(RdbTarget to, List<byte[]> words) {
    return new Said.Unsayable(to + " does not know " + Words.text(words, 0));
  }

  private static Said byResultIf(boolean needed, List<byte[]> words, int key, int database) {
    return needed
        ? new Said.ByResult(List.of(), new KeyName(database, words.get(key)))
        : Said.AS_IT_IS;
  }

  /** Behind the flags come scores, which are numbers. */
  private static boolean compares(List<byte[]> words) {
    int at = 2;
    while (Words.isAny(words, at, "NX", "XX", "CH", "INCR")) {
      at++;
    }
    return Words.isAny(words, at, "GT", "LT");
  }

  /** Which word is the key that a search is stored in; 0 if none is. */
  private static int stored(List<byte[]> words) {
    return Math.max(Words.find(words, 5, "STORE"), Words.find(words, 5, "STOREDIST")) + 1;
  }

  private static boolean isNewBitOp(List<byte[]> words) {
    return Words.isAny(words, 1, "DIFF", "DIFF1", "ANDOR", "ONE");
  }

  private static Said copy(List<byte[]> words, int database) {
    int option = Words.find(words, 3, "DB");
    int to = option > 0 ? Words.number(words, option + 1) : database;
    return new Said.ByResult(List.of(), new KeyName(to, words.get(2)));
  }

  private static Said move(List<byte[]> words, int database) {
    byte[] from = words.get(1);
    byte[] to = words.get(2);
    boolean left = Words.is(words, 3, "LEFT");
    if (!left && Words.is(words, 4, "LEFT")) {
      return other(command("RPOPLPUSH", from, to));
    }
    KeyName changed = new KeyName(database, to);
    return java.util.Arrays.equals(from, to)
        ? new Said.ByResult(List.of(), changed)
        : new Said.ByResult(List.of(command(left ? "LPOP" : "RPOP", from)), changed);
  }

  private static Said pop(List<byte[]> words) {
    int count = Words.number(words, 2);
    return other(
        Words.is(words, 0, "LPOP")
            ? command("LTRIM", words.get(1), ascii(Integer.toString(count)), ascii("-1"))
            : command("LTRIM", words.get(1), ascii("0"), ascii(Integer.toString(-count - 1))));
  }

  private static Said restore(RdbTarget to, List<byte[]> words) {
    try {
      List<byte[]> other = new ArrayList<>(words);
      other.set(3, DumpPayload.parse(words.get(3)).bytesFor(to, MAX_STRING_BYTES));
      return other(other);
    } catch (RdbException e) {
      return new Said.Unsayable(
          "the value that RESTORE gives the key " + Words.text(words, 1) + ": " + e.getMessage());
    }
  }

  private static Said functions(RdbTarget to, List<byte[]> words) {
    if (!to.knowsFunctions()) {
      return unknown(to, words);
    }
    List<byte[]> other = new ArrayList<>(words);
    other.set(2, DumpPayload.functionsFor(to, words.get(2)));
    return other(other);
  }

  private static Said firstWords(RdbTarget to, List<byte[]> words, int known) {
    return words.size() > known && !SINCE_6_2.isIn(to)
        ? other(words.subList(0, known))
        : Said.AS_IT_IS;
  }

  /** Before 7.0, what groups and streams remember of entries that are gone is not kept. */
  static boolean knowsEntriesRead(RdbTarget to) {
    return SINCE_7_0.isIn(to);
  }
}
