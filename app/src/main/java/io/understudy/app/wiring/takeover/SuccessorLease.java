package io.understudy.app.wiring.takeover;

import io.understudy.topology.Topology;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the successor of this process may still act upon, as the keeper of this process knows it.
 *
 * <p>A lease is only given to who has processed the newest publication, so it can only be had by
 * letting go of everything older. Any thread.
 */
final class SuccessorLease {
  /** How long a successor may act on what is published after it asked for its lease. */
  static final Duration TIME = Duration.ofSeconds(2);

  private final LongSupplier nanoTime;
  private final Runnable news;
  private final Map<String, Topology> newest = new LinkedHashMap<>();
  private final Map<String, Pending> pending = new HashMap<>();
  private final Map<String, Pending> draining = new HashMap<>();
  private long number;
  private @Nullable Consumer<Message> successor;
  private boolean granted;
  private long grantedUntilNanos;

  /**
   * A publication that the successor may not have seen yet.
   *
   * @param untilNanos when its lease from before is over
   */
  private record Pending(long number, long untilNanos) {}

  /**
   * Nobody succeeds yet.
   *
   * @param news is called when a successor has let go of something
   */
  SuccessorLease(LongSupplier nanoTime, Runnable news) {
    this.nanoTime = nanoTime;
    this.news = news;
  }

  /** Tells a successor everything from now on. */
  synchronized void attach(Consumer<Message> to) {
    successor = to;
    to.accept(new Message.Published(number, List.copyOf(newest.values())));
  }

  /** The successor is gone; what it had may last until its lease is over. */
  synchronized void detach() {
    successor = null;
  }

  /** One more publication; the same again is none. */
  synchronized void publish(Topology topology) {
    if (topology.equals(newest.put(topology.group(), topology))) {
      return;
    }
    number++;
    if (successor != null) {
      successor.accept(new Message.Published(number, List.of(topology)));
    }
    pending.remove(topology.group());
    draining.remove(topology.group());
    if (topology.primary().isEmpty() && isLeased()) {
      var mine = new Pending(number, grantedUntilNanos);
      pending.put(topology.group(), mine);
      if (topology.retiring().isPresent()) {
        draining.put(topology.group(), mine);
      }
    }
  }

  /** The successor tells how far it is and asks for a lease, which it gets if it is at the end. */
  synchronized void renew(Message.Renew asked) {
    boolean some = pending.values().removeIf(each -> asked.processed() >= each.number());
    some |= draining.values().removeIf(each -> asked.drained() >= each.number());
    if (asked.processed() == number && successor != null) {
      granted = true;
      grantedUntilNanos = nanoTime.getAsLong() + TIME.toNanos();
      successor.accept(new Message.Lease(asked.sentNanos()));
    }
    if (some) {
      news.run();
    }
  }

  /** Until when it may act on an older publication of a group; empty when it cannot. */
  synchronized OptionalLong heldUntilNanos(String group) {
    Pending mine = pending.get(group);
    return mine == null ? OptionalLong.empty() : OptionalLong.of(mine.untilNanos());
  }

  /** Whether it awaits no answer of a primary that retires, or is gone. */
  synchronized boolean isDrained(String group) {
    return !draining.containsKey(group) || !exists();
  }

  /** Whether there is one, or was one whose lease still runs. */
  synchronized boolean exists() {
    return successor != null || isLeased();
  }

  private boolean isLeased() {
    return granted && nanoTime.getAsLong() - grantedUntilNanos < 0;
  }
}
