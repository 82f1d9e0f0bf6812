package io.understudy.replication.stage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The border between the part of a dataset that is kept and the rest, and what becomes of commands
 * that touch both.
 *
 * <p>Where the value of a kept key would depend on a key outside, that value must be fetched. A key
 * whose value is being fetched is <em>fenced</em>: it counts as outside until the value is there.
 */
final class Edge {
  private static final byte[] DEL = ascii("DEL");
  private static final byte[] MSET = ascii("MSET");
  private static final byte[] SADD = ascii("SADD");
  private static final byte[] SREM = ascii("SREM");
  private static final byte[] LPOP = ascii("LPOP");
  private static final byte[] RPOP = ascii("RPOP");

  /** What Sentinels tell each other about the source is wrong of every other server. */
  private static final String SENTINEL_HELLO = "__sentinel__:hello";

  private final Selection selection;
  private final boolean renames;
  private final Policies policies;
  private final Set<KeyName> fenced;

  /**
   * @param policies what of it concerns messages and functions
   * @param renames whether keys get other names, so that a command may only pass if all of its keys
   *     are known
   * @param fenced keys that count as outside for now; read at each ruling
   */
  Edge(Selection selection, Policies policies, boolean renames, Set<KeyName> fenced) {
    this.selection = selection;
    this.policies = policies;
    this.renames = renames;
    this.fenced = fenced;
  }

  /** Rules on a command that is given while {@code database} is selected. */
  Ruling rule(StreamCommand c, int database) {
    return switch (CommandForm.of(c.command())) {
      case TOGETHER -> together(c, database);
      case KEYS -> keys(c, database);
      case PAIRS -> pairs(c, database);
      case COUNTED_PAIRS -> countedPairs(c, database);
      case MOVE_MEMBER -> moveMember(c, database);
      case RENAME -> rename(c, database);
      case COPY -> copy(c, database);
      case MOVE_ELEMENT -> moveElement(c, database);
      case STORE_FIRST -> store(c, database);
      case STORE_WORD -> storeWord(c, database);
      case MOVE -> move(c, database);
      case COUNT -> kept(c, database) == c.keys().count() ? Ruling.PASS : Ruling.DROP;
      case SWAP_DATABASES -> swap(c);
      case FLUSH_DATABASE -> selection.hasDatabase(database) ? Ruling.PASS : Ruling.DROP;
      case EVERYWHERE -> Ruling.PASS;
      case FUNCTION -> policies.passFunctions() ? Ruling.PASS : Ruling.DROP;
      case MESSAGE -> message(c);
      case SCRIPT -> script();
    };
  }

  private Ruling message(StreamCommand c) {
    return policies.passMessages() && !(c.count() > 1 && c.is(1, SENTINEL_HELLO))
        ? Ruling.PASS
        : Ruling.DROP;
  }

  private boolean isEverything() {
    return selection.isEverything() && fenced.isEmpty() && !renames;
  }

  /** Whether the key that is a word of the command is on this side. */
  private boolean has(StreamCommand c, int database, int word) {
    int from = c.arguments().offset(word);
    return selection.has(database, c.bytes(), from, c.arguments().length(word))
        && (fenced.isEmpty() || !fenced.contains(new KeyName(database, c.word(word))));
  }

  private int kept(StreamCommand c, int database) {
    int kept = 0;
    for (int i = 0; i < c.keys().count(); i++) {
      kept += has(c, database, c.keys().argument(i)) ? 1 : 0;
    }
    return kept;
  }

  private Ruling together(StreamCommand c, int database) {
    int keys = c.keys().count();
    if (keys == 1 && c.keys().isComplete()) {
      return has(c, database, c.keys().argument(0)) ? Ruling.PASS : Ruling.DROP;
    }
    if (isEverything()) {
      return Ruling.PASS;
    }
    if (c.command().isUnknown()) {
      return new Ruling.Stop(
          "the source sent "
              + c
              + ", a command that neither is known here nor tells its keys in the source's"
              + " COMMAND");
    }
    if (!c.keys().isComplete() || keys == 0) {
      return new Ruling.Stop("nobody can tell which keys " + c + " changes");
    }
    int kept = kept(c, database);
    if (kept == 0) {
      return Ruling.DROP;
    }
    return kept == keys ? Ruling.PASS : fetchKept(c, database);
  }

  /** Whatever it made of the kept keys, their values tell. */
  private Ruling fetchKept(StreamCommand c, int database) {
    List<KeyName> kept = new ArrayList<>();
    for (int i = 0; i < c.keys().count(); i++) {
      if (has(c, database, c.keys().argument(i))) {
        kept.add(new KeyName(database, c.word(c.keys().argument(i))));
      }
    }
    return new Ruling.Fetch(List.of(), kept);
  }

  private Ruling keys(StreamCommand c, int database) {
    int kept = kept(c, database);
    if (kept == 0 || kept == c.keys().count()) {
      return kept == 0 ? Ruling.DROP : Ruling.PASS;
    }
    List<byte[]> words = new ArrayList<>();
    words.add(c.word(0));
    for (int i = 1; i < c.count(); i++) {
      if (has(c, database, i)) {
        words.add(c.word(i));
      }
    }
    return new Ruling.Replace(List.of(words));
  }

