package io.understudy.app.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.understudy.app.rest.GroupReport;
import io.understudy.app.rest.GroupReport.NodeReport;
import io.understudy.app.rest.ProcessReport;
import io.understudy.app.rest.ProxyReport;
import io.understudy.app.rest.ReplicationReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Turns reports into metrics. All of them are made anew for each scrape, so that groups and
 * listeners come and go with the configuration, and nothing is kept between scrapes.
 *
 * <p>Names are {@code understudy_*}; what they mean is said in their help texts and in
 * docs/metrics.md, which a test compares.
 */
public final class Metrics {
  private static final double MILLIS_PER_SECOND = 1e3;
  private static final double NANOS_PER_SECOND = 1e9;

  /** What each count means, by its name; a count that is not here is not shown. */
  private static final Map<String, String> COUNTS = counts();

  private Metrics() {}

  private static Map<String, String> counts() {
    Map<String, String> counts = new LinkedHashMap<>();
    counts.put("clients_accepted", "Clients that were accepted.");
    counts.put("clients_refused", "Clients that were refused because there were too many.");
    counts.put("clients_closed", "Clients that are gone.");
    counts.put("clients_over_limit", "Clients that were closed because a limit was exceeded.");
    counts.put(
        "pubsub_clients_over_limit", "Of these, clients that were sent more than they asked for.");
    counts.put("protocol_errors", "Clients that were closed because they broke the protocol.");
    counts.put("handshakes_failed", "Clients with whom no TLS came about.");
    counts.put("denied", "Logins and commands that the proxy's users do not allow.");
    counts.put("commands", "Commands that were forwarded or answered.");
    counts.put("replies", "Replies that were passed on.");
    counts.put("commands_held", "Commands that had to wait for a primary.");
    counts.put("commands_expired", "Commands that waited in vain and got an error.");
    counts.put("commands_resent", "Commands that were sent again: they certainly had not run.");
    counts.put("commands_unknown", "Commands whose outcome nobody knows: UNKNOWNOUTCOME.");
    counts.put(
        "commands_not_replicated",
        "Commands that were executed and not confirmed by enough replicas: NOTREPLICATED.");
    counts.put("slow_requests", "Requests that took at least proxy.slowlog.time.");
    counts.put("sessions_pinned", "Times that a session was given a connection of its own.");
    return counts;
  }

  /** The metrics of one moment. */
  public static MetricSnapshots of(
      ProcessReport process,
      List<GroupReport> groups,
      ProxyReport proxy,
      List<ReplicationReport> sources) {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    process(all, process);
    groups(all, groups);
    nodes(all, groups);
    proxy(all, proxy);
    TimeMetrics.add(all, proxy);
    FeedMetrics.add(all, sources);
    return all.build();
  }

  private static void process(MetricSnapshots.Builder all, ProcessReport process) {
    all.metricSnapshot(
        InfoSnapshot.builder()
            .name("understudy_build")
            .help("The program that answers.")
            .dataPoint(
                InfoDataPointSnapshot.builder()
                    .labels(Labels.of("version", process.version()))
                    .build())
            .build());
    all.metricSnapshot(
        gauge("understudy_uptime_seconds", "Time since the process started.")
            .dataPoint(point(Labels.EMPTY, process.uptime().toMillis() / MILLIS_PER_SECOND))
            .build());
    all.metricSnapshot(
        gauge("understudy_memory_bytes", "Memory in use, by area: heap, or direct for buffers.")
            .dataPoint(point(Labels.of("area", "heap"), process.heapBytes()))
            .dataPoint(point(Labels.of("area", "direct"), process.directBytes()))
            .build());
  }

  private static void groups(MetricSnapshots.Builder all, List<GroupReport> groups) {
    GaugeSnapshot.Builder epoch =
        gauge("understudy_group_epoch", "The number of the group's present reign.");
    GaugeSnapshot.Builder served =
        gauge("understudy_group_has_primary", "1 while the group has a published primary, else 0.");
    GaugeSnapshot.Builder rule =
        gauge("understudy_group_rule", "1 for the rule that holds now; see docs/rules.md.");
    GaugeSnapshot.Builder publication =
        gauge(
            "understudy_group_publication",
            "1 for what is known of that which this process acts on: current, believed or"
                + " doubtful.");
    GaugeSnapshot.Builder operating =
        gauge("understudy_group_operation", "1 while an operation is under way, else 0.");
    for (GroupReport group : groups) {
      Labels labels = Labels.of("group", group.name());
      epoch.dataPoint(point(labels, group.epoch()));
      served.dataPoint(point(labels, group.primary().isPresent() ? 1 : 0));
      rule.dataPoint(point(Labels.of("group", group.name(), "rule", group.rule()), 1));
      for (GroupReport.Publication state : GroupReport.Publication.values()) {
        publication.dataPoint(
            point(
                Labels.of("group", group.name(), "state", state.text()),
                group.publication() == state ? 1 : 0));
      }
      operating.dataPoint(point(labels, group.operation().isPresent() ? 1 : 0));
    }
    List.of(epoch, served, publication, rule, operating)
        .forEach(gauge -> all.metricSnapshot(gauge.build()));
  }

