package io.understudy.app.rest;

import java.util.List;
import java.util.Map;

/**
 * What an operator may know of the proxy's traffic at one moment: the public form, which stays as
 * it is when the proxy counts otherwise inside.
 *
 * @param loopDelayNanos by event loop, how long a task had to wait for its turn just now; a loop
 *     that did not come to it in time is given with the time it was waited for
 * @param loopTurns by event loop, how long its turns took since the start
 */
public record ProxyReport(
    List<ListenerReport> listeners,
    List<BackendsReport> backends,
    List<Long> loopDelayNanos,
    List<TimesReport> loopTurns) {
  /** A process without listeners. */
  public static final ProxyReport NONE =
      new ProxyReport(List.of(), List.of(), List.of(), List.of());

  public ProxyReport {
    listeners = List.copyOf(listeners);
    backends = List.copyOf(backends);
    loopDelayNanos = List.copyOf(loopDelayNanos);
    loopTurns = List.copyOf(loopTurns);
  }

  /**
   * One address that clients connect to.
   *
   * @param listener host:port
   * @param group where it leads to
   * @param clients connections now
   * @param counts everything else since the start, by what is counted; the names are those of the
   *     metrics, without prefix and without {@code _total}
   * @param times how long commands took, by their class
   * @param holds how long commands waited for a primary
   * @param errors how many errors clients got, by kind
   */
  public record ListenerReport(
      String listener,
      String group,
      long clients,
      Map<String, Long> counts,
      Map<String, TimesReport> times,
      TimesReport holds,
      Map<String, Long> errors) {
    public ListenerReport {
      counts = Map.copyOf(counts);
      times = Map.copyOf(times);
      errors = Map.copyOf(errors);
    }
  }

  /**
   * How often something took how long.
   *
   * @param boundsSeconds the longest time of each step
   * @param counts how often, by these steps, and one more for what took longer
   * @param sumSeconds all times together
   */
  public record TimesReport(List<Double> boundsSeconds, List<Long> counts, double sumSeconds) {
    public TimesReport {
      boundsSeconds = List.copyOf(boundsSeconds);
      counts = List.copyOf(counts);
      if (counts.size() != boundsSeconds.size() + 1) {
        throw new IllegalArgumentException(counts.size() + " steps for so many bounds");
      }
    }

    /** How often in all. */
    public long count() {
      return counts.stream().mapToLong(Long::longValue).sum();
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
