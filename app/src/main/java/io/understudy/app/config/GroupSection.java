package io.understudy.app.config;

import io.understudy.topology.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code groups}: names and nodes are unique over the whole file. */
final class GroupSection {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(10);
  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);
  private static final int MOST_REPLICAS = 100;
  private static final int MOST_WEIGHT = 1_000;

  private GroupSection() {}

  static List<Configuration.Group> read(Section top) {
    List<Configuration.Group> groups = new ArrayList<>();
    Map<String, String> names = new HashMap<>();
    Map<Address, String> nodes = new HashMap<>();
    // Who only replicates from a fixed address keeps no group.
    Optional<Value> written =
        top.get("replication").isPresent()
            ? top.get("groups")
            : top.require("groups", "write a list of groups, each with a name and nodes");
    written.stream()
        .flatMap(v -> v.items("a list of groups, each with a name and nodes").stream())
        .forEach(
            item ->
                item.section(List.of("name", "nodes", "auth", "tls", "durability"))
                    .ifPresent(section -> groups.add(group(section, names, nodes))));
    return groups;
  }

  private static Configuration.Group group(
      Section section, Map<String, String> names, Map<Address, String> taken) {
    String name =
        section
            .require("name", "write a name for the group, such as orders")
            .flatMap(v -> name(v, names))
            .orElse("");
    List<Address> nodes = new ArrayList<>();
    Map<Address, Configuration.Place> places = new HashMap<>();
    for (Value item :
        section.require("nodes", "write a list of host:port").stream()
            .flatMap(v -> v.items("a list of host:port").stream())
            .toList()) {
      nodeAddress(item, places)
          .ifPresent(
              address -> {
                Optional<String> place =
                    Optional.ofNullable(taken.putIfAbsent(address, item.path()));
                place.ifPresent(
                    p -> item.problem("'" + address + "' is already " + p + "; remove one"));
                nodes.add(address);
              });
    }
    return new Configuration.Group(
        name,
        nodes,
        places,
        credentials(section),
        TlsSection.ofServers(section),
        durability(section, nodes.size()));
  }

  /** A node as {@code host:port}, or as keys that say more of it. */
  private static Optional<Address> nodeAddress(
      Value item, Map<Address, Configuration.Place> places) {
    if (!item.isMapping()) {
      return item.address();
    }
    Section keys = item.section(List.of("address", "zone", "priority", "weight")).orElseThrow();
    Optional<Address> address = keys.require("address", "write host:port").flatMap(Value::address);
    Configuration.Place place =
        new Configuration.Place(
            keys.get("zone").flatMap(GroupSection::zone),
            keys.get("priority")
                .flatMap(v -> v.choice(Configuration.Priority.values()))
                .orElse(Configuration.Priority.NORMAL),
            keys.get("weight").flatMap(v -> v.integer(0, MOST_WEIGHT)).orElse(Defaults.WEIGHT));
    address.ifPresent(a -> places.put(a, place));
    return address;
  }

  /** The name of a zone. */
  static Optional<String> zone(Value value) {
    return value
        .text("a zone's name")
        .filter(
            zone -> {
              boolean right = NAME.matcher(zone).matches();
              if (!right) {
                value.problem(
                    "'" + zone + "' is not a zone; use up to 64 letters, digits, '.', '_' and '-'");
              }
              return right;
            });
  }

  private static Optional<Configuration.Durability> durability(Section group, int nodes) {
    return group
        .get("durability")
        .flatMap(v -> v.section(List.of("replicas", "timeout")))
        .flatMap(
            section -> {
              Duration timeout =
                  section
                      .get("timeout")
                      .flatMap(v -> v.duration(SHORTEST_TIMEOUT, LONGEST_TIMEOUT))
                      .orElse(Defaults.DURABILITY_TIMEOUT);
              return section
                  .require("replicas", "write how many replicas must have a write, such as 1")
                  .flatMap(v -> replicas(v, nodes))
                  .map(replicas -> new Configuration.Durability(replicas, timeout));
            });
  }

  private static Optional<Integer> replicas(Value value, int nodes) {
    return value
        .integer(1, MOST_REPLICAS)
        .filter(
            replicas -> {
              if (replicas >= nodes) {
                value.problem(
                    replicas
                        + " replicas cannot have a write where the group has "
                        + nodes
                        + " nodes, one of them primary; write less, or add nodes");
              }
              return replicas < nodes;
            });
  }

  private static Optional<String> name(Value value, Map<String, String> names) {
    return value
        .text("a name")
        .filter(
            name -> {
              if (!NAME.matcher(name).matches()) {
                value.problem(
                    "'" + name + "' is not a name; use up to 64 letters, digits, '.', '_' and '-'");
                return false;
              }
              Optional<String> place = Optional.ofNullable(names.putIfAbsent(name, value.path()));
              place.ifPresent(
                  p -> value.problem("'" + name + "' is already " + p + "; choose another name"));
              return place.isEmpty();
            });
  }

  static Optional<Configuration.Credentials> credentials(Section group) {
    return credentials(group, "auth");
  }

  /** How to log in to servers, as a key of a section says it. */
  static Optional<Configuration.Credentials> credentials(Section section, String key) {
    return section
        .get(key)
        .flatMap(v -> v.section(List.of("username", "password")))
        .flatMap(
            auth -> {
              Optional<String> username = auth.get("username").flatMap(v -> v.text("a user name"));
              return auth.require("password", "write a text, \"${VARIABLE}\" or file:PATH")
                  .flatMap(Value::secret)
                  .map(password -> new Configuration.Credentials(username, password));
            });
  }
}
