package io.understudy.app.wiring;

import io.netty.util.internal.PlatformDependent;
import io.understudy.app.rest.ProcessReport;
import io.understudy.app.rest.ProxyReport;
import io.understudy.app.rest.ProxyReport.TimesReport;
import io.understudy.proxy.ProxyServer;
import io.understudy.proxy.ProxyStats;
import io.understudy.proxy.observe.Distribution;
import io.understudy.proxy.observe.Histogram;
import io.understudy.proxy.route.CommandClass;
import io.understudy.proxy.session.Counters;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Says in the public words what the proxy counts. */
final class ProxyReports {
  /** A loop that is busy for longer is reported with this time; a scraper waits for ten seconds. */
  private static final Duration LOOP_WAIT = Duration.ofSeconds(1);

  private static final double NANOS_PER_SECOND = 1e9;

  private ProxyReports() {}

  static ProxyReport of(ProxyServer proxy) {
    ProxyStats stats = proxy.stats();
    return new ProxyReport(
        stats.listeners().stream()
            .map(
                listener ->
                    new ProxyReport.ListenerReport(
                        listener.bound(),
                        listener.group(),
                        listener.clients(),
                        named(listener.counts()),
                        classed(listener.times()),
                        times(listener.holds()),
                        listener.errors()))
            .toList(),
        stats.groups().stream()
            .map(
                group ->
                    new ProxyReport.BackendsReport(
                        group.group(), group.backends(), group.waiting()))
            .toList(),
        proxy.loopDelayNanos(LOOP_WAIT),
        stats.turns().stream().map(ProxyReports::times).toList());
  }

  private static Map<String, TimesReport> classed(Map<CommandClass, Distribution> times) {
    Map<String, TimesReport> classed = new HashMap<>();
    times.forEach((of, its) -> classed.put(name(of), times(its)));
    return classed;
  }

  private static String name(CommandClass of) {
    return switch (of) {
      case READ -> "read";
      case WRITE -> "write";
      case BLOCKING -> "blocking";
      case SCRIPT -> "script";
      case OTHER -> "other";
    };
  }

  private static TimesReport times(Distribution of) {
    return new TimesReport(
        Histogram.boundsSeconds(), of.counts(), of.sumNanos() / NANOS_PER_SECOND);
  }

  static ProcessReport process() {
    return new ProcessReport(
        Optional.ofNullable(ProxyReports.class.getPackage().getImplementationVersion())
            .orElse("unreleased"),
        Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime()),
        Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory(),
        Math.max(0, PlatformDependent.usedDirectMemory()));
  }

  private static Map<String, Long> named(Map<Counters.Count, Long> counts) {
    Map<String, Long> named = new HashMap<>();
    counts.forEach((count, value) -> named.put(name(count), value));
    return named;
  }

  private static String name(Counters.Count count) {
    return switch (count) {
      case ACCEPTED -> "clients_accepted";
      case REFUSED -> "clients_refused";
      case CLOSED -> "clients_closed";
      case COMMANDS -> "commands";
      case REPLIES -> "replies";
      case HELD -> "commands_held";
      case EXPIRED -> "commands_expired";
      case RESENT -> "commands_resent";
      case UNKNOWN -> "commands_unknown";
      case NOT_REPLICATED -> "commands_not_replicated";
      case PINNED -> "sessions_pinned";
      case OVER_LIMIT -> "clients_over_limit";
      case PUBSUB_OVER_LIMIT -> "pubsub_clients_over_limit";
      case PROTOCOL_ERRORS -> "protocol_errors";
      case HANDSHAKES_FAILED -> "handshakes_failed";
      case SLOW -> "slow_requests";
      case DENIED -> "denied";
    };
  }
}
