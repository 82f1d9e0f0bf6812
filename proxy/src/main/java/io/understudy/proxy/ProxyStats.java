package io.understudy.proxy;

import io.understudy.proxy.observe.Distribution;
import io.understudy.proxy.observe.Histogram;
import io.understudy.proxy.route.CommandClass;
import io.understudy.proxy.session.Counters;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a proxy has counted since its start, at one moment.
 *
 * @param listeners by listener, in the order of the options
 * @param groups by group
 * @param turns by event loop, how long its turns took
 */
public record ProxyStats(
    List<ListenerStats> listeners, List<GroupStats> groups, List<Distribution> turns) {
  /** Makes the lists unmodifiable. */
  public ProxyStats {
    listeners = List.copyOf(listeners);
    groups = List.copyOf(groups);
    turns = List.copyOf(turns);
  }

  /**
   * What one listener has counted.
   *
   * @param bound where it listens, host:port
   * @param group where it leads to
   * @param clients how many are connected now
   * @param counts what is only counted
   * @param times how long commands took from their arrival to their reply, by class
   * @param holds how long commands waited for a primary
   * @param errors how many errors clients got, by kind
   */
  public record ListenerStats(
      String bound,
      String group,
      long clients,
      Map<Counters.Count, Long> counts,
      Map<CommandClass, Distribution> times,
      Distribution holds,
      Map<String, Long> errors) {
    /** Makes the maps unmodifiable. */
    public ListenerStats {
      counts = Map.copyOf(counts);
      times = Map.copyOf(times);
      errors = Map.copyOf(errors);
    }

    /** Adds up what each event loop has counted for a listener. */
    static ListenerStats sum(String bound, String group, List<Counters> loops) {
      Map<Counters.Count, Long> counts = new EnumMap<>(Counters.Count.class);
      for (Counters.Count count : Counters.Count.values()) {
        counts.put(count, loops.stream().mapToLong(c -> c.get(count)).sum());
      }
      Map<CommandClass, Distribution> times = new EnumMap<>(CommandClass.class);
      for (CommandClass each : CommandClass.values()) {
        times.put(each, sum(loops.stream().map(c -> c.times(each))));
      }
      Map<String, Long> errors = new HashMap<>();
      loops.forEach(c -> c.errors().read().forEach((kind, n) -> errors.merge(kind, n, Long::sum)));
      long clients =
          counts.getOrDefault(Counters.Count.ACCEPTED, 0L)
              - counts.getOrDefault(Counters.Count.CLOSED, 0L);
      Distribution holds = sum(loops.stream().map(Counters::holds));
      return new ListenerStats(bound, group, clients, counts, times, holds, errors);
    }

    private static Distribution sum(Stream<Histogram> histograms) {
      return histograms.map(Histogram::read).reduce(Distribution.NONE, Distribution::plus);
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
