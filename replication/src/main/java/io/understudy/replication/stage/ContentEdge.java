package io.understudy.replication.stage;

import io.understudy.replication.rdb.Value;
import io.understudy.replication.rdb.ValueKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of a command, whose keys are kept, because of what they hold: by their types, and by
 * rules for their values.
 *
 * <p>Most commands tell the type of what they write. Where one does not, or where a rule needs the
 * whole value, the value is read from the source. A key whose type is not kept is deleted whenever
 * it may have had another type before.
 */
final class ContentEdge {
  private static final byte[] DEL = Words.ascii("DEL");

  /** Commands that say nothing of a value, and do no harm where the key is not. */
  private static final Set<String> HARMLESS =
      Set.of("del", "unlink", "expire", "expireat", "pexpire", "pexpireat", "persist");

  /** Commands that write keys whatever type these had before. */
  private static final Set<String> REPLACING =
      Set.of("set", "setex", "psetex", "getset", "mset", "msetex", "bitop");

  /** Commands that make one type of several. */
  private static final Set<ValueKind> SORTABLE =
      Set.of(ValueKind.LIST, ValueKind.SET, ValueKind.SORTED_SET);

  private final Contents contents;

  ContentEdge(Contents contents) {
    this.contents = contents;
  }

  /** Rules on a command on which was ruled by its keys. */
  Ruling rule(StreamCommand c, int database, Ruling byKeys) {
    if (contents.isAll()) {
      return byKeys;
    }
    return switch (byKeys) {
      case Ruling.Pass() -> c.keys().count() == 0 ? byKeys : pass(c, database);
      case Ruling.Replace(List<List<byte[]>> commands) -> replace(commands, database);
      case Ruling.Drop drop -> drop;
      case Ruling.Lose lose -> lose;
      case Ruling.Fetch fetch -> fetch;
      case Ruling.Resync resync -> resync;
      case Ruling.Stop stop -> stop;
    };
  }

  private Ruling pass(StreamCommand c, int database) {
    String name = c.command().name();
    if (HARMLESS.contains(name)) {
      return Ruling.PASS;
    }
    boolean concerned = concerned(c);
    if (c.command().categories().contains("keyspace")) {
      return concerned || !contents.kinds().isEmpty() ? moved(c, database) : Ruling.PASS;
    }
    ValueKind kind = kind(c.command().categories());
    CommandForm form = CommandForm.of(c.command());
    boolean stores = form == CommandForm.STORE_FIRST || form == CommandForm.STORE_WORD;
    if (!contents.has(kind)) {
      return stores
          ? Ruling.Replace.with(DEL, c.word(destination(c)))
          : REPLACING.contains(name) ? deleteKeys(c) : Ruling.DROP;
    }
    if (stores) {
      boolean mixes = kind == ValueKind.LIST || kind == ValueKind.SORTED_SET;
      boolean known = contents.kinds().isEmpty() || contents.kinds().containsAll(SORTABLE);
      return concerned || (mixes && !known)
          ? fetch(List.of(), List.of(new KeyName(database, c.word(destination(c)))))
          : Ruling.PASS;
    }
    if (!concerned || !Contents.isGiven(kind)) {
      return Ruling.PASS;
    }
    return name.equals("set") && keepsNoTime(c)
        ? set(c, database)
        : fetch(List.of(), keys(c, database));
  }

  /** RENAME, MOVE, COPY and RESTORE tell no type. */
  private Ruling moved(StreamCommand c, int database) {
    return switch (CommandForm.of(c.command())) {
      case RENAME ->
          fetch(List.of(List.of(DEL, c.word(1))), List.of(new KeyName(database, c.word(2))));
      case MOVE ->
          fetch(List.of(List.of(DEL, c.word(1))), List.of(new KeyName(c.database(2), c.word(1))));
      case COPY -> {
        int to = database;
        for (int i = 3; i + 1 < c.count(); i++) {
          to = c.is(i, "DB") ? c.database(i + 1) : to;
        }
        yield fetch(List.of(), List.of(new KeyName(to, c.word(2))));
      }
      default -> fetch(List.of(), keys(c, database));
    };
  }

  private boolean concerned(StreamCommand c) {
    for (int i = 0; i < c.keys().count(); i++) {
      int word = c.keys().argument(i);
      if (contents.concerns(c.bytes(), c.arguments().offset(word), c.arguments().length(word))) {
        return true;
      }
    }
    return false;
  }

  private static int destination(StreamCommand c) {
    if (CommandForm.of(c.command()) == CommandForm.STORE_FIRST) {
      return c.keys().argument(0);
    }
    int found = 1;
    for (int i = 2; i + 1 < c.count(); i++) {
      if (c.is(i, "STORE") || c.is(i, "STOREDIST")) {
        found = i + 1;
      }
    }
    return found;
  }

