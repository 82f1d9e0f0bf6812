package io.understudy.app.rest;

import java.util.List;
import java.util.Map;

/**
 * What an operator may know of the proxy's traffic at one moment: the public form, which stays as
 * it is when the proxy counts otherwise inside.
 *
 * @param loopDelayNanos by event loop, how long a task had to wait for its turn just now; a loop
 *     that did not come to it in time is given with the time it was waited for
 */
public record ProxyReport(
    List<ListenerReport> listeners, List<BackendsReport> backends, List<Long> loopDelayNanos) {
  /** A process without listeners. */
  public static final ProxyReport NONE = new ProxyReport(List.of(), List.of(), List.of());

  public ProxyReport {
    listeners = List.copyOf(listeners);
    backends = List.copyOf(backends);
    loopDelayNanos = List.copyOf(loopDelayNanos);
  }

  /**
   * One address that clients connect to.
   *
   * @param listener host:port
   * @param group where it leads to
   * @param clients connections now
   * @param counts everything else since the start, by what is counted; the names are those of the
   *     metrics, without prefix and without {@code _total}
   */
  public record ListenerReport(
      String listener, String group, long clients, Map<String, Long> counts) {
    public ListenerReport {
      counts = Map.copyOf(counts);
    }
  }

  /**
   * What one group needs of the proxy now.
   *
   * @param connections to its nodes, open or being opened
   * @param waiting sessions that wait for a connection
   */
  public record BackendsReport(String group, long connections, long waiting) {}
}
