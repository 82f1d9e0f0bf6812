package io.understudy.replication.stage;

import io.understudy.replication.rdb.Value;
import java.util.Optional;

/**
 * What becomes of values: a declared rule, or a class of your own with a public constructor without
 * arguments.
 *
 * <p>It is called for values of snapshots and for values that were written since alike, so it must
 * depend on its arguments only. Strings, lists, sets, sorted sets and hashes are given; streams and
 * modules' values never are. It must not throw, and is called on one thread.
 */
@FunctionalInterface
public interface ValueChange {
  /**
   * Changes a value.
   *
   * @param key the key's name at the source; not to be changed
   * @param value what it holds; its arrays are not to be changed
   * @return the same or another value, not empty itself; or nothing, then the key is left out
   */
  Optional<Value> apply(byte[] key, Value value);
}
