package io.understudy.topology;

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
   * One answer to the question who leads.
   *
   * @param leads whether this process may act
   * @param untilNanos when that ends by itself, on the scale of {@link System#nanoTime}; {@link
   *     Long#MAX_VALUE} when it never does
   * @param reason one sentence for an operator
   */
  record Standing(boolean leads, long untilNanos, String reason) {}
}
