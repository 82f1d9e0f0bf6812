package io.understudy.replication.stage;

import io.understudy.replication.rdb.RdbEntry;
import io.understudy.replication.rdb.RdbHandler;
import io.understudy.replication.rdb.RdbRecord;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.replication.rdb.Take;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Splits one snapshot into parts while it is read: each entry's bytes go to the parts that keep its
 * key, and no value is ever held. One thread.
 */
public final class SnapshotStage implements RdbHandler {
  /** What the source says of itself, of its history and of its cluster is wrong of a part. */
  private static final Set<String> OWN_AUXILIARY =
      Set.of("repl-id", "repl-offset", "repl-stream-db", "slot-info", "cluster-asm-task");

  private final List<SnapshotPart> parts;
  private final List<SnapshotPart> taking = new ArrayList<>();
  private int database;
  private long entries;
  private long announced;
  private boolean ended;

  /** Splits into these parts. */
  public SnapshotStage(List<SnapshotPart> parts) {
    this.parts = List.copyOf(parts);
  }

  /** How many keys were read. */
  public long entries() {
    return entries;
  }

  /**
   * How many keys the databases so far were said to have: what {@link #entries()} comes to. Empty
   * before the first database.
   */
  public OptionalLong announcedEntries() {
    return announced == 0 ? OptionalLong.empty() : OptionalLong.of(announced);
  }

  /** Whether the snapshot is complete, and its checksum right. */
  public boolean isEnded() {
    return ended;
  }

  @Override
  public void onStart(RdbVersion version) {
    parts.forEach(part -> part.begin(version));
  }

  @Override
  public Take onRecord(RdbRecord record) {
    return switch (record) {
      case RdbRecord.Auxiliary(byte[] name, byte[] value) -> {
        if (!OWN_AUXILIARY.contains(new String(name, StandardCharsets.ISO_8859_1))) {
          parts.forEach(part -> part.auxiliary(name, value));
        }
        yield Take.NOTHING;
      }
      case RdbRecord.Database(int number) -> {
        database = number;
        yield Take.NOTHING;
      }
      case RdbRecord.Sizes(long keys, long expiring) -> {
        announced += keys;
        // A part would make room for keys that never come.
        parts.stream()
            .filter(SnapshotPart::isEverything)
            .forEach(part -> part.sizes(database, keys, expiring));
        yield Take.NOTHING;
      }
      case RdbRecord.SlotSizes sizes -> Take.NOTHING;
      case RdbRecord.SlotImport slots -> Take.NOTHING;
      case RdbRecord.Function function -> take(function);
      case RdbRecord.Template template -> take(template);
      case RdbRecord.ModuleData data -> take(data);
    };
  }

  private Take take(RdbRecord record) {
    taking.clear();
    for (SnapshotPart part : parts) {
      if (part.beginRecord(record)) {
        taking.add(part);
      }
    }
    return taking.isEmpty() ? Take.NOTHING : Take.WHOLE;
  }

  @Override
  public Take onEntry(RdbEntry entry) {
    entries++;
    taking.clear();
    Take take = Take.NOTHING;
    for (int i = 0; i < parts.size(); i++) {
      SnapshotPart part = parts.get(i);
      if (part.has(entry)) {
        taking.add(part);
        Take wanted = part.wants(entry);
        // The value alone serves those who would have taken all.
        take = take == Take.VALUE ? take : wanted;
      }
    }
    for (int i = 0; i < taking.size(); i++) {
      taking.get(i).beginEntry(entry, take);
    }
    return take;
  }

  @Override
  public void onBytes(byte[] bytes, int offset, int length) {
    for (int i = 0; i < taking.size(); i++) {
      taking.get(i).bytes(bytes, offset, length);
    }
  }

  @Override
  public void onPartEnd() {
    taking.forEach(SnapshotPart::endPart);
    taking.clear();
  }

  @Override
  public void onEnd() {
    parts.forEach(SnapshotPart::end);
    ended = true;
  }
}
