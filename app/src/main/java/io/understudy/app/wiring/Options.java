package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.failover.GroupOptions;
import io.understudy.failover.KeeperOptions;
import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.observe.Cadence;
import io.understudy.proxy.Listener;
import io.understudy.proxy.ProxyOptions;
import io.understudy.proxy.backend.Transport;
import io.understudy.proxy.route.Credentials;
import io.understudy.proxy.route.Limits;
import io.understudy.topology.Journal;
import io.understudy.topology.Leadership;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Says to each part, in its own words, what the configuration says. */
final class Options {
  private static final int KEEPER_IO_THREADS = 1;

  /** INFO costs a server more than PING does, and is read at once when something happens. */
  private static final int PINGS_PER_INFO = 10;

  private Options() {}

  static KeeperOptions keeper(Configuration configuration, Journal journal) {
    Configuration.Failover failover = configuration.failover();
    FailoverPolicy usual = FailoverPolicy.DEFAULT;
    FailoverPolicy policy =
        new FailoverPolicy(
            failover.downAfter(),
            usual.startWait(),
            usual.candidateWait(),
            failover.maxLagBytes(),
            failover.maxLagTime(),
            switch (failover.onConflict()) {
              case REFUSE -> FailoverPolicy.OnConflict.REFUSE;
              case FRESHEST -> FailoverPolicy.OnConflict.FRESHEST;
            },
            usual.maxFailovers(),
            usual.failoverWindow(),
            usual.maxOperating(),
            usual.maxSuspectedShare(),
            usual.actionDeadline(),
            usual.retryAfter());
    Cadence cadence =
        new Cadence(
            failover.pingEvery(),
            failover.pingEvery().multipliedBy(PINGS_PER_INFO),
            shorter(Cadence.DEFAULT.silentAfter(), failover.downAfter().dividedBy(2)),
            Cadence.DEFAULT.connectTimeout(),
            Cadence.DEFAULT.reconnectEvery());
    Leadership leadership =
        switch (configuration.failover().coordinator()) {
          case LOCAL -> Leadership.ALONE;
        };
    return new KeeperOptions(journal, leadership, policy, cadence, KEEPER_IO_THREADS);
  }

  private static Duration shorter(Duration left, Duration right) {
    return left.compareTo(right) <= 0 ? left : right;
  }

  static GroupOptions group(Configuration.Group group) {
    return new GroupOptions(
        group.name(),
        group.nodes(),
        group
            .auth()
            .map(
                auth ->
                    new io.understudy.failover.link.Credentials(
                        auth.username(), auth.password().reveal())));
  }

  static ProxyOptions proxy(Configuration configuration) {
    Configuration.Proxy proxy = configuration.proxy();
    Map<String, Credentials> credentials = new HashMap<>();
    for (Configuration.Group group : configuration.groups()) {
      group
          .auth()
          .ifPresent(
              auth ->
                  credentials.put(
                      group.name(),
                      new Credentials(
                          bytes(auth.username().orElse("")), bytes(auth.password().reveal()))));
    }
    int threads =
        proxy.threads() > 0 ? proxy.threads() : Runtime.getRuntime().availableProcessors();
    Limits usual = Limits.DEFAULT;
    return new ProxyOptions(
        proxy.listeners().stream()
            .map(l -> new Listener(l.bind().host(), l.bind().port(), l.group()))
            .toList(),
        credentials,
        threads,
        switch (proxy.transport()) {
          case EPOLL -> Transport.EPOLL;
          case IO_URING -> Transport.IO_URING;
        },
        new Limits(
            proxy.maxClients(),
            proxy.memory().clientBytes(),
            proxy.memory().totalBytes(),
            proxy.hold().time(),
            // The proxy counts per event loop, a user per group: the sum must not be above.
            Math.ceilDiv(proxy.hold().requests(), threads),
            Math.ceilDiv(proxy.hold().bytes(), threads),
            proxy.idleTimeout().orElse(Duration.ZERO),
            usual.commandsPerTurn(),
            usual.commandsInFlight(),
            usual.resumedPerTurn(),
            usual.streamedRequestBytes(),
            usual.heavyReplyBytes(),
            usual.maxBackends()));
  }

  /** The proxy keeps credentials as bytes in Latin-1. */
  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
