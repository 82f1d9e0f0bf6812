package io.understudy.app.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.understudy.app.rest.ReplicationReport;
import io.understudy.app.rest.ReplicationReport.Feed;
import io.understudy.app.rest.ReplicationReport.Replica;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** The metrics of replicated sources and their feeds, made anew for each scrape. */
final class FeedMetrics {
  /** Why a command may not concern a feed. */
  private static final List<String> REASONS =
      List.of("content", "database", "function", "key", "message");

  private static final double PERCENT = 100;
  private static final double MILLIS_PER_SECOND = 1000;

  private final MetricSnapshots.Builder all;
  private final List<ReplicationReport> sources;

  private FeedMetrics(MetricSnapshots.Builder all, List<ReplicationReport> sources) {
    this.all = all;
    this.sources = sources;
  }

  static void add(MetricSnapshots.Builder all, List<ReplicationReport> sources) {
    if (!sources.isEmpty()) {
      FeedMetrics metrics = new FeedMetrics(all, sources);
      metrics.sources();
      metrics.feeds();
    }
  }

  private void sources() {
    GaugeSnapshot.Builder state = gauge("source_state", "1 for the state that a source is in.");
    GaugeSnapshot.Builder offset =
        gauge("source_offset_bytes", "How far the source's stream was followed.");
    GaugeSnapshot.Builder progress =
        gauge("source_snapshot_ratio", "How much of a snapshot has passed; 1 while none does.");
    CounterSnapshot.Builder full = counter("source_full_resyncs", "Snapshots that it sent.");
    CounterSnapshot.Builder partial =
        counter("source_partial_resyncs", "Times that its stream went on without one.");
    for (ReplicationReport source : sources) {
      Labels labels = Labels.of("source", source.name());
      state.dataPoint(point(Labels.of("source", source.name(), "state", source.state()), 1));
      offset.dataPoint(point(labels, (double) source.offset()));
      progress.dataPoint(
          point(
              labels,
              source
                  .snapshot()
                  .map(snapshot -> snapshot.percent().orElse(0) / PERCENT)
                  .orElse(1.0)));
      full.dataPoint(count(labels, source.fullResyncs()));
      partial.dataPoint(count(labels, source.partialResyncs()));
    }
    List.of(state, offset, progress).forEach(gauge -> all.metricSnapshot(gauge.build()));
    List.of(full, partial).forEach(counter -> all.metricSnapshot(counter.build()));
  }

  private void feeds() {
    gauge("feed_replicas", "Replicas that have the stream, or wait.", f -> f.replicas().size());
    gauge(
        "feed_lag_bytes",
        "How much the slowest replica has not acknowledged.",
        f -> f.replicas().stream().mapToLong(Replica::lagBytes).max().orElse(0));
    gauge(
        "feed_lag_seconds",
        "How old the first byte of that is.",
        f ->
            f.replicas().stream().mapToLong(Replica::lagMillis).max().orElse(0)
                / MILLIS_PER_SECOND);
    gauge("feed_offset_bytes", "How long the feed's own stream is.", Feed::offset);
    gauge("feed_backlog_bytes", "How much of it is kept.", Feed::backlogBytes);
    gauge(
        "feed_stopped", "1 if the feed was stopped, else 0.", f -> f.stopped().isPresent() ? 1 : 0);
    gauge(
        "feed_refused_commands",
        "Commands that its replicas refused, and skipped.",
        f -> f.replicas().stream().mapToLong(Replica::refusedCommands).sum());
    counter("feed_commands_passed", "Commands that went on as they were.", Feed::passed);
    dropped();
    counter("feed_commands_lost", "Commands that it left out by its policy.", Feed::lost);
    counter("feed_commands_cut", "Commands of which a part went on.", Feed::cut);
    counter("feed_commands_read", "Commands whose result was read.", Feed::fetched);
    counter("feed_commands_translated", "Commands said in other words.", Feed::translated);
    counter("feed_commands_unsaid", "Commands that could not be said.", Feed::unsaid);
    counter("feed_full_resyncs", "Snapshots that it sent.", Feed::fullResyncs);
    counter("feed_partial_resyncs", "Times replicas went on without one.", Feed::partialResyncs);
  }

  private void dropped() {
    CounterSnapshot.Builder counter =
        counter("feed_commands_dropped", "Commands that did not concern it, by the reason.");
    for (ReplicationReport source : sources) {
      for (Feed feed : source.feeds()) {
        for (String reason : REASONS) {
          counter.dataPoint(
              count(
                  labels(source, feed).merge(Labels.of("reason", reason)),
                  feed.leftOut().getOrDefault(reason, 0L)));
        }
      }
    }
    all.metricSnapshot(counter.build());
  }

  private void gauge(String name, String help, ToDoubleFunction<Feed> value) {
    GaugeSnapshot.Builder gauge = gauge(name, help);
    for (ReplicationReport source : sources) {
      for (Feed feed : source.feeds()) {
        gauge.dataPoint(point(labels(source, feed), value.applyAsDouble(feed)));
      }
    }
    all.metricSnapshot(gauge.build());
  }

  private void counter(String name, String help, ToLongFunction<Feed> value) {
    CounterSnapshot.Builder counter = counter(name, help);
    for (ReplicationReport source : sources) {
      for (Feed feed : source.feeds()) {
        counter.dataPoint(count(labels(source, feed), value.applyAsLong(feed)));
      }
    }
    all.metricSnapshot(counter.build());
  }

  private static Labels labels(ReplicationReport source, Feed feed) {
    return Labels.of("source", source.name(), "feed", feed.listen());
  }

  private static GaugeSnapshot.Builder gauge(String name, String help) {
    return GaugeSnapshot.builder().name("understudy_" + name).help(help);
  }

  private static CounterSnapshot.Builder counter(String name, String help) {
    return CounterSnapshot.builder().name("understudy_" + name).help(help);
  }

  private static GaugeDataPointSnapshot point(Labels labels, double value) {
    return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }

  private static CounterDataPointSnapshot count(Labels labels, long value) {
    return CounterDataPointSnapshot.builder().labels(labels).value((double) value).build();
  }
}
