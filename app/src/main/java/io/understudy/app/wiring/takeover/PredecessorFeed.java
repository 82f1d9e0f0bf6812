package io.understudy.app.wiring.takeover;

import io.understudy.topology.Topology;
import io.understudy.topology.TrafficFeed;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What the predecessor publishes, as this process follows it, and the lease under which its outputs
 * may act on it: the other end of {@link SuccessorLease}.
 *
 * <p>Confined to one event loop, but for {@link #isUpToDate}.
 */
final class PredecessorFeed {
  /** How often a lease is asked for; it lasts ten times as long. */
  static final Duration BEAT = SuccessorLease.TIME.dividedBy(10);

  private final Consumer<Message> predecessor;
  private final Consumer<Topology> consumer;
  private final TrafficFeed traffic;
  private final LongSupplier nanoTime;
  private final Map<String, Topology> newest = new HashMap<>();
  private long processed = -1;
  private long drained = -1;
  private volatile long leaseUntilNanos;

  /**
   * Has heard of nothing yet.
   *
   * @param predecessor takes what is told to it
   * @param consumer gets each publication; when it returns, nothing older is acted upon
   * @param traffic knows what the outputs of this process still await
   */
  PredecessorFeed(
      Consumer<Message> predecessor,
      Consumer<Topology> consumer,
      TrafficFeed traffic,
      LongSupplier nanoTime) {
    this.predecessor = predecessor;
    this.consumer = consumer;
    this.traffic = traffic;
    this.nanoTime = nanoTime;
    this.leaseUntilNanos = nanoTime.getAsLong();
  }

  /** Whether the lease runs. Any thread. */
  boolean isUpToDate() {
    return nanoTime.getAsLong() - leaseUntilNanos < 0;
  }

  void published(Message.Published news) {
    for (Topology topology : news.topologies()) {
      consumer.accept(topology);
      newest.put(topology.group(), topology);
    }
    processed = news.number();
    renew();
  }

  void leased(Message.Lease lease) {
    leaseUntilNanos = lease.sentNanos() + SuccessorLease.TIME.toNanos();
  }

  /** Asks for the lease again. */
  void renew() {
    drained = isDrained() ? processed : drained;
    predecessor.accept(new Message.Renew(nanoTime.getAsLong(), processed, drained));
  }

  /**
   * Looks whether the last answer of a primary that retires has come, and says so.
   *
   * @return whether it has to be looked again soon
   */
  boolean look() {
    if (drained < processed && isDrained()) {
      renew();
    }
    return drained < processed;
  }

  private boolean isDrained() {
    return newest.values().stream()
        .allMatch(topology -> topology.retiring().isEmpty() || traffic.isDrained(topology));
  }
}
