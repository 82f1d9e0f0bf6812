package io.understudy.topology;

import java.util.List;
import java.util.Set;

/**
 * The port through which keepers that decide together tell each other what they see.
 *
 * <p>Any thread; never blocks. What is shared dies with the process that shared it.
 */
public interface Peers {
  /** A process that decides alone. */
  Peers NONE =
      new Peers() {
        @Override
        public int members() {
          return 1;
        }

        @Override
        public void share(String group, String view) {}

        @Override
        public List<Shared> others(String group) {
          return List.of();
        }

        @Override
        public TopologyFeed.Subscription onNews(Listener listener) {
          return () -> {};
        }
      };

  /**
   * How many keepers are configured, this one included. A majority is one of these, whether they
   * live or not.
   */
  int members();

  /** Tells the others what this keeper sees of a group; it replaces what was told before. */
  void share(String group, String view);

  /**
   * What the others see of a group: only members that were heard of lately and are configured
   * alike.
   */
  List<Shared> others(String group);

  /**
   * Tells {@code listener} soon after an answer of {@link #others}, of {@link Leadership#standing}
   * or of {@link Publisher#heldUntilNanos} may have changed.
   *
   * @return closing it ends the calls
   */
  TopologyFeed.Subscription onNews(Listener listener);

  /**
   * Who is told that there is news. Calls come on a thread of the coordinator, which waits: a
   * listener hands over to its own thread and returns at once.
   */
  interface Listener {
    /** Something of these groups, and of no other. */
    void hear(Set<String> groups);

    /** Something of any group. */
    void hearOfAll();
  }

  /**
   * What another keeper told.
   *
   * @param keeper its id
   * @param view as it was given to {@link Peers#share}; empty when it told nothing of the group
   * @param sinceNanos when this process first got this view, on the scale of {@link
   *     System#nanoTime}
   * @param heardNanos when it last heard of the keeper, which means that the view still holds
   */
  record Shared(String keeper, String view, long sinceNanos, long heardNanos) {}
}
