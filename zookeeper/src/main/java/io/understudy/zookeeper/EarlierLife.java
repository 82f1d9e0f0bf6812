package io.understudy.zookeeper;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells what holds a keeper's id from what is seen of its node, look by look: a process that lives,
 * or an earlier life that only left its node. Confined to one thread.
 *
 * <p>One beat proves nothing. A process that was killed while it was cut off has sent its last
 * beat, and the kernel delivers that when the network is whole again; there is no second, because a
 * beat is sent when the one before was answered.
 */
final class EarlierLife {
  private static final int LATE_BEATS = 1;

  private final Duration silence;
  private Store.@Nullable Cell last;
  private long sinceNanos;
  private int beats;

  /** What is known after a look. */
  enum Finding {
    /** Nothing yet. */
    UNDECIDED,
    /** It was silent for long enough; its node may be removed. */
    SILENT,
    /** It beats. */
    LIVES
  }

  /**
   * Has seen nothing.
   *
   * @param silence after which nobody is behind a node any more
   */
  EarlierLife(Duration silence) {
    this.silence = silence;
  }

  /** Takes in what is there now. */
  Finding see(Store.Cell now, long nowNanos) {
    Store.Cell before = last;
    boolean same = before != null && before.incarnation() == now.incarnation();
    if (before == null || !same || before.version() != now.version()) {
      beats = same ? beats + 1 : 0;
      last = now;
      sinceNanos = nowNanos;
    }
    if (beats > LATE_BEATS) {
      return Finding.LIVES;
    }
    return nowNanos - sinceNanos > silence.toNanos() ? Finding.SILENT : Finding.UNDECIDED;
  }
}
