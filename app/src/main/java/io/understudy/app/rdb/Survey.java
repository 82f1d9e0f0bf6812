package io.understudy.app.rdb;

import io.understudy.replication.rdb.EntryType;
import io.understudy.replication.rdb.RdbEntry;
import io.understudy.replication.rdb.RdbHandler;
import io.understudy.replication.rdb.RdbRecord;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.replication.rdb.Take;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Counts what a file holds, and finds its biggest keys. Values are walked over, not read. */
public final class Survey implements RdbHandler {
  private static final int MAX_SHOWN_FIELDS = 40;
  private static final int MAX_SHOWN_FIELD_BYTES = 200;

  private final Predicate<RdbEntry> choice;
  private final int biggestWanted;
  private final SortedMap<Integer, Counts> databases = new TreeMap<>();
  private final Map<EntryType, Counts> types = new EnumMap<>(EntryType.class);
  private final Map<String, String> fields = new LinkedHashMap<>();
  private final PriorityQueue<Big> biggest =
      new PriorityQueue<>(Comparator.comparingLong(Big::bytes));
  private String version = "";
  private long functions;
  private long moduleData;

  private Counts ofDatabase = new Counts();
  private Counts ofType = new Counts();
  private EntryType type = EntryType.STRING;
  private int database;
  private byte[] key = {};
  private int keyLength;
  private long bytes;

  /** Of how many keys, with how many bytes. */
  private static final class Counts {
    private long keys;
    private long expiring;
    private long bytes;
  }

  private record Big(long bytes, String name) {}

  /**
   * A survey of nothing yet.
   *
   * @param choice the keys that are looked at
   * @param biggestWanted how many of the biggest keys are to be named
   */
  public Survey(Predicate<RdbEntry> choice, int biggestWanted) {
    this.choice = choice;
    this.biggestWanted = biggestWanted;
  }

  @Override
  public void onStart(RdbVersion of) {
    version = of.toString();
  }

  @Override
  public Take onRecord(RdbRecord record) {
    switch (record) {
      case RdbRecord.Auxiliary(byte[] field, byte[] value) -> {
        if (fields.size() < MAX_SHOWN_FIELDS && value.length <= MAX_SHOWN_FIELD_BYTES) {
          fields.put(text(field), text(value));
        }
      }
      case RdbRecord.Function _ -> functions++;
      case RdbRecord.ModuleData _ -> moduleData++;
      case RdbRecord.Database _, RdbRecord.Sizes _, RdbRecord.SlotSizes _ -> {}
      case RdbRecord.SlotImport _, RdbRecord.Template _ -> {}
    }
    return Take.NOTHING;
  }

  @Override
  public Take onEntry(RdbEntry entry) {
    if (!choice.test(entry)) {
      return Take.NOTHING;
    }
    ofDatabase = databases.computeIfAbsent(entry.database(), _ -> new Counts());
    ofType = types.computeIfAbsent(entry.type(), _ -> new Counts());
    for (Counts counts : List.of(ofDatabase, ofType)) {
      counts.keys++;
      counts.expiring += entry.hasExpiry() ? 1 : 0;
    }
    // The key is only valid now, and whether it is among the biggest is only known later.
    type = entry.type();
    database = entry.database();
    keyLength = entry.keyLength();
    if (key.length < keyLength) {
      key = new byte[keyLength];
    }
    System.arraycopy(entry.keyArray(), entry.keyOffset(), key, 0, keyLength);
    bytes = 0;
    return Take.WHOLE;
  }

  @Override
  public void onBytes(byte[] piece, int offset, int length) {
    bytes += length;
  }

  @Override
  public void onPartEnd() {
    ofDatabase.bytes += bytes;
    ofType.bytes += bytes;
    if (biggest.size() < biggestWanted) {
      biggest.add(new Big(bytes, name()));
    } else if (biggestWanted > 0 && biggest.element().bytes() < bytes) {
      biggest.remove();
      biggest.add(new Big(bytes, name()));
    }
  }

  private String name() {
    return "database "
        + database
        + "  "
        + type.kind().word()
        + "  "
        + RdbEntry.shown(key, keyLength);
  }

  @Override
  public void onEnd() {}

  /** What was found, a line each. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(version + ", complete");
    fields.forEach((field, value) -> lines.add("  " + field + ": " + value));
    if (functions > 0) {
      lines.add("  libraries of functions: " + functions);
    }
    if (moduleData > 0) {
      lines.add("  parts of modules' own data: " + moduleData);
    }
    lines.add(String.format(Locale.ROOT, "%-26s %12s %12s %15s", "", "keys", "expiring", "bytes"));
    databases.forEach((number, counts) -> lines.add(line("database " + number, counts)));
    types.forEach((type, counts) -> lines.add(line(Encodings.name(type), counts)));
    if (!biggest.isEmpty()) {
      lines.add("biggest keys, by bytes in the file");
      biggest.stream()
          .sorted(Comparator.comparingLong(Big::bytes).reversed())
          .forEach(
              big -> lines.add(String.format(Locale.ROOT, "%15d  ", big.bytes()) + big.name()));
    }
    return lines;
  }

  private static String line(String what, Counts counts) {
    return String.format(
        Locale.ROOT, "%-26s %12d %12d %15d", what, counts.keys, counts.expiring, counts.bytes);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
  }
}
