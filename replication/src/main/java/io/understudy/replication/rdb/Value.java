package io.understudy.replication.rdb;

import java.util.List;

/**
 * A decoded value: what the key holds, whatever its encoding was.
 *
 * <p>Items are in the order of the file. Arrays belong to whoever asked for the value; equality is
 * identity, as it is of arrays.
 */
public sealed interface Value {
  /** A string; numbers are in decimal. */
  @SuppressWarnings("ArrayRecordComponent")
  record Text(byte[] bytes) implements Value {}

  /** A list, head first. */
  record Items(List<byte[]> items) implements Value {
    public Items {
      items = List.copyOf(items);
    }
  }

  /** A set. */
  record Members(List<byte[]> members) implements Value {
    public Members {
      members = List.copyOf(members);
    }
  }

  /** A sorted set. */
  record Scores(List<Scored> members) implements Value {
    public Scores {
      members = List.copyOf(members);
    }
  }

  /** A member of a sorted set. The score may be infinite, never NaN. */
  @SuppressWarnings("ArrayRecordComponent")
  record Scored(byte[] member, double score) {}

  /** A hash. */
  record Fields(List<Field> fields) implements Value {
    public Fields {
      fields = List.copyOf(fields);
    }

    /** Whether a field has a time at which it expires. */
    public boolean haveTimes() {
      return fields.stream().anyMatch(field -> field.expireAtMillis() != Field.NEVER);
    }
  }

  /**
   * A field of a hash.
   *
   * @param expireAtMillis milliseconds since 1970, or {@link #NEVER}
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Field(byte[] name, byte[] value, long expireAtMillis) {
    /** In place of the time of a field that does not expire. */
    public static final long NEVER = -1;
  }

  /** A stream. */
  record Stream(StreamContent content) implements Value {}

  /**
   * What is carried and not understood: a module's value, an array.
   *
   * @param bytes the value as the file has it, without type and key
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Opaque(EntryType type, byte[] bytes) implements Value {}
}
