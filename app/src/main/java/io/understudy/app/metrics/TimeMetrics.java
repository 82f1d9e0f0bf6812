package io.understudy.app.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.understudy.app.rest.ProxyReport;
import io.understudy.app.rest.ProxyReport.TimesReport;
import java.util.Map;
import java.util.TreeMap;

/** How long the proxy's work took, and which errors clients got, made anew for each scrape. */
final class TimeMetrics {
  /** These are shown from the start, so that a dashboard finds them. */
  private static final String USUAL_CLASS = "read";

  private static final String USUAL_KIND = "ERR";

  private TimeMetrics() {}

  static void add(MetricSnapshots.Builder all, ProxyReport proxy) {
    HistogramSnapshot.Builder requests =
        histogram("request_seconds", "From a command's arrival to its reply, by class.");
    HistogramSnapshot.Builder holds =
        histogram("hold_seconds", "How long commands waited for a primary.");
    HistogramSnapshot.Builder turns =
        histogram("loop_turn_seconds", "How long the turns of an event loop took.");
    CounterSnapshot.Builder errors =
        CounterSnapshot.builder()
            .name("understudy_proxy_errors")
            .help("Errors that clients got, by their first word.");
    for (ProxyReport.ListenerReport each : proxy.listeners()) {
      Labels labels = Labels.of("listener", each.listener(), "group", each.group());
      new TreeMap<>(each.times())
          .forEach(
              (of, times) -> {
                if (times.count() > 0 || of.equals(USUAL_CLASS)) {
                  requests.dataPoint(point(labels.merge(Labels.of("class", of)), times));
                }
              });
      holds.dataPoint(point(labels, each.holds()));
      Map<String, Long> kinds = new TreeMap<>(each.errors());
      kinds.putIfAbsent(USUAL_KIND, 0L);
      kinds.forEach(
          (kind, count) ->
              errors.dataPoint(
                  CounterDataPointSnapshot.builder()
                      .labels(labels.merge(Labels.of("kind", kind)))
                      .value((double) count)
                      .build()));
    }
    for (int loop = 0; loop < proxy.loopTurns().size(); loop++) {
      turns.dataPoint(
          point(Labels.of("loop", Integer.toString(loop)), proxy.loopTurns().get(loop)));
    }
    all.metricSnapshot(requests.build());
    all.metricSnapshot(holds.build());
    all.metricSnapshot(turns.build());
    all.metricSnapshot(errors.build());
  }

  private static HistogramSnapshot.Builder histogram(String name, String help) {
    return HistogramSnapshot.builder().name("understudy_proxy_" + name).help(help);
  }

  private static HistogramDataPointSnapshot point(Labels labels, TimesReport times) {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int step = 0; step < times.boundsSeconds().size(); step++) {
      buckets.bucket(times.boundsSeconds().get(step), times.counts().get(step));
    }
    buckets.bucket(Double.POSITIVE_INFINITY, times.counts().getLast());
    return HistogramDataPointSnapshot.builder()
        .labels(labels)
        .classicHistogramBuckets(buckets.build())
        .sum(times.sumSeconds())
        .build();
  }
}
