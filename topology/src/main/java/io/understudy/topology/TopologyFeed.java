package io.understudy.topology;

import java.util.function.Consumer;

/** The port through which outputs learn what is published of a group. */
public interface TopologyFeed {
  /** The newest publication; {@link Topology#unknown} before the first. Any thread. */
  Topology current(String group);

  /**
   * Calls {@code listener} with the current topology, then with each later one, in order and never
   * backwards.
   *
   * <p>Calls come one at a time, on the publisher's thread; a listener must hand over to its own
   * thread and return at once.
   *
   * @return closing it ends the calls; closing twice is harmless
   */
  Subscription subscribe(String group, Consumer<Topology> listener);

  /**
   * Whether a node may still be treated as primary under this publication: the group's newest
   * {@link Topology#honours honours} it and, where primaries are leased, the lease has not run out.
   *
   * <p>An output asks before it forwards a request and again before it forwards the reply: a reply
   * that comes back after the answer became {@code false} must not be passed on as a success,
   * because another node may be primary by then. Any thread; costs about a volatile read.
   */
  boolean isCurrent(Topology topology);

  /** A running subscription. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
