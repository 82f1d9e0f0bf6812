package io.understudy.replication.rdb;

import io.understudy.replication.rdb.RdbVersion.Family;
import org.jspecify.annotations.Nullable;

/**
 * The encodings of values: the byte before a key, what it holds, and how to walk over it.
 *
 * <p>The layouts were walked byte by byte on files of Redis 6.0 to 8.6 and Valkey 8.0 to 9.1, but
 * for {@link #STREAM_5}, {@link #ARRAY} and the templates, which no server at hand writes: those
 * follow the descriptions of other readers of the format.
 */
public enum EntryType {
  STRING(0, ValueKind.STRING, "s"),
  LIST(1, ValueKind.LIST, "*(s)"),
  SET(2, ValueKind.SET, "*(s)"),
  ZSET(3, ValueKind.SORTED_SET, "*(sd)"),
  HASH(4, ValueKind.HASH, "*(ss)"),
  ZSET_2(5, ValueKind.SORTED_SET, "*(s8)"),
  /** Its name, at the value's beginning, is read with the key. */
  MODULE_2(7, ValueKind.MODULE, "m"),
  HASH_ZIPMAP(9, ValueKind.HASH, "s"),
  LIST_ZIPLIST(10, ValueKind.LIST, "s"),
  SET_INTSET(11, ValueKind.SET, "s"),
  ZSET_ZIPLIST(12, ValueKind.SORTED_SET, "s"),
  HASH_ZIPLIST(13, ValueKind.HASH, "s"),
  LIST_QUICKLIST(14, ValueKind.LIST, "*(s)"),
  STREAM(15, ValueKind.STREAM, "*(ss)lll*(sll*(888l)*(s8*(88)))"),
  HASH_LISTPACK(16, ValueKind.HASH, "s"),
  ZSET_LISTPACK(17, ValueKind.SORTED_SET, "s"),
  LIST_QUICKLIST_2(18, ValueKind.LIST, "*(cs)"),
  STREAM_2(19, ValueKind.STREAM, "*(ss)llllllll*(slll*(888l)*(s8*(88)))"),
  SET_LISTPACK(20, ValueKind.SET, "s"),
  STREAM_3(21, ValueKind.STREAM, "*(ss)llllllll*(slll*(888l)*(s88*(88)))"),
  /** Release candidates of Redis 7.4: times are absolute. */
  HASH_METADATA_PRE_GA(22, Family.REDIS, ValueKind.HASH, "*(lss)"),
  HASH_LISTPACK_EX_PRE_GA(23, Family.REDIS, ValueKind.HASH, "s"),
  /** Redis 7.4: the least time, then times relative to it. */
  HASH_METADATA(24, Family.REDIS, ValueKind.HASH, "8*(lss)"),
  HASH_LISTPACK_EX(25, Family.REDIS, ValueKind.HASH, "8s"),
  /** Redis 8.6, for every stream: ends with what IDMP remembers. */
  STREAM_4(
      26, Family.REDIS, ValueKind.STREAM, "*(ss)llllllll*(slll*(888l)*(s88*(88)))ll*(s*(sll))ll"),
  /** Redis 8.8: each group ends with the ids that were refused. */
  STREAM_5(
      27,
      Family.REDIS,
      ValueKind.STREAM,
      "*(ss)llllllll*(slll*(888l)*(s88*(88))*(88))ll*(s*(sll))ll"),
  ARRAY(28, Family.REDIS, ValueKind.ARRAY, "n(v)"),
  /** Redis 8.10: values in a listpack whose first item names the template of the fields. */
  HASH_TEMPLATE_LISTPACK(30, Family.REDIS, ValueKind.HASH, "s"),
  /** Redis 8.10: the number of a template, then as many values as it has fields. */
  HASH_TEMPLATE_ARRAY(32, Family.REDIS, ValueKind.HASH, "t(s)"),
  /** Valkey 9.0: a hash with times of its fields, absolute, -1 for none. */
  HASH_2(22, Family.VALKEY, ValueKind.HASH, "*(ss8)");

  private static final int CODES = 256;
  private static final @Nullable EntryType[] OF_REDIS = new EntryType[CODES];
  private static final @Nullable EntryType[] OF_VALKEY = new EntryType[CODES];

  static {
    for (EntryType type : values()) {
      if (type.family != Family.VALKEY) {
        OF_REDIS[type.code] = type;
      }
      if (type.family != Family.REDIS) {
        OF_VALKEY[type.code] = type;
      }
    }
  }

  private final int code;
  private final @Nullable Family family;
  private final ValueKind kind;

  @SuppressWarnings("Immutable") // Its array never leaves this package, which only reads it.
  private final Layout layout;

  EntryType(int code, ValueKind kind, String layout) {
    this(code, null, kind, layout);
  }

  EntryType(int code, @Nullable Family family, ValueKind kind, String layout) {
    this.code = code;
    this.family = family;
    this.kind = kind;
    this.layout = Layout.of(layout);
  }

  /** The byte in the file. */
  public int code() {
    return code;
  }

  /** What it holds. */
  public ValueKind kind() {
    return kind;
  }

  /** Whether files of the given family can have it; most belong to both. */
  public boolean isOf(Family which) {
    return family == null || family == which;
  }

  Layout layout() {
    return layout;
  }

  /** The type that a byte means under a family's magic, or null when none is known. */
  public static @Nullable EntryType of(Family family, int code) {
    return switch (family) {
      case REDIS -> OF_REDIS[code];
      case VALKEY -> OF_VALKEY[code];
    };
  }
}