  /** MSETNX is only in the stream when it set everything, so a part of it is an MSET. */
  private Ruling pairs(StreamCommand c, int database) {
    int kept = kept(c, database);
    if (kept == 0 || kept == c.keys().count()) {
      return kept == 0 ? Ruling.DROP : Ruling.PASS;
    }
    List<byte[]> words = new ArrayList<>();
    words.add(MSET);
    addPairs(c, database, 1, c.count(), words);
    return new Ruling.Replace(List.of(words));
  }

  private Ruling countedPairs(StreamCommand c, int database) {
    int keys = c.keys().count();
    int kept = kept(c, database);
    if (kept == 0 || kept == keys) {
      return kept == 0 ? Ruling.DROP : Ruling.PASS;
    }
    int end = 2 + 2 * keys;
    List<byte[]> words = new ArrayList<>();
    words.add(c.word(0));
    words.add(ascii(Integer.toString(kept)));
    addPairs(c, database, 2, end, words);
    words.addAll(List.of(c.words(end, c.count())));
    return new Ruling.Replace(List.of(words));
  }

  private void addPairs(StreamCommand c, int database, int first, int end, List<byte[]> words) {
    for (int i = first; i + 1 < end; i += 2) {
      if (has(c, database, i)) {
        words.add(c.word(i));
        words.add(c.word(i + 1));
      }
    }
  }

  /** It is only in the stream when a member really moved. */
  private Ruling moveMember(StreamCommand c, int database) {
    boolean source = has(c, database, 1);
    boolean destination = has(c, database, 2);
    if (source == destination) {
      return source ? Ruling.PASS : Ruling.DROP;
    }
    return source
        ? Ruling.Replace.with(SREM, c.word(1), c.word(3))
        : Ruling.Replace.with(SADD, c.word(2), c.word(3));
  }

  private Ruling rename(StreamCommand c, int database) {
    return moved(c, has(c, database, 1), has(c, database, 2), new Place(database, 2));
  }

  private Ruling move(StreamCommand c, int database) {
    int target = c.database(2);
    return moved(c, has(c, database, 1), has(c, target, 1), new Place(target, 1));
  }

  /** Where the name of a destination is. */
  private record Place(int database, int word) {
    Ruling fetch(StreamCommand c) {
      return Ruling.Fetch.of(new KeyName(database, c.word(word)));
    }
  }

  /** The value of the key that is word 1 went to another place. */
  private static Ruling moved(StreamCommand c, boolean source, boolean destination, Place place) {
    if (source == destination) {
      return source ? Ruling.PASS : Ruling.DROP;
    }
    return source ? Ruling.Replace.with(DEL, c.word(1)) : place.fetch(c);
  }

  private Ruling copy(StreamCommand c, int database) {
    int target = database;
    for (int i = 3; i + 1 < c.count(); i++) {
      if (c.is(i, "DB")) {
        target = c.database(i + 1);
      }
    }
    if (!has(c, target, 2)) {
      return Ruling.DROP;
    }
    return has(c, database, 1) ? Ruling.PASS : new Place(target, 2).fetch(c);
  }

  private Ruling moveElement(StreamCommand c, int database) {
    boolean source = has(c, database, 1);
    boolean destination = has(c, database, 2);
    if (source == destination) {
      return source ? Ruling.PASS : Ruling.DROP;
    }
    boolean left = c.command().name().endsWith("lmove") && c.is(3, "LEFT");
    return source
        ? Ruling.Replace.with(left ? LPOP : RPOP, c.word(1))
        : new Place(database, 2).fetch(c);
  }

  private Ruling store(StreamCommand c, int database) {
    int destination = c.keys().argument(0);
    if (!has(c, database, destination)) {
      return Ruling.DROP;
    }
    return c.keys().isComplete() && kept(c, database) == c.keys().count()
        ? Ruling.PASS
        : new Place(database, destination).fetch(c);
  }

  /** Only with STORE are these writes; SORT may read keys that its patterns name. */
  private Ruling storeWord(StreamCommand c, int database) {
    int destination = 0;
    for (int i = 2; i + 1 < c.count(); i++) {
      if (c.is(i, "STORE") || c.is(i, "STOREDIST")) {
        destination = i + 1;
      }
    }
    if (destination == 0) {
      return new Ruling.Stop(c.text(0).toUpperCase(Locale.ROOT) + " without STORE is no write");
    }
    if (!has(c, database, destination)) {
      return Ruling.DROP;
    }
    boolean plain = true;
    for (int i = 2; i + 1 < destination; i++) {
      plain &= !c.is(i, "BY") && !c.is(i, "GET");
    }
    return isEverything() || (!renames && plain && has(c, database, 1))
        ? Ruling.PASS
        : new Place(database, destination).fetch(c);
  }

  private Ruling swap(StreamCommand c) {
    boolean first = selection.hasDatabase(c.database(1));
    boolean second = selection.hasDatabase(c.database(2));
    if (first && second) {
      return Ruling.PASS;
    }
    return !first && !second
        ? Ruling.DROP
        : new Ruling.Resync(
            "databases " + c.text(1) + " and " + c.text(2) + " were swapped across the filter");
  }

  /** Every supported server sends what a script did, not the script. */
  private Ruling script() {
    return isEverything()
        ? Ruling.PASS
        : new Ruling.Stop("the source replicates scripts as they are called, not what they do");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
