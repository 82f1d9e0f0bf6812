package io.understudy.replication.rdb;

import java.util.function.Predicate;

/**
 * Passes those entries of a file that are chosen on to one writer, for tests of the writer alone.
 */
final class RdbFilter implements RdbHandler {
  private final Predicate<RdbEntry> choice;
  private final RdbWriter writer;

  /** A filter before the start of a file. */
  RdbFilter(Predicate<RdbEntry> choice, RdbWriter writer) {
    this.choice = choice;
    this.writer = writer;
  }

  @Override
  public void onStart(RdbVersion version) {
    writer.begin();
  }

  @Override
  public Take onRecord(RdbRecord record) {
    Take take = writer.wants(record);
    if (take != Take.NOTHING) {
      writer.beginRecord();
    }
    return take;
  }

  @Override
  public Take onEntry(RdbEntry entry) {
    if (!choice.test(entry)) {
      return Take.NOTHING;
    }
    Take take = writer.wants(entry, false);
    writer.beginEntry(entry, null, take, null);
    return take;
  }

  @Override
  public void onBytes(byte[] bytes, int offset, int length) {
    writer.bytes(bytes, offset, length);
  }

  @Override
  public void onPartEnd() {
    writer.endPart();
  }

  @Override
  public void onEnd() {
    writer.end();
  }
}
