package io.understudy.replication.rdb;

import java.util.Arrays;
import java.util.OptionalLong;

/**
 * What stands before a key's value: its database, name, type, and times.
 *
 * <p>The reader has one of these and fills it anew for each entry, so it is valid only during the
 * call that it was given to. Not thread-safe.
 */
public final class RdbEntry {
  /** In place of a time, an idle time or a frequency that the entry does not have. */
  public static final long NONE = -1;

  int database;
  EntryType type = EntryType.STRING;
  byte[] key = {};
  int keyOffset;
  int keyLength;
  boolean expires;
  long expireAtMillis;
  long idleSeconds;
  int frequency;
  boolean hasModuleMetadata;
  long moduleId;
  long offset;

  RdbEntry() {}

  /** The database that the last SELECTDB before it named. */
  public int database() {
    return database;
  }

  public EntryType type() {
    return type;
  }

  /** The array that holds the decoded key from {@link #keyOffset} on; not to be changed. */
  public byte[] keyArray() {
    return key;
  }

  public int keyOffset() {
    return keyOffset;
  }

  /** Bytes of the decoded key. */
  public int keyLength() {
    return keyLength;
  }

  /** A copy of the decoded key. */
  public byte[] key() {
    return Arrays.copyOfRange(key, keyOffset, keyOffset + keyLength);
  }

  public boolean hasExpiry() {
    return expires;
  }

  /** When it expires, in milliseconds since 1970; meaningless without {@link #hasExpiry}. */
  public long expireAtMillis() {
    return expireAtMillis;
  }

  /** When it expires, in milliseconds since 1970. */
  public OptionalLong expiry() {
    return expires ? OptionalLong.of(expireAtMillis) : OptionalLong.empty();
  }

  /** Seconds since it was last used, or {@link #NONE}. */
  public long idleSeconds() {
    return idleSeconds;
  }

  /** Its logarithmic counter of uses, 0 to 255, or {@link #NONE}. */
  public int frequency() {
    return frequency;
  }

  /** Whether modules attached data of their own to the key (Redis 8.6). */
  public boolean hasModuleMetadata() {
    return hasModuleMetadata;
  }

  /** The nine letters of a module's type; meaningless unless it is {@link EntryType#MODULE_2}. */
  public String moduleName() {
    return ModuleNames.of(moduleId);
  }

  /** Where its first byte is in the file: an attribute's or the type's. */
  public long offset() {
    return offset;
  }

  /** The key as people read it: quoted, escaped, cut when it is long. */
  public String shownKey() {
    return Text.quoted(key, keyOffset, keyLength);
  }

  /** A key that was copied out of an entry, as {@link #shownKey} shows it. */
  public static String shown(byte[] key, int length) {
    return Text.quoted(key, 0, length);
  }

  void clear(int inDatabase, long at) {
    database = inDatabase;
    offset = at;
    expires = false;
    expireAtMillis = NONE;
    idleSeconds = NONE;
    frequency = (int) NONE;
    hasModuleMetadata = false;
  }

  @Override
  public String toString() {
    return type + " " + shownKey() + " of database " + database + " at byte " + offset;
  }
}
