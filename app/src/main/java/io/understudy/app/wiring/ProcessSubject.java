package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.wiring.systemd.Supervision;
import io.understudy.proxy.ProxyServer;
import io.understudy.topology.TopologyFeed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** This process, as systemd is told of it. */
final class ProcessSubject implements Supervision.Subject {
  private final TopologyFeed feed;
  private final Supplier<Configuration> configuration;
  private final Supplier<Optional<ProxyServer>> proxy;

  ProcessSubject(
      TopologyFeed feed,
      Supplier<Configuration> configuration,
      Supplier<Optional<ProxyServer>> proxy) {
    this.feed = feed;
    this.configuration = configuration;
    this.proxy = proxy;
  }

  @Override
  public long process() {
    return ProcessHandle.current().pid();
  }

  @Override
  public String status() {
    List<String> groups = Options.groupNames(configuration.get());
    List<String> without =
        groups.stream().filter(name -> feed.current(name).primary().isEmpty()).toList();
    return words(groups.size(), without);
  }

  static String words(int groups, List<String> without) {
    if (groups == 0) {
      return "replicating";
    }
    String all = groups == 1 ? "1 group" : groups + " groups";
    return without.isEmpty()
        ? all + ", each with a primary"
        : all + ", " + without.size() + " without a primary: " + String.join(", ", without);
  }

  @Override
  public boolean turns(Duration most) {
    return proxy
        .get()
        .map(p -> p.loopDelayNanos(most).stream().allMatch(nanos -> nanos < most.toNanos()))
        .orElse(true);
  }
}
