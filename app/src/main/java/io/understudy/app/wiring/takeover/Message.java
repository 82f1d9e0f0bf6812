package io.understudy.app.wiring.takeover;

import io.understudy.topology.Topology;
import java.util.List;

/**
 * What two processes tell each other while the new one, the successor, takes over from the old one,
 * its predecessor.
 */
public sealed interface Message {
  /** The version of this conversation; processes of different ones refuse each other. */
  int PROTOCOL = 1;

  /**
   * The successor's first: who it is and what it wants.
   *
   * @param protocol its {@link #PROTOCOL}
   * @param process its process id
   * @param terms what must be the same in both
   * @param drainMillis how long the predecessor may go on with the clients that it has
   */
  record Hello(int protocol, long process, Terms terms, long drainMillis) implements Message {}

  /**
   * What two processes must have in common.
   *
   * @param coordinator the configuration's {@code failover.coordinator}
   * @param groups the names of the groups, sorted
   * @param passesSockets whether the transport can pass listening sockets on
   */
  record Terms(String coordinator, List<String> groups, boolean passesSockets) {}

  /** The predecessor's answer when it cannot be: why, in one line. Nothing was changed. */
  record Refused(String why) implements Message {}

  /**
   * The predecessor's answer otherwise.
   *
   * @param process its process id
   * @param listeners whose sockets it passes on, in their order
   * @param ports where it listens otherwise, which it closes before it is {@link Yours}
   */
  record Offer(long process, List<String> listeners, List<String> ports) implements Message {}

  /** The successor reads descriptors from now on, as many as were offered. */
  record PassOn() implements Message {}

  /** The successor has them, reads lines again, and wants to follow the publications. */
  record Follow() implements Message {}

  /** The predecessor has no seat among several keepers any more, if it had one. */
  record Free() implements Message {}

  /**
   * What the predecessor's keeper publishes.
   *
   * @param number how many publications there were
   * @param topologies one or more; those that were not told yet
   */
  record Published(long number, List<Topology> topologies) implements Message {}

  /**
   * The successor lets go of everything older, and asks for a lease.
   *
   * @param sentNanos when, on its clock
   * @param processed the number of the newest publication that it acts on
   * @param drained the newest by which it awaited no answer of a primary that retires
   */
  record Renew(long sentNanos, long processed, long drained) implements Message {}

  /** The lease that was asked for at that time. */
  record Lease(long sentNanos) implements Message {}

  /**
   * The successor accepts connections.
   *
   * @param listeners at which; the others are to be closed
   */
  record Serving(List<String> listeners) implements Message {}

  /** The predecessor accepts none any more, and has closed its other ports. */
  record Yours() implements Message {}

  /**
   * The successor was asked for a change of a group, for which the predecessor acts.
   *
   * @param id unlike that of every other request under way
   */
  record Ask(long id, String group, String request) implements Message {}

  /** What came of it. */
  record Answered(long id, String answer) implements Message {}

  /** The successor is told to end: the predecessor is to accept connections again. */
  record Back() implements Message {}
}
