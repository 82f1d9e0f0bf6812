package io.understudy.topology;

import java.util.Optional;

/**
 * The port through which a keeper learns whether it is the one that may act for a group.
 *
 * <p>Any thread; never blocks.
 */
public interface Leadership {
  /** A process that decides alone: it always leads, and its lease never ends. */
  Leadership ALONE =
      group ->
          new Standing(true, Long.MAX_VALUE, "this process decides alone (coordinator: local)");

  /** The standing right now. */
  Standing standing(String group);

  /**
   * Which keeper should rather lead a group that this process leads, so that each leads about as
   * many; empty when this one should.
   */
  default Optional<String> preferred(String group) {
    return Optional.empty();
  }

  /**
   * Gives the group up, if this process leads it: from now on {@link #standing} says so, and
   * another keeper takes over as soon as it can.
   *
   * @param inFavourOf the keeper that should; empty for any
   * @param reason one sentence for an operator
   */
  default void stepDown(String group, Optional<String> inFavourOf, String reason) {}

  /**
   * One answer to the question who leads.
   *
   * @param leads whether this process may act
   * @param untilNanos when that ends by itself, on the scale of {@link System#nanoTime}; {@link
   *     Long#MAX_VALUE} when it never does
   * @param reason one sentence for an operator
   */
  record Standing(boolean leads, long untilNanos, String reason) {}
}
