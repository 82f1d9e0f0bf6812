package io.understudy.replication.rdb;

/**
 * What a reader may be made to hold, so that damaged lengths cost no memory. Values are never held,
 * whatever their size.
 *
 * @param maxHeldBytes the longest key with its attributes, auxiliary field, or function library
 * @param maxStringBytes the longest string within a value, 1 or more; longer ones are called damage
 * @param maxTemplates the most templates of hashes (Redis 8.10)
 */
public record RdbLimits(int maxHeldBytes, long maxStringBytes, int maxTemplates) {
  /**
   * Keys of 64 MB; strings of 1 TB, since an operator may raise {@code proto-max-bulk-len}; a
   * million templates.
   */
  public static final RdbLimits DEFAULT = new RdbLimits(64 << 20, 1L << 40, 1 << 20);

  /** Refuses limits that would refuse everything. */
  public RdbLimits {
    if (maxHeldBytes <= 0 || maxStringBytes <= 0 || maxTemplates < 0) {
      throw new IllegalArgumentException("limits are positive: " + maxHeldBytes + " bytes held");
    }
  }
}
