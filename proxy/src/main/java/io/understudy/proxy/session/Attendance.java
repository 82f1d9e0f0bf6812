package io.understudy.proxy.session;

import io.understudy.proxy.route.Admission;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Who is connected to one listener, counted against what it takes. Any thread. */
public final class Attendance {
  private volatile Admission admission;
  private final AtomicInteger clients = new AtomicInteger();

  /** As many entries as there are clients, at most. */
  private final ConcurrentHashMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

  /** Nobody is there yet. */
  public Attendance(Admission admission) {
    this.admission = admission;
  }

  /** Takes another number of clients from now on; those that are there may stay. */
  public void admits(Admission other) {
    admission = other;
  }

  /** Counts a client in; false, and nothing is counted, if it is one too many. */
  boolean enter(InetAddress from) {
    if (clients.incrementAndGet() > admission.clients()) {
      clients.decrementAndGet();
      return false;
    }
    if (byAddress.merge(from, 1, Integer::sum) > admission.clientsPerAddress()) {
      leave(from);
      return false;
    }
    return true;
  }

  /** One that was counted is gone. */
  void leave(InetAddress from) {
    clients.decrementAndGet();
    byAddress.computeIfPresent(from, (address, count) -> count > 1 ? count - 1 : null);
  }
}