  private static void nodes(MetricSnapshots.Builder all, List<GroupReport> groups) {
    GaugeSnapshot.Builder up = gauge("understudy_node_up", "1 while the node answers, else 0.");
    GaugeSnapshot.Builder primary =
        gauge("understudy_node_primary", "1 for the node that is the published primary, else 0.");
    GaugeSnapshot.Builder offset =
        gauge("understudy_node_offset_bytes", "Replication history that the node holds.");
    GaugeSnapshot.Builder lag =
        gauge("understudy_node_lag_bytes", "Replication history that the node lacks.");
    for (GroupReport group : groups) {
      OptionalLong head = headOffset(group);
      for (NodeReport node : group.nodes()) {
        Labels labels = Labels.of("group", group.name(), "node", node.address());
        up.dataPoint(point(labels, node.up() ? 1 : 0));
        primary.dataPoint(point(labels, isPrimary(group, node) ? 1 : 0));
        if (node.offset().isPresent()) {
          long held = node.offset().getAsLong();
          offset.dataPoint(point(labels, held));
          if (head.isPresent()) {
            lag.dataPoint(point(labels, Math.max(0, head.getAsLong() - held)));
          }
        }
      }
    }
    List.of(up, primary, offset, lag).forEach(gauge -> all.metricSnapshot(gauge.build()));
  }

  private static boolean isPrimary(GroupReport group, NodeReport node) {
    return group.primary().filter(node.address()::equals).isPresent();
  }

  private static OptionalLong headOffset(GroupReport group) {
    return group.nodes().stream()
        .filter(node -> isPrimary(group, node))
        .map(NodeReport::offset)
        .findFirst()
        .orElse(OptionalLong.empty());
  }

  private static void proxy(MetricSnapshots.Builder all, ProxyReport proxy) {
    GaugeSnapshot.Builder clients =
        gauge("understudy_proxy_clients", "Clients that are connected now.");
    for (ProxyReport.ListenerReport listener : proxy.listeners()) {
      clients.dataPoint(point(labels(listener), listener.clients()));
    }
    all.metricSnapshot(clients.build());
    COUNTS.forEach(
        (name, help) -> {
          CounterSnapshot.Builder counter =
              CounterSnapshot.builder().name("understudy_proxy_" + name).help(help);
          for (ProxyReport.ListenerReport listener : proxy.listeners()) {
            counter.dataPoint(
                CounterDataPointSnapshot.builder()
                    .labels(labels(listener))
                    .value((double) listener.counts().getOrDefault(name, 0L))
                    .build());
          }
          all.metricSnapshot(counter.build());
        });
    GaugeSnapshot.Builder connections =
        gauge("understudy_proxy_backends", "Connections to the group's nodes.");
    GaugeSnapshot.Builder waiting =
        gauge("understudy_proxy_waiting_sessions", "Sessions that wait for a connection.");
    for (ProxyReport.BackendsReport group : proxy.backends()) {
      connections.dataPoint(point(Labels.of("group", group.group()), group.connections()));
      waiting.dataPoint(point(Labels.of("group", group.group()), group.waiting()));
    }
    GaugeSnapshot.Builder delay =
        gauge("understudy_proxy_loop_delay_seconds", "How long the event loop let a task wait.");
    for (int loop = 0; loop < proxy.loopDelayNanos().size(); loop++) {
      delay.dataPoint(
          point(
              Labels.of("loop", Integer.toString(loop)),
              proxy.loopDelayNanos().get(loop) / NANOS_PER_SECOND));
    }
    List.of(connections, waiting, delay).forEach(gauge -> all.metricSnapshot(gauge.build()));
  }

  private static Labels labels(ProxyReport.ListenerReport listener) {
    return Labels.of("listener", listener.listener(), "group", listener.group());
  }

  private static GaugeSnapshot.Builder gauge(String name, String help) {
    return GaugeSnapshot.builder().name(name).help(help);
  }

  /** Numbers above 2^53 lose their last digits on the way, as everywhere in this format. */
  private static GaugeDataPointSnapshot point(Labels labels, long value) {
    return point(labels, (double) value);
  }

  private static GaugeDataPointSnapshot point(Labels labels, double value) {
    return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }
}
