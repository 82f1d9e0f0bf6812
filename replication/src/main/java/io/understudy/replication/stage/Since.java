package io.understudy.replication.stage;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.RdbVersion.Family;

/**
 * The first version of each family that has something. Valkey began as Redis 7.2, so what is older
 * is in all of its versions.
 *
 * @param redis major and minor as one number, such as 602
 * @param valkey the same; 0 for every version
 */
record Since(int redis, int valkey) {
  private static final int NEVER = Integer.MAX_VALUE;
  private static final int MINORS = 100;

  /** Every Valkey has it. */
  static Since redis(int major, int minor) {
    return new Since(number(major, minor), 0);
  }

  /** No Valkey has it. */
  static Since onlyRedis(int major, int minor) {
    return new Since(number(major, minor), NEVER);
  }

  /** No Redis has it. */
  static Since onlyValkey(int major, int minor) {
    return new Since(NEVER, number(major, minor));
  }

  /** The same, with the first Valkey. */
  Since andValkey(int major, int minor) {
    return new Since(redis, number(major, minor));
  }

  /** Whether a server has it. */
  boolean isIn(RdbTarget target) {
    int version = number(target.major(), target.minor());
    return version >= (target.family() == Family.REDIS ? redis : valkey);
  }

  private static int number(int major, int minor) {
    return major * MINORS + minor;
  }
}
