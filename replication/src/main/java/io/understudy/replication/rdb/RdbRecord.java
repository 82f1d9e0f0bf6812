package io.understudy.replication.rdb;

import java.util.List;

/**
 * A part of the file that is no key: what an opcode announces.
 *
 * <p>The arrays belong to whoever is given the record.
 */
public sealed interface RdbRecord {
  /**
   * A name and a value about the file, such as {@code redis-ver}; the first ones stand before all
   * keys.
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Auxiliary(byte[] name, byte[] value) implements RdbRecord {}

  /** The following keys are of this database. */
  record Database(int number) implements RdbRecord {}

  /** How many keys, and keys with an expiry, the present database has. */
  record Sizes(long keys, long expiring) implements RdbRecord {}

  /** How many keys and keys with an expiry a hash slot has; in files of cluster nodes. */
  record SlotSizes(long slot, long keys, long expiring) implements RdbRecord {}

  /**
   * A migration of slots that was under way in a Valkey cluster.
   *
   * @param ranges first and last slot of each range
   */
  @SuppressWarnings("ArrayRecordComponent")
  record SlotImport(byte[] job, List<Long> ranges) implements RdbRecord {
    public SlotImport {
      ranges = List.copyOf(ranges);
    }
  }

  /** The source of one library of functions. */
  @SuppressWarnings("ArrayRecordComponent")
  record Function(byte[] code) implements RdbRecord {}

  /** The names of fields that hashes after it share (Redis 8.10). */
  record Template(long number, List<byte[]> fields) implements RdbRecord {
    public Template {
      fields = List.copyOf(fields);
    }
  }

  /**
   * Data of a module that belongs to no key. Its bytes may be many.
   *
   * @param id the module's name and version, in the format's 64 bits
   * @param when whether it is meant before (1) or after (2) the keys
   */
  record ModuleData(long id, long when) implements RdbRecord {
    /** The module type's nine letters. */
    public String moduleName() {
      return ModuleNames.of(id);
    }
  }
}
