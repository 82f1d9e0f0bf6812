package io.understudy.app.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads {@code failover}. */
final class FailoverSection {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final long GIGABYTE = 1L << 30;

  /** More in a row only delay what is certain. */
  private static final int MAX_REFUSALS = 100;

  private FailoverSection() {}

  static Configuration.Failover read(Section top, Source source, List<Configuration.Group> groups) {
    Section failover =
        top.section(
            "failover",
            List.of(
                "coordinator",
                "downAfter",
                "refusals",
                "pingEvery",
                "infoEvery",
                "turnEvery",
                "maxLag",
                "onConflict",
                "state",
                "keeper",
                "zookeeper",
                "whenCoordinatorLost",
                "replicaGrace",
                "zones",
                "returnToPreferred",
                "returnAfter"));
    Configuration.Coordinator coordinator =
        failover
            .get("coordinator")
            .flatMap(FailoverSection::coordinator)
            .orElse(Defaults.COORDINATOR);
    Section lag = failover.section("maxLag", List.of("bytes", "time"));
    Configuration.Upkeep upkeep = UpkeepSection.read(top, failover, groups);
    return new Configuration.Failover(
        coordinator,
        detection(failover),
        lag.get("bytes").flatMap(v -> v.bytes(0, 1024 * GIGABYTE)).orElse(Defaults.MAX_LAG_BYTES),
        lag.get("time")
            .flatMap(v -> v.duration(Duration.ofSeconds(1), DAY))
            .orElse(Defaults.MAX_LAG_TIME),
        failover
            .get("onConflict")
            .flatMap(v -> v.choice(Configuration.OnConflict.values()))
            .orElse(Defaults.ON_CONFLICT),
        source
            .directory()
            .resolve(
                failover
                    .get("state")
                    .flatMap(v -> v.text("a directory"))
                    .map(Path::of)
                    .orElse(Defaults.STATE_DIRECTORY)),
        ZookeeperSection.member(failover, coordinator),
        ZookeeperSection.zookeeper(failover, coordinator),
        upkeep,
        HookSection.read(top, coordinator),
        ZookeeperSection.whenLost(failover, coordinator, groups, upkeep.standbys()));
  }

  private static Optional<Configuration.Coordinator> coordinator(Value value) {
    if (value.rawText().equals("sentinel")) {
      value.problem("'sentinel' needs a later version; write local, zookeeper or follow");
      return Optional.empty();
    }
    return value.choice(Configuration.Coordinator.values());
  }

  private static Configuration.Detection detection(Section failover) {
    Duration pingEvery =
        failover
            .get("pingEvery")
            .flatMap(v -> v.duration(Duration.ofMillis(10), Duration.ofMinutes(1)))
            .orElse(Defaults.PING_EVERY);
    return new Configuration.Detection(
        failover
            .get("downAfter")
            .flatMap(v -> v.duration(Duration.ofMillis(100), HOUR))
            .orElse(Defaults.DOWN_AFTER),
        failover.get("refusals").flatMap(v -> v.integer(1, MAX_REFUSALS)).orElse(Defaults.REFUSALS),
        pingEvery,
        failover
            .get("infoEvery")
            .flatMap(v -> v.duration(Duration.ofMillis(10), Duration.ofMinutes(10)))
            .orElse(pingEvery.multipliedBy(Defaults.PINGS_PER_INFO)),
        failover
            .get("turnEvery")
            .flatMap(v -> v.duration(Duration.ofMillis(5), Duration.ofSeconds(10)))
            .orElse(Defaults.TURN_EVERY));
  }
}
