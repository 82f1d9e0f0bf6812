package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.topology.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a reload follows of how failures are found and groups are kept complete. */
final class ReloadedFailover {
  private ReloadedFailover() {}

  /**
   * What holds from now on.
   *
   * @param groups those that are there from now on
   * @param waiting gets what waits for a restart, a sentence each
   */
  static Configuration.Failover of(
      Configuration before,
      Configuration after,
      List<Configuration.Group> groups,
      List<String> waiting) {
    Configuration.Failover now = before.failover();
    Configuration.Failover next = after.failover();
    check(waiting, "failover.coordinator", now.coordinator(), next.coordinator());
    check(waiting, "failover.state", now.stateDirectory(), next.stateDirectory());
    check(waiting, "failover.keeper", now.keeper(), next.keeper());
    check(waiting, "failover.zookeeper", now.zookeeper(), next.zookeeper());
    return mixed(
        now,
        next,
        now.coordinator() == Configuration.Coordinator.FOLLOW
            ? next.upkeep().standbys()
            : standbys(now, next, groups, waiting));
  }

  private static Configuration.Failover mixed(
      Configuration.Failover now, Configuration.Failover next, List<Address> standbys) {
    return new Configuration.Failover(
        now.coordinator(),
        next.detection(),
        next.maxLagBytes(),
        next.maxLagTime(),
        next.onConflict(),
        now.stateDirectory(),
        now.keeper(),
        now.zookeeper(),
        next.withStandbys(standbys).upkeep(),
        next.hooks(),
        // Another coordinator waits for a restart, and what is said of it too.
        now.coordinator() == next.coordinator()
            ? next.whenCoordinatorLost()
            : now.whenCoordinatorLost());
  }

  /** A node that a group still has is no standby, whatever the file says. */
  private static List<Address> standbys(
      Configuration.Failover now,
      Configuration.Failover next,
      List<Configuration.Group> groups,
      List<String> waiting) {
    List<Address> standbys = new ArrayList<>();
    for (Address standby : next.upkeep().standbys()) {
      boolean isNode = groups.stream().anyMatch(group -> group.nodes().contains(standby));
      if (!isNode || now.upkeep().standbys().contains(standby)) {
        standbys.add(standby);
      } else {
        waiting.add("standby " + standby + " is left out, because it is a node of a group,");
      }
    }
    return standbys;
  }

  /** The keys whose values differ. */
  static List<String> changed(Configuration.Failover now, Configuration.Failover next) {
    List<String> keys = new ArrayList<>();
    Configuration.Detection before = now.detection();
    Configuration.Detection after = next.detection();
    note(keys, "failover.downAfter", before.downAfter(), after.downAfter());
    note(keys, "failover.refusals", before.refusals(), after.refusals());
    note(keys, "failover.pingEvery", before.pingEvery(), after.pingEvery());
    note(keys, "failover.infoEvery", before.infoEvery(), after.infoEvery());
    note(keys, "failover.turnEvery", before.turnEvery(), after.turnEvery());
    note(keys, "failover.maxLag.bytes", now.maxLagBytes(), next.maxLagBytes());
    note(keys, "failover.maxLag.time", now.maxLagTime(), next.maxLagTime());
    note(keys, "failover.onConflict", now.onConflict(), next.onConflict());
    Configuration.Upkeep kept = now.upkeep();
    Configuration.Upkeep wanted = next.upkeep();
    note(keys, "failover.replicaGrace", kept.replicaGrace(), wanted.replicaGrace());
    note(keys, "failover.zones", kept.zones(), wanted.zones());
    note(keys, "failover.returnAfter", kept.returnAfter(), wanted.returnAfter());
    note(keys, "standby", kept.standbys(), wanted.standbys());
    note(
        keys,
        "failover.whenCoordinatorLost",
        now.whenCoordinatorLost(),
        next.whenCoordinatorLost());
    return keys;
  }

  private static void note(List<String> keys, String key, Object now, Object next) {
    if (!Objects.equals(now, next)) {
      keys.add(key);
    }
  }

  private static void check(List<String> waiting, String key, Object now, Object next) {
    if (!Objects.equals(now, next)) {
      waiting.add(key + " stays as it was");
    }
  }
}
