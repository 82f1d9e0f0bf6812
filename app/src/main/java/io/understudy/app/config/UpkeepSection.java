package io.understudy.app.config;

import io.understudy.topology.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads {@code standby} and what of {@code failover} says how groups are kept complete. */
final class UpkeepSection {
  private static final Duration DAY = Duration.ofDays(1);

  private UpkeepSection() {}

  static Configuration.Upkeep read(
      Section top, Section failover, List<Configuration.Group> groups) {
    return new Configuration.Upkeep(
        standbys(top, groups),
        failover
            .get("replicaGrace")
            .flatMap(v -> v.duration(Duration.ofSeconds(1), DAY))
            .orElse(Defaults.UPKEEP.replicaGrace()),
        zones(failover, groups),
        returnAfter(failover));
  }

  private static List<Address> standbys(Section top, List<Configuration.Group> groups) {
    List<Address> standbys = new ArrayList<>();
    for (Value item :
        top.get("standby").stream()
            .flatMap(v -> v.items("a list of host:port").stream())
            .toList()) {
      Address address = item.address().orElse(null);
      if (address == null) {
        continue;
      }
      groups.stream()
          .filter(group -> group.nodes().contains(address))
          .findFirst()
          .ifPresent(
              group ->
                  item.problem(
                      "'" + address + "' is a node of group " + group.name() + "; remove one"));
      if (standbys.contains(address)) {
        item.problem("'" + address + "' is there twice; remove one");
      }
      standbys.add(address);
    }
    return standbys;
  }

  private static Optional<Duration> returnAfter(Section failover) {
    boolean wanted =
        failover.get("returnToPreferred").flatMap(v -> v.choice(YesNo.values())).stream()
            .anyMatch(YesNo.TRUE::equals);
    Optional<Value> after = failover.get("returnAfter");
    if (!wanted) {
      after.ifPresent(
          v -> v.problem("is used only with returnToPreferred: true; remove it, or write that"));
      return Optional.empty();
    }
    return Optional.of(
        after.flatMap(v -> v.duration(Duration.ofSeconds(1), DAY)).orElse(Defaults.RETURN_AFTER));
  }

  /** Names that are booleans in YAML. */
  private enum YesNo {
    TRUE,
    FALSE
  }

  private static Configuration.Zones zones(Section failover, List<Configuration.Group> groups) {
    Section zones = failover.section("zones", List.of("prefer", "avoid", "forbid"));
    Set<String> known =
        groups.stream()
            .flatMap(g -> g.places().values().stream())
            .flatMap(p -> p.zone().stream())
            .collect(Collectors.toSet());
    Set<String> named = new HashSet<>();
    return new Configuration.Zones(
        names(zones, "prefer", known, named),
        names(zones, "avoid", known, named),
        names(zones, "forbid", known, named));
  }

  private static List<String> names(
      Section zones, String key, Set<String> known, Set<String> named) {
    List<String> names = new ArrayList<>();
    for (Value item :
        zones.get(key).stream().flatMap(v -> v.items("a list of zones").stream()).toList()) {
      item.text("a zone")
          .ifPresent(
              zone -> {
                if (!known.contains(zone)) {
                  item.problem(
                      "no node is in zone '"
                          + zone
                          + "'; write { address: host:port, zone: "
                          + zone
                          + " } in groups[].nodes");
                } else if (!named.add(zone)) {
                  item.problem("'" + zone + "' is named twice under zones; remove one");
                }
                names.add(zone);
              });
    }
    return names;
  }
}
