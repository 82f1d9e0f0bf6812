package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.Defaults;
import io.understudy.app.config.SourceConfig;
import io.understudy.topology.Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a running program does of a changed configuration: groups that come and go and how they are
 * looked after, the proxy's listeners, limits and logins, and the log. The rest waits for a
 * restart.
 *
 * @param followed what holds from now on
 * @param added groups that are looked after from now on
 * @param removed groups that are not any more
 * @param anew groups that stay, and are looked after in another way; with them those that are
 *     added, if it is another way for all
 * @param changes what changes but for listeners, a sentence each
 * @param waiting what waits for a restart, a sentence each
 */
record ReloadPlan(
    Configuration followed,
    List<Configuration.Group> added,
    List<Configuration.Group> removed,
    List<Configuration.Group> anew,
    List<String> changes,
    List<String> waiting) {
  ReloadPlan {
    anew = List.copyOf(anew);
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
        groups.add(kept(known.get(), wanted, now.failover().coordinator(), waiting));
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
    Configuration.Failover failover = ReloadedFailover.of(now, next, groups, waiting);
    check(waiting, "replication", now.replication(), next.replication());
    check(waiting, "admin", now.admin(), next.admin());
    check(waiting, "proxy.transport", now.proxy().transport(), next.proxy().transport());
    check(waiting, "proxy.threads", now.proxy().threads(), next.proxy().threads());
    List<Configuration.Group> anew =
        failover.equals(now.failover())
            ? groups.stream().filter(group -> isLookedAfterOtherwise(now, group)).toList()
            : groups;
    return new ReloadPlan(
        followed(now, next, groups, failover),
        added,
        removed,
        follows ? List.of() : anew,
        changes(now, next, groups, added, removed, failover),
        waiting);
  }

  private static boolean isLookedAfterOtherwise(Configuration now, Configuration.Group group) {
    return named(now, group.name())
        .filter(
            known ->
                !deciding(known).equals(deciding(group))
                    || !known.tls().equals(group.tls())
                    || !known.durability().equals(group.durability()))
        .isPresent();
  }

  private static Optional<Configuration.Group> named(Configuration in, String name) {
    return in.groups().stream().filter(group -> group.name().equals(name)).findFirst();
  }

  /**
   * A group that stays: all but its nodes can change.
   *
   * @param how who decides about it
   */
  private static Configuration.Group kept(
      Configuration.Group known,
      Configuration.Group wanted,
      Configuration.Coordinator how,
      List<String> waiting) {
    return switch (how) {
      case FOLLOW ->
          new Configuration.Group(
              known.name(),
              wanted.nodes(),
              wanted.places(),
              wanted.auth(),
              wanted.tls(),
              wanted.durability());
      case LOCAL -> {
        nodes(known, wanted, waiting);
        yield new Configuration.Group(
            known.name(),
            known.nodes(),
            placed(known, wanted),
            wanted.auth(),
            wanted.tls(),
            durability(known, wanted, waiting));
      }
      case ZOOKEEPER -> {
        nodes(known, wanted, waiting);
        Map<Address, Configuration.Place> places = weighed(known, wanted);
        if (!places.equals(placed(known, wanted))) {
          waiting.add("zones and priorities of group " + known.name() + " stay as they were");
        }
        check(waiting, "groups[" + known.name() + "].tls", known.tls(), wanted.tls());
        check(
            waiting,
            "groups[" + known.name() + "].durability",
            known.durability(),
            wanted.durability());
        yield new Configuration.Group(
            known.name(), known.nodes(), places, wanted.auth(), known.tls(), known.durability());
      }
    };
  }

  /** As many replicas as are wanted have to be there, and nodes come by commands alone. */
  private static Optional<Configuration.Durability> durability(
      Configuration.Group known, Configuration.Group wanted, List<String> waiting) {
    boolean tooMany =
        wanted.durability().filter(d -> d.replicas() >= known.nodes().size()).isPresent();
    if (tooMany) {
      waiting.add(
          "groups["
              + known.name()
              + "].durability stays as it was, because the group has too few nodes,");
    }
    return tooMany ? known.durability() : wanted.durability();
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

  /** What is said of a group's nodes; what is said of a node no more, is as it was. */
  private static Map<Address, Configuration.Place> placed(
      Configuration.Group known, Configuration.Group wanted) {
    Map<Address, Configuration.Place> places = new HashMap<>(wanted.places());
    for (Address node : known.nodes()) {
      if (!wanted.nodes().contains(node)) {
        places.put(node, placeOf(known, node));
      }
    }
    places.values().removeIf(Configuration.Place.USUAL::equals);
    return places;
  }

  /** The same, where only the weights may change. */
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

  /** What is said of a group's nodes and bears on who is primary. */
  private static Map<Address, Configuration.Place> deciding(Configuration.Group group) {
    Map<Address, Configuration.Place> places = new HashMap<>();
    group
        .places()
        .forEach(
            (node, place) ->
                places.put(
                    node,
                    new Configuration.Place(place.zone(), place.priority(), Defaults.WEIGHT)));
    places.values().removeIf(Configuration.Place.USUAL::equals);
    return places;
  }

  /** What is said of a group's nodes and bears on who is read from. */
  private static Map<Address, Configuration.Place> reading(Configuration.Group group) {
    Map<Address, Configuration.Place> places = new HashMap<>();
    group
        .places()
        .forEach(
            (node, place) ->
                places.put(
                    node,
                    new Configuration.Place(
                        place.zone(), Configuration.Priority.NORMAL, place.weight())));
    places.values().removeIf(Configuration.Place.USUAL::equals);
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
      Configuration now,
      Configuration next,
      List<Configuration.Group> groups,
      Configuration.Failover failover) {
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
        failover,
        now.replication(),
        now.admin(),
        next.log());
  }

  private static List<String> changes(
      Configuration now,
      Configuration next,
      List<Configuration.Group> groups,
      List<Configuration.Group> added,
      List<Configuration.Group> removed,
      Configuration.Failover failover) {
    List<String> changes = new ArrayList<>();
    added.forEach(group -> changes.add("group " + group.name() + " is looked after from now on"));
    removed.forEach(
        group ->
            changes.add("group " + group.name() + " is looked after until its clients are gone"));
    boolean follows = failover.coordinator() == Configuration.Coordinator.FOLLOW;
    for (Configuration.Group group : groups) {
      named(now, group.name()).ifPresent(known -> changes(changes, known, group, follows));
    }
    ReloadedFailover.changed(now.failover(), failover)
        .forEach(key -> changes.add(key + " is followed from now on"));
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

  private static void changes(
      List<String> changes, Configuration.Group known, Configuration.Group group, boolean follows) {
    String name = group.name();
    if (!reading(known).equals(reading(group))) {
      changes.add("group " + name + " is read from otherwise");
    }
    if (!follows && !deciding(known).equals(deciding(group))) {
      changes.add("zones and priorities of group " + name + " hold from now on");
    }
    if (!known.tls().equals(group.tls())) {
      changes.add(
          "groups[" + name + "].tls is followed by connections to servers that begin from now on");
    }
    if (!follows) {
      holds(changes, "groups[" + name + "].durability", known.durability(), group.durability());
    }
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
