package io.understudy.topology;

import java.util.OptionalLong;

/**
 * The port through which a proxy's traffic becomes evidence: a node that answers clients is alive,
 * whatever a probe says.
 */
public interface TrafficFeed {
  /** A feed that knows of no traffic. */
  TrafficFeed NONE = runId -> OptionalLong.empty();

  /**
   * When a client's request was last answered by this run of a node, in nanoseconds of {@link
   * System#nanoTime}'s scale.
   *
   * @return empty when no reply was seen. Any thread; never blocks.
   */
  OptionalLong lastReplyNanos(RunId runId);

  /**
   * Whether everything is answered that was sent to the {@link Topology#retiring} primary before
   * this publication arrived. What a client waits for that may never come, such as BLPOP or a
   * subscription, does not count.
   *
   * @param holding a publication that was handed to the same proxy. Any thread; never blocks
   */
  default boolean isDrained(Topology holding) {
    return true;
  }
}
