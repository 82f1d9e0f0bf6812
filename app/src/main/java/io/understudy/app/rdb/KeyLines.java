package io.understudy.app.rdb;

import io.understudy.replication.rdb.RdbEntry;
import io.understudy.replication.rdb.RdbHandler;
import io.understudy.replication.rdb.RdbRecord;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.replication.rdb.Take;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Writes one line for each key: database, type, encoding, bytes, expiry, key. */
public final class KeyLines implements RdbHandler {
  private final Predicate<RdbEntry> choice;
  private final Consumer<String> out;
  private String start = "";
  private String rest = "";
  private long bytes;

  /** A list that is written to {@code out}, a line at a time. */
  public KeyLines(Predicate<RdbEntry> choice, Consumer<String> out) {
    this.choice = choice;
    this.out = out;
  }

  @Override
  public void onStart(RdbVersion version) {}

  @Override
  public Take onRecord(RdbRecord record) {
    return Take.NOTHING;
  }

  @Override
  public Take onEntry(RdbEntry entry) {
    if (!choice.test(entry)) {
      return Take.NOTHING;
    }
    start =
        entry.database() + "\t" + entry.type().kind().word() + "\t" + Encodings.name(entry.type());
    rest =
        (entry.hasExpiry() ? Instant.ofEpochMilli(entry.expireAtMillis()).toString() : "-")
            + "\t"
            + entry.shownKey();
    bytes = 0;
    return Take.WHOLE;
  }

  @Override
  public void onBytes(byte[] piece, int offset, int length) {
    bytes += length;
  }

  @Override
  public void onPartEnd() {
    out.accept(start + "\t" + bytes + "\t" + rest);
  }

  @Override
  public void onEnd() {}
}
