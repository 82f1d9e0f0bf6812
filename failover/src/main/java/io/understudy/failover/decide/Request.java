package io.understudy.failover.decide;

import io.understudy.topology.Address;
import java.time.Duration;
import java.util.Optional;

/** What an operator may ask of a group. {@link GroupMachine#ask} says what comes of it. */
public sealed interface Request {
  /** Who asks, in words for an operator. */
  String by();

  /**
   * A planned change of primary.
   *
   * @param to which node; empty for the best
   */
  record Switchover(Optional<Address> to, String by) implements Request {}

  /**
   * Makes a node primary although rules forbid it, such as one that misses too much.
   *
   * @param to which node
   */
  record ForcedFailover(Address to, String by) implements Request {}

  /**
   * Leaves the group, or a node, alone for a while.
   *
   * @param node the node; empty for the whole group
   * @param why in words
   * @param length how long at most
   */
  record PauseFor(Optional<Address> node, String why, Duration length, String by)
      implements Request {}

  /**
   * Ends a pause.
   *
   * @param node the node; empty for the whole group, whose nodes stay paused
   */
  record Resume(Optional<Address> node, String by) implements Request {}

  /** Ends the cooling down after too many failovers: the operator has seen to the cause. */
  record Acknowledge(String by) implements Request {}

  /**
   * Makes a server a replica of the group, from now on and whatever the configuration says.
   *
   * @param node where it is
   * @param replaceData whether data of its own, which it loses, are given up
   */
  record AddNode(Address node, boolean replaceData, String by) implements Request {}

  /** Forgets a node that is not primary; its server is left as it is. */
  record RemoveNode(Address node, String by) implements Request {}

  /**
   * A planned change of primary at a later time, in place of one that was scheduled before.
   *
   * @param to which node; empty for the best then
   * @param atWallMillis when
   */
  record SwitchoverAt(Optional<Address> to, long atWallMillis, String by) implements Request {}

  /** Drops what is scheduled, or was asked for and not begun. */
  record Cancel(String by) implements Request {}
}
