package io.understudy.app.config;

import io.understudy.topology.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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
            .orElse(Defaults.UPKEEP.replicaGrace()));
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
}
