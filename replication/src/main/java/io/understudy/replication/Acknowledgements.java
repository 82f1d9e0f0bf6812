package io.understudy.replication;

import java.util.List;

/** Up to which offset of the source's stream every replica has everything. One thread. */
final class Acknowledgements {
  private final List<Feed> feeds;
  private boolean asked;
  private long safeWhenAsked;

  Acknowledgements(List<Feed> feeds) {
    this.feeds = feeds;
  }

  /**
   * The offset that may be acknowledged.
   *
   * @param followed how far the stream was followed, which counts where no feed has a replica
   */
  long safe(long followed) {
    long safe = Long.MAX_VALUE;
    for (Feed feed : feeds) {
      if (!feed.isStopped()) {
        safe = Math.min(safe, feed.safeOffset());
      }
    }
    return safe == Long.MAX_VALUE ? followed : safe;
  }

  /** The source asked: it is told again when more is safe. */
  void asked(long followed) {
    asked = true;
    safeWhenAsked = safe(followed);
  }

  /** Whether the source asked, and more is safe since then; true once. */
  boolean isDue(long followed) {
    boolean due = asked && safe(followed) > safeWhenAsked;
    asked &= !due;
    return due;
  }

  /** Nobody asks any more: the link is gone. */
  void reset() {
    asked = false;
  }
}
