package io.understudy.proxy.session;

import io.understudy.proxy.route.CommandClass;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Since when each command is awaited that was sent over a session's own connection, in order.
 * Belongs to one event loop; allocates only to grow.
 */
final class PinnedTimes {
  private static final int USUAL = 4;

  private final SessionContext context;
  private long[] arrivals = new long[USUAL];
  private @Nullable CommandClass[] classes = new @Nullable CommandClass[USUAL];
  private int head;
  private int size;

  PinnedTimes(SessionContext context) {
    this.context = context;
  }

  /**
   * One more is awaited.
   *
   * @param of its class; null if it is the proxy's own, which is not measured
   */
  void add(@Nullable CommandClass of, long arrivedNanos) {
    if (size == arrivals.length) {
      grow();
    }
    int at = (head + size++) & (arrivals.length - 1);
    arrivals[at] = arrivedNanos;
    classes[at] = of;
  }

  private void grow() {
    int capacity = arrivals.length;
    long[] moreArrivals = Arrays.copyOf(arrivals, capacity * 2);
    @Nullable CommandClass[] moreClasses = Arrays.copyOf(classes, capacity * 2);
    for (int i = 0; i < size; i++) {
      int from = (head + i) & (capacity - 1);
      moreArrivals[i] = arrivals[from];
      moreClasses[i] = classes[from];
    }
    arrivals = moreArrivals;
    classes = moreClasses;
    head = 0;
  }

  /** The first is answered. */
  void answered() {
    if (size == 0) {
      return;
    }
    CommandClass of = classes[head];
    if (of != null) {
      long tookNanos = context.loop().turn().nowNanos() - arrivals[head];
      context.counters().times(of).record(tookNanos, 1);
    }
    head = (head + 1) & (arrivals.length - 1);
    size--;
  }
}
