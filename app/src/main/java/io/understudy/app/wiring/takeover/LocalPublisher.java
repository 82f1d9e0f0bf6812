package io.understudy.app.wiring.takeover;

import io.understudy.topology.Publisher;
import io.understudy.topology.Topology;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The publisher of a process that decides alone: for its own outputs, for those of a successor,
 * and, until it decides itself, from its predecessor. Any thread.
 */
public final class LocalPublisher implements Publisher {
  private final SuccessorLease successor;
  private volatile Consumer<Topology> consumer = topology -> {};
  private volatile @Nullable PredecessorFeed predecessor;

  /**
   * Nobody follows or is followed yet.
   *
   * @param news is called when an answer of {@link #heldUntilNanos} may have changed
   */
  public LocalPublisher(LongSupplier nanoTime, Runnable news) {
    successor = new SuccessorLease(nanoTime, news);
  }

  /** What a successor may act upon. */
  SuccessorLease successor() {
    return successor;
  }

  /** Follows a predecessor. To be called before anything is asked. */
  void follow(PredecessorFeed feed) {
    predecessor = feed;
  }

  /** Hands one publication on that is not this process's own. */
  public void handOn(Topology topology) {
    consumer.accept(topology);
  }

  /** Nobody else decides any more: what was handed on last holds until this process publishes. */
  public void endFollowing() {
    predecessor = null;
  }

  @Override
  public void publish(Topology topology) {
    successor.publish(topology);
    consumer.accept(topology);
  }

  @Override
  public OptionalLong heldUntilNanos(String group) {
    return successor.heldUntilNanos(group);
  }

  @Override
  public boolean hasOthers() {
    return successor.exists();
  }

  @Override
  public boolean isDrained(String group) {
    return successor.isDrained(group);
  }

  @Override
  public void follow(Consumer<Topology> newConsumer) {
    consumer = newConsumer;
  }

  @Override
  public boolean isUpToDate() {
    PredecessorFeed followed = predecessor;
    return followed == null || followed.isUpToDate();
  }
}