  private static List<KeyName> keys(StreamCommand c, int database) {
    List<KeyName> keys = new ArrayList<>();
    for (int i = 0; i < c.keys().count(); i++) {
      keys.add(new KeyName(database, c.word(c.keys().argument(i))));
    }
    return keys;
  }

  private static Ruling deleteKeys(StreamCommand c) {
    List<byte[]> words = new ArrayList<>(List.of(DEL));
    for (KeyName key : keys(c, 0)) {
      words.add(key.bytes());
    }
    return new Ruling.Replace(List.of(words));
  }

  private static boolean keepsNoTime(StreamCommand c) {
    for (int i = 3; i < c.count(); i++) {
      if (c.is(i, "KEEPTTL")) {
        return false;
      }
    }
    return true;
  }

  /** The whole value is in the command. */
  private Ruling set(StreamCommand c, int database) {
    byte[] key = c.word(1);
    Optional<Value> left = contents.apply(key, new Value.Text(c.word(2)));
    if (left.isPresent() && left.get() instanceof Value.Text(byte[] bytes)) {
      List<byte[]> words = new ArrayList<>(List.of(c.words(0, c.count())));
      words.set(2, bytes);
      return new Ruling.Replace(List.of(words));
    }
    return left.isEmpty()
        ? Ruling.Replace.with(DEL, key)
        : fetch(List.of(), List.of(new KeyName(database, key)));
  }

  /** Commands that an {@link Edge} puts in the place of others. */
  private Ruling replace(List<List<byte[]>> commands, int database) {
    List<List<byte[]>> said = new ArrayList<>();
    List<KeyName> read = new ArrayList<>();
    for (List<byte[]> words : commands) {
      String name = Words.text(words, 0).toUpperCase(Locale.ROOT);
      List<byte[]> keys = ReplacedKeys.of(words);
      ValueKind kind =
          switch (name) {
            case "SADD", "SREM" -> ValueKind.SET;
            case "LPOP", "RPOP" -> ValueKind.LIST;
            default -> ValueKind.STRING;
          };
      if (name.equals("DEL") || name.equals("UNLINK")) {
        said.add(words);
      } else if (!contents.has(kind)) {
        if (kind == ValueKind.STRING) {
          List<byte[]> delete = new ArrayList<>(List.of(DEL));
          delete.addAll(keys);
          said.add(delete);
        }
      } else if (keys.stream().anyMatch(key -> contents.concerns(key, 0, key.length))) {
        keys.forEach(key -> read.add(new KeyName(database, key)));
      } else {
        said.add(words);
      }
    }
    if (!read.isEmpty()) {
      return fetch(said, read);
    }
    return said.isEmpty() ? Ruling.DROP : new Ruling.Replace(said);
  }

  private static Ruling fetch(List<List<byte[]>> before, List<KeyName> keys) {
    return new Ruling.Fetch(before, keys);
  }

  private static ValueKind kind(Set<String> categories) {
    // SORT is of three categories, and writes a list.
    if (categories.contains("list")) {
      return ValueKind.LIST;
    }
    if (categories.contains("sortedset") || categories.contains("geo")) {
      return ValueKind.SORTED_SET;
    }
    if (categories.contains("set")) {
      return ValueKind.SET;
    }
    if (categories.contains("hash")) {
      return ValueKind.HASH;
    }
    if (categories.contains("stream")) {
      return ValueKind.STREAM;
    }
    boolean text =
        categories.contains("string")
            || categories.contains("bitmap")
            || categories.contains("hyperloglog");
    return text ? ValueKind.STRING : ValueKind.MODULE;
  }

  /** The words for a value that was read, as far as it is kept. */
  List<List<byte[]>> said(KeyName key, List<List<byte[]>> commands, ReadValue.Writer writer) {
    if (contents.isAll() || commands.size() < 2) {
      return commands;
    }
    ReadValue read = ReadValue.of(commands);
    if (!contents.has(read.kind())) {
      return commands.subList(0, 1);
    }
    byte[] name = key.bytes();
    if (!Contents.isGiven(read.kind()) || !contents.concerns(name, 0, name.length)) {
      return commands;
    }
    Optional<Value> left = contents.apply(name, read.value());
    return left.isEmpty()
        ? commands.subList(0, 1)
        : List.of(
            commands.getFirst(),
            List.of(
                Words.ascii("RESTORE"),
                name,
                Long.toString(read.expireAtMillis()).getBytes(StandardCharsets.US_ASCII),
                writer.payload(left.get()),
                Words.ascii("REPLACE"),
                Words.ascii("ABSTTL")));
  }
}
