package io.understudy.proxy.backend;

import io.understudy.proxy.route.PoolKey;

/** A session that waits for a connection: because it is being opened, or there is no primary. */
public interface Waiter {
  /** The state the connection must be in. */
  PoolKey wanted();

  /** Whether it must be the session's own. */
  boolean isExclusive();

  /** Whether it waits to kill a script, which a server takes that answers nothing else. */
  default boolean killsScript() {
    return false;
  }

  /**
   * A shared connection is there.
   *
   * @return how many commands were sent over it
   */
  int granted(SharedBackend backend);

  /** A connection of its own is there; the session is its receiver from now on. */
  void granted(Backend backend);

  /** The server refuses the session's state; its waiting commands get this error. */
  void denied(String error);

  /**
   * Answers the commands whose time is over.
   *
   * @param reason why they had to wait
   * @return whether something still waits
   */
  boolean expire(long nowNanos, String reason);
}
