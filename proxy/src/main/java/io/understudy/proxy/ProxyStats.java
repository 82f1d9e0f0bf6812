package io.understudy.proxy;

import io.understudy.proxy.session.Counters;
import java.util.List;
import java.util.Map;

/**
 * What a proxy has counted since its start, at one moment.
 *
 * @param listeners by listener, in the order of the options
 * @param groups by group
 */
public record ProxyStats(List<ListenerStats> listeners, List<GroupStats> groups) {
  /** Makes the lists unmodifiable. */
  public ProxyStats {
    listeners = List.copyOf(listeners);
    groups = List.copyOf(groups);
  }

  /**
   * What one listener has counted.
   *
   * @param bound where it listens, host:port
   * @param group where it leads to
   * @param clients how many are connected now
   * @param counts the rest
   */
  public record ListenerStats(
      String bound, String group, long clients, Map<Counters.Count, Long> counts) {
    /** Makes the map unmodifiable. */
    public ListenerStats {
      counts = Map.copyOf(counts);
    }
  }

  /**
   * What one group needs now.
   *
   * @param group its name
   * @param backends connections to its primary
   * @param waiting sessions that wait for a connection
   */
  public record GroupStats(String group, long backends, long waiting) {}
}
