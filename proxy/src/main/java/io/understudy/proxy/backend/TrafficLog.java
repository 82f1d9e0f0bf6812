package io.understudy.proxy.backend;

import io.understudy.topology.RunId;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * When each node answered a client last, as one event loop saw it. Written by its loop, read by any
 * thread.
 */
public final class TrafficLog {
  /** Runs of nodes that are remembered; every restart of a node is another. */
  private static final int MOST_NODES = 256;

  private final ConcurrentHashMap<RunId, AtomicLong> lastReplies = new ConcurrentHashMap<>();
  private @Nullable RunId latest;
  private @Nullable AtomicLong latestReply;

  /** Makes a log that has seen nothing. */
  public TrafficLog() {}

  /** A reply arrived. On the loop. */
  void answered(RunId node, long nowNanos) {
    AtomicLong reply = latestReply;
    if (reply == null || !node.equals(latest)) {
      if (lastReplies.size() >= MOST_NODES) {
        lastReplies.clear();
      }
      reply = lastReplies.computeIfAbsent(node, ignored -> new AtomicLong());
      latest = node;
      latestReply = reply;
    }
    reply.setRelease(nowNanos);
  }

  /** When the node answered last, in nanoseconds; empty if it never did. */
  public OptionalLong lastReplyNanos(RunId node) {
    AtomicLong reply = lastReplies.get(node);
    return reply == null ? OptionalLong.empty() : OptionalLong.of(reply.getAcquire());
  }
}
