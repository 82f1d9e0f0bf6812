package io.understudy.failover.view;

import java.util.Optional;

/**
 * Where a node stands in which replication history.
 *
 * @param id {@code master_replid}: the history it writes or follows now
 * @param formerId {@code master_replid2}: the history it continued at its last promotion or
 *     restart; empty when it is all zeros
 * @param formerEndOffset {@code second_repl_offset}: first offset that no longer belongs to {@code
 *     formerId}; -1 when there is none
 * @param offset bytes of history held: {@code master_repl_offset} of a primary, {@code
 *     slave_repl_offset} of a replica; 0 or 1 when it holds none
 */
public record Replication(
    ReplicationId id, Optional<ReplicationId> formerId, long formerEndOffset, long offset) {

  /** Whether any of its data comes from the history {@code other}. */
  public boolean knows(ReplicationId other) {
    return id.equals(other) || formerId.filter(other::equals).isPresent();
  }

  /**
   * Whether everything that {@code other} holds is part of what this holds: the same history no
   * further on, or one that it left here without writing anything since. Servers themselves rely on
   * this when they continue a replica instead of filling it anew.
   */
  public boolean covers(Replication other) {
    if (knows(other.id) && offsetIn(other.id) >= other.offset) {
      return true;
    }
    boolean wroteSince = other.offset >= other.formerEndOffset;
    return !wroteSince
        && other.formerId.filter(id -> knows(id) && offsetIn(id) >= other.offset).isPresent();
  }

  /**
   * How many bytes of the history {@code other} it holds, which alone may be compared between
   * nodes: what it wrote after leaving that history does not count.
   *
   * @return 0 when it holds nothing of that history
   */
  public long offsetIn(ReplicationId other) {
    if (id.equals(other)) {
      return offset;
    }
    return knows(other) ? Math.max(0, Math.min(offset, formerEndOffset - 1)) : 0;
  }
}
