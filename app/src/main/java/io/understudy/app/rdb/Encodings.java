package io.understudy.app.rdb;

import io.understudy.replication.rdb.EntryType;
import java.util.Locale;

/** What encodings are called in lines for people. */
final class Encodings {
  private Encodings() {}

  /** Such as {@code hash-listpack-ex}. */
  static String name(EntryType type) {
    return type.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
