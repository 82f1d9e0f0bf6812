package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.Defaults;
import io.understudy.topology.Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

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
 * @param succeeding what waits for a restart too, or for a process that takes over from this one, a
 *     sentence each
 */
record ReloadPlan(
    Configuration followed,
    List<Configuration.Group> added,
    List<Configuration.Group> removed,
    List<Configuration.Group> anew,
    List<String> changes,
    List<String> waiting,
    List<String> succeeding) {
  ReloadPlan {
    anew = List.copyOf(anew);
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    changes = List.copyOf(changes);
    waiting = List.copyOf(waiting);
    succeeding = List.copyOf(succeeding);
  }

  /**
   * Compares what holds with what is wanted.
   *
   * @param members the nodes that a group has now: those of the configuration, and what commands
   *     made of them
   */
  static ReloadPlan of(
      Configuration now, Configuration next, Function<Configuration.Group, List<Address>> members) {
    boolean follows = now.failover().coordinator() == Configuration.Coordinator.FOLLOW;
    List<Configuration.Group> groups = new ArrayList<>();
    List<Configuration.Group> added = new ArrayList<>();
    List<Configuration.Group> removed = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    for (Configuration.Group wanted : next.groups()) {
      Optional<Configuration.Group> known = named(now, wanted.name());
      if (known.isPresent()) {
        groups.add(
            follows ? wanted : kept(known.get(), wanted, members.apply(known.get()), waiting));
      } else {
        groups.add(wanted);
        added.add(wanted);
      }
    }
    for (Configuration.Group known : now.groups()) {
      if (named(next, known.name()).isEmpty()) {
        removed.add(known);
      }
    }
    List<String> succeeding = new ArrayList<>();
    Configuration.Failover failover = ReloadedFailover.of(now, next, groups, waiting);
    boolean alone = now.failover().coordinator() == Configuration.Coordinator.LOCAL;
    // Several processes that share a state directory know each other by their admin ports.
    check(alone ? succeeding : waiting, "admin", now.admin(), next.admin());
    check(waiting, "proxy.transport", now.proxy().transport(), next.proxy().transport());
    check(succeeding, "proxy.threads", now.proxy().threads(), next.proxy().threads());
    if (!mayServe(now) && !next.proxy().listeners().isEmpty()) {
      succeeding.add("the first listener stays closed");
    }
    List<Configuration.Group> anew =
        // Hooks are no matter of how a group is looked at.
        failover.withHooks(now.failover().hooks()).equals(now.failover())
            ? groups.stream().filter(group -> isLookedAfterOtherwise(now, group)).toList()
            : groups;
    Configuration followed = followed(now, next, groups, failover);
    List<String> changes = changes(now, next, groups, added, removed, failover);
    if (failover.keeper().isPresent()
        && !Options.identity(now)
            .configuration()
            .equals(Options.identity(followed).configuration())) {
      changes.add("this keeper takes part again when a majority of the keepers is told the same");
    }
    return new ReloadPlan(
        followed, added, removed, follows ? List.of() : anew, changes, waiting, succeeding);
  }

  /** The other keepers were told at the start whether clients may have requests in flight here. */
  private static boolean mayServe(Configuration now) {
    return now.failover().coordinator() != Configuration.Coordinator.ZOOKEEPER
        || !now.proxy().listeners().isEmpty();
  }

  private static boolean isLookedAfterOtherwise(Configuration now, Configuration.Group group) {
    return named(now, group.name())
        .filter(
            known ->
                !known.nodes().equals(group.nodes())
                    || !deciding(known).equals(deciding(group))
                    || !known.tls().equals(group.tls())
                    || !known.durability().equals(group.durability()))
        .isPresent();
  }

  private static Optional<Configuration.Group> named(Configuration in, String name) {
    return in.groups().stream().filter(group -> group.name().equals(name)).findFirst();
  }

  /**
   * A group that stays: all but its nodes can change. Once commands have made of them what the file
   * says, the file's word is taken.
   *
   * @param members the nodes that it has
   */
  private static Configuration.Group kept(
      Configuration.Group known,
      Configuration.Group wanted,
      List<Address> members,
      List<String> waiting) {
    boolean alike = Set.copyOf(members).equals(Set.copyOf(wanted.nodes()));
    nodes(wanted, members, waiting);
    return new Configuration.Group(
        known.name(),
        alike ? wanted.nodes() : known.nodes(),
        placed(known, wanted, members),
        wanted.auth(),
        wanted.tls(),
        durability(known, wanted, members, waiting));
  }

  /** As many replicas as are wanted have to be there, and nodes come by commands alone. */
  private static Optional<Configuration.Durability> durability(
      Configuration.Group known,
      Configuration.Group wanted,
      List<Address> members,
      List<String> waiting) {
    boolean tooMany = wanted.durability().filter(d -> d.replicas() >= members.size()).isPresent();
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
      Configuration.Group wanted, List<Address> members, List<String> waiting) {
    String group = wanted.name();
    for (Address node : wanted.nodes()) {
      if (!members.contains(node)) {
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
    for (Address node : members) {
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
      Configuration.Group known, Configuration.Group wanted, List<Address> members) {
    Map<Address, Configuration.Place> places = new HashMap<>(wanted.places());
    for (Address node : members) {
      if (!wanted.nodes().contains(node)) {
        places.put(node, placeOf(known, node));
      }
    }
    places.values().removeIf(Configuration.Place.USUAL::equals);
    return places;
  }

  /** What is said of a group's nodes and bears on who is primary. */
  private static Map<Address, Configuration.Place> deciding(Configuration.Group group) {
    return part(
        group, place -> new Configuration.Place(place.zone(), place.priority(), Defaults.WEIGHT));
  }

  /** What is said of a group's nodes and bears on who is read from. */
  private static Map<Address, Configuration.Place> reading(Configuration.Group group) {
    return part(
        group,
        place ->
            new Configuration.Place(place.zone(), Configuration.Priority.NORMAL, place.weight()));
  }

  /** A part of what is said of a group's nodes, of those only of whom it says anything. */
  private static Map<Address, Configuration.Place> part(
      Configuration.Group group, UnaryOperator<Configuration.Place> what) {
    Map<Address, Configuration.Place> places = new HashMap<>(group.places());
    places.replaceAll((node, place) -> what.apply(place));
    places.values().removeIf(Configuration.Place.USUAL::equals);
    return places;
  }

  private static Configuration.Place placeOf(Configuration.Group group, Address node) {
    return group.places().getOrDefault(node, Configuration.Place.USUAL);
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
            proxy.listeners().stream()
                .filter(l -> mayServe(now) && names.containsAll(l.groups()))
                .toList(),
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
        next.replication(),
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
    if (!now.failover().hooks().equals(failover.hooks())) {
      changes.add("the hooks are those of the file from now on");
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

  private static void changes(
      List<String> changes, Configuration.Group known, Configuration.Group group, boolean follows) {
    String name = group.name();
    if (!follows && !known.nodes().equals(group.nodes())) {
      changes.add("group " + name + " has the nodes that the file names, as commands made it");
    }
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
