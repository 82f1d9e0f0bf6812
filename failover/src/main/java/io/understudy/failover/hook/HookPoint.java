package io.understudy.failover.hook;

import java.util.Locale;

/** When hooks are called. */
public enum HookPoint {
  /** A primary is lost; the gates close meanwhile, and nobody is promoted before the answer. */
  BEFORE_FAILOVER,
  /** A failover has ended, with another primary or without. */
  AFTER_FAILOVER,
  /** A switchover was asked for; nothing has been done yet. */
  BEFORE_SWITCHOVER,
  /** A switchover that had begun has ended, with another primary or called off. */
  AFTER_SWITCHOVER,
  /** A node is to be added by an operator; nothing has been done yet. */
  BEFORE_ADD,
  /** A node was added, by an operator or from the standbys. */
  AFTER_ADD,
  /** A node is to be removed by an operator; nothing has been done yet. */
  BEFORE_REMOVE,
  /** A node was removed. */
  AFTER_REMOVE,
  /** A node was made to follow the primary. */
  AFTER_REPAIR;

  /** As it is written in a configuration. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether something waits for the answer. */
  public boolean isBefore() {
    return name().startsWith("BEFORE");
  }
}
