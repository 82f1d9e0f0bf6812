package io.understudy.topology;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The port through which a keeper hands out what it decided, to the outputs of every process that
 * follows the same coordinator. The other end of {@link TopologyFeed}.
 */
public interface Publisher {
  /**
   * Makes a topology the newest of its group. When it returns, no output begins to act on an older
   * one any more; some may still act on one that they follow, for as long as {@link
   * #heldUntilNanos} says. One that is published already changes nothing.
   *
   * <p>One thread per group at a time; may block for as long as a save of the journal.
   *
   * @throws IOException when that is not certain, or a newer one was published by another keeper;
   *     one line. It may have been published nevertheless
   */
  void publish(Topology topology) throws IOException;

  /**
   * Until when an output somewhere may still act on what was published of the group before {@link
   * #publish} last returned, on the scale of {@link System#nanoTime}.
   *
   * @return empty when every output is known to have let go of it. Any thread; never blocks
   */
  OptionalLong heldUntilNanos(String group);

  /**
   * Whether there may be outputs in other processes, which learn of a publication later than those
   * of this one. Any thread; never blocks.
   */
  boolean hasOthers();

  /**
   * Whether every output has got the newest publication of a group and awaits no answer of the
   * primary that {@link Topology#retiring retires} by it, or may not act any more. True where none
   * retires.
   *
   * <p>Says something only of what {@link #publish} has returned for. Any thread; never blocks.
   */
  boolean isDrained(String group);

  /**
   * Hands every later publication of the groups to {@code consumer}, by whichever keeper, in order
   * per group and never backwards, beginning with the newest. To be called once.
   */
  void follow(Consumer<Topology> consumer);

  /**
   * Whether what this process follows is known to be the newest at this moment; while it is not,
   * its outputs must not act on it. Any thread; costs about a read of the clock.
   */
  boolean isUpToDate();
}
