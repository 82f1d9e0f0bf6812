package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.SourceConfig;
import io.understudy.topology.Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a running program does of a changed configuration: groups that come and go, the proxy's
 * listeners, limits and logins, and the log. The rest waits for a restart.
 *
 * @param followed what holds from now on
 * @param added groups that are looked after from now on
 * @param removed groups that are not any more
 * @param changes what changes but for listeners, a sentence each
 * @param waiting what waits for a restart, a sentence each
 */
record ReloadPlan(
    Configuration followed,
    List<Configuration.Group> added,
    List<Configuration.Group> removed,
    List<String> changes,
    List<String> waiting) {
  ReloadPlan {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    changes = List.copyOf(changes);
    waiting = List.copyOf(waiting);
  }

  /** Compares what holds with what is wanted. */
  static ReloadPlan of(Configuration now, Configuration next) {
    // Several keepers know the same groups: each is started anew with the changed file.
    boolean alone = now.failover().coordinator() == Configuration.Coordinator.LOCAL;
    boolean follows = now.failover().coordinator() == Configuration.Coordinator.FOLLOW;
    List<Configuration.Group> groups = new ArrayList<>();
    List<Configuration.Group> added = new ArrayList<>();
    List<Configuration.Group> removed = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    for (Configuration.Group wanted : next.groups()) {
      Optional<Configuration.Group> known = named(now, wanted.name());
      if (known.isPresent()) {
        groups.add(kept(known.get(), wanted, follows, waiting));
      } else if (alone) {
        groups.add(wanted);
        added.add(wanted);
      } else {
        waiting.add(
            "group " + wanted.name() + " is left out (every process is told, then started anew)");
      }
    }
    for (Configuration.Group known : now.groups()) {
      if (named(next, known.name()).isPresent()) {
        continue;
      }
      if (alone && !isReplicated(now, known.name())) {
        removed.add(known);
      } else {
        groups.add(known);
        waiting.add("group " + known.name() + " is kept as it was");
      }
    }
    Configuration.Upkeep upkeep = now.failover().upkeep();
    check(waiting, "standby", upkeep.standbys(), next.failover().upkeep().standbys());
    check(waiting, "failover", now.failover(), next.failover().withStandbys(upkeep.standbys()));
    check(waiting, "replication", now.replication(), next.replication());
    check(waiting, "admin", now.admin(), next.admin());
    check(waiting, "proxy.transport", now.proxy().transport(), next.proxy().transport());
    check(waiting, "proxy.threads", now.proxy().threads(), next.proxy().threads());
    return new ReloadPlan(
        followed(now, next, groups),
        added,
        removed,
        changes(now, next, groups, added, removed),
        waiting);
  }

  private static Optional<Configuration.Group> named(Configuration in, String name) {
    return in.groups().stream().filter(group -> group.name().equals(name)).findFirst();
  }

  /**
   * A group that stays: its login and its nodes' weights can change.
   *
   * @param follows whether nobody decides here: then nodes, zones and priorities only say where is
   *     read
   */
  private static Configuration.Group kept(
      Configuration.Group known,
      Configuration.Group wanted,
      boolean follows,
      List<String> waiting) {
    Map<Address, Configuration.Place> places = follows ? wanted.places() : weighed(known, wanted);
    if (!follows) {
      nodes(known, wanted, waiting);
      boolean alike =
          known.nodes().stream()
              .filter(wanted.nodes()::contains)
              .allMatch(
                  node ->
                      places
                          .getOrDefault(node, Configuration.Place.USUAL)
                          .equals(placeOf(wanted, node)));
      if (!alike) {
        waiting.add("zones and priorities of group " + known.name() + " stay as they were");
      }
    }
    if (!known.tls().equals(wanted.tls())) {
      waiting.add("groups[" + known.name() + "].tls stays as it was");
    }
    if (!known.durability().equals(wanted.durability())) {
      waiting.add("groups[" + known.name() + "].durability stays as it was");
    }
    return new Configuration.Group(
        known.name(),
        follows ? wanted.nodes() : known.nodes(),
        places,
        wanted.auth(),
        known.tls(),
        known.durability());
  }

  /** Nodes come and go by commands, which look at them first. */
  private static void nodes(
      Configuration.Group known, Configuration.Group wanted, List<String> waiting) {
    String group = known.name();
    for (Address node : wanted.nodes()) {
      if (!known.nodes().contains(node)) {
        waiting.add(
            node
                + " is left out of group "
                + group
                + " (unless 'understudy add-node "
                + group
                + " "
                + node
                + "' has it taken in)");
      }
    }
    for (Address node : known.nodes()) {
      if (!wanted.nodes().contains(node)) {
        waiting.add(
            node
                + " stays in group "
                + group
                + " (unless 'understudy remove-node "
                + group
                + " "
                + node
                + "' has it let go)");
      }
    }
  }

  /**
   * What is said of a group's nodes, with the weights that are wanted; what says nothing is out.
   */
  private static Map<Address, Configuration.Place> weighed(
      Configuration.Group known, Configuration.Group wanted) {
    Map<Address, Configuration.Place> places = new HashMap<>();
    for (Address node : known.nodes()) {
      Configuration.Place before = placeOf(known, node);
      Configuration.Place after = wanted.nodes().contains(node) ? placeOf(wanted, node) : before;
      Configuration.Place place =
          new Configuration.Place(before.zone(), before.priority(), after.weight());
      if (!place.equals(Configuration.Place.USUAL)) {
        places.put(node, place);
      }
    }
    return places;
  }

  private static Configuration.Place placeOf(Configuration.Group group, Address node) {
    return group.places().getOrDefault(node, Configuration.Place.USUAL);
  }

  private static boolean isReplicated(Configuration now, String group) {
    return now.replication().stream()
        .anyMatch(
            source ->
                source.origin() instanceof SourceConfig.Origin.OfGroup(String name)
                    && name.equals(group));
  }

  private static Configuration followed(
      Configuration now, Configuration next, List<Configuration.Group> groups) {
    List<String> names = groups.stream().map(Configuration.Group::name).toList();
    Configuration.Proxy proxy = next.proxy();
    return new Configuration(
        groups,
        new Configuration.Proxy(
            proxy.listeners().stream().filter(l -> names.containsAll(l.groups())).toList(),
            now.proxy().transport(),
            now.proxy().threads(),
            proxy.maxClients(),
            proxy.idleTimeout(),
            proxy.hold(),
            proxy.memory(),
            proxy.drain(),
            proxy.observing(),
            proxy.zone(),
            proxy.output()),
        now.failover(),
        now.replication(),
        now.admin(),
        next.log());
  }

  private static List<String> changes(
      Configuration now,
      Configuration next,
      List<Configuration.Group> groups,
      List<Configuration.Group> added,
      List<Configuration.Group> removed) {
    List<String> changes = new ArrayList<>();
    added.forEach(group -> changes.add("group " + group.name() + " is looked after from now on"));
    removed.forEach(
        group ->
            changes.add("group " + group.name() + " is looked after until its clients are gone"));
    for (Configuration.Group group : groups) {
      named(now, group.name())
          .filter(known -> !weighed(known, known).equals(weighed(group, group)))
          .ifPresent(known -> changes.add("group " + group.name() + " is read from otherwise"));
    }
    Configuration.Proxy before = now.proxy();
    Configuration.Proxy after = next.proxy();
    holds(changes, "proxy.maxClients", before.maxClients(), after.maxClients());
    holds(changes, "proxy.idleTimeout", before.idleTimeout(), after.idleTimeout());
    holds(changes, "proxy.hold", before.hold(), after.hold());
    holds(changes, "proxy.memory", before.memory(), after.memory());
    holds(changes, "proxy.output", before.output(), after.output());
    holds(changes, "proxy.drain", before.drain(), after.drain());
    holds(changes, "proxy.slowlog or proxy.samples", before.observing(), after.observing());
    holds(changes, "proxy.zone", before.zone(), after.zone());
    holds(changes, "log", now.log(), next.log());
    return changes;
  }

  private static void holds(List<String> changes, String key, Object now, Object next) {
    if (!Objects.equals(now, next)) {
      changes.add(key + " is followed from now on");
    }
  }

  private static void check(List<String> waiting, String key, Object now, Object next) {
    if (!Objects.equals(now, next)) {
      waiting.add(key + " stays as it was");
    }
  }
}
