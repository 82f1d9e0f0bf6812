package io.understudy.app.config;

import io.understudy.topology.Address;
import io.understudy.wire.tls.ServerTls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code proxy}: every listener's address is its own, and its group exists. */
final class ProxySection {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int MOST_CLIENTS = 1_000_000;
  private static final int MOST_ENTRIES = 10_000;
  private static final int MOST_SAMPLES = 100_000;
  private static final long GIGABYTE = 1L << 30;

  private ProxySection() {}

  static Configuration.Proxy read(Section top, List<Configuration.Group> groups) {
    Section proxy =
        top.section(
            "proxy",
            List.of(
                "listeners",
                "transport",
                "threads",
                "maxClients",
                "idleTimeout",
                "hold",
                "memory",
                "output",
                "drain",
                "slowlog",
                "samples",
                "zone"));
    List<Configuration.Listener> listeners = listeners(proxy, groups);
    Configuration.Memory memory = memory(proxy);
    return new Configuration.Proxy(
        listeners,
        proxy
            .get("transport")
            .flatMap(v -> v.choice(Configuration.Transport.values()))
            .orElse(Defaults.TRANSPORT),
        proxy.get("threads").flatMap(v -> v.integer(1, 1024)).orElse(Defaults.THREADS),
        proxy
            .get("maxClients")
            .flatMap(v -> v.integer(1, MOST_CLIENTS))
            .orElse(Defaults.MAX_CLIENTS),
        proxy
            .get("idleTimeout")
            .map(
                v ->
                    v.rawText().equals("off")
                        ? Optional.<Duration>empty()
                        : v.duration(Duration.ofSeconds(1), DAY))
            .orElse(Defaults.IDLE_TIMEOUT),
        hold(proxy),
        memory,
        proxy
            .get("drain")
            .flatMap(v -> v.duration(Duration.ofMillis(100), HOUR))
            .orElse(Defaults.DRAIN_TIME),
        observing(proxy),
        proxy.get("zone").flatMap(v -> zone(v, groups, listeners)),
        OutputSection.read(proxy, memory));
  }

  private static Optional<String> zone(
      Value value, List<Configuration.Group> groups, List<Configuration.Listener> listeners) {
    if (listeners.stream().allMatch(l -> l.reads().from() == Configuration.Reads.PRIMARY)) {
      value.problem("has no meaning here; it needs a listener with 'reads: replicas' or 'nearest'");
    }
    return GroupSection.zone(value)
        .filter(
            zone -> {
              boolean known =
                  groups.stream()
                      .flatMap(group -> group.places().values().stream())
                      .anyMatch(place -> place.zone().equals(Optional.of(zone)));
              if (!known) {
                value.problem(
                    "no node is in zone '"
                        + zone
                        + "'; write { address: host:port, zone: "
                        + zone
                        + " } in groups[].nodes");
              }
              return known;
            });
  }

  private static List<Configuration.Listener> listeners(
      Section proxy, List<Configuration.Group> groups) {
    List<String> names = groups.stream().map(Configuration.Group::name).toList();
    List<Configuration.Listener> listeners = new ArrayList<>();
    Map<Address, String> places = new HashMap<>();
    for (Value item :
        proxy.get("listeners").stream()
            .flatMap(v -> v.items("a list of listeners, each with bind and group").stream())
            .toList()) {
      item.section(
              List.of(
                  "bind",
                  "group",
                  "reads",
                  "balance",
                  "consistency",
                  "maxLag",
                  "tls",
                  "maxClients",
                  "maxClientsPerAddress",
                  "routes",
                  "pubsub",
                  "users"))
          .ifPresent(section -> listener(section, names, places).ifPresent(listeners::add));
    }
    return listeners;
  }

  private static Optional<Configuration.Listener> listener(
      Section section, List<String> names, Map<Address, String> places) {
    Optional<Address> bind =
        section
            .require("bind", "write the address to listen on, such as 127.0.0.1:6379")
            .flatMap(
                v ->
                    v.address()
                        .filter(
                            address -> {
                              Optional<String> place =
                                  Optional.ofNullable(places.putIfAbsent(address, v.path()));
                              place.ifPresent(
                                  p ->
                                      v.problem(
                                          "'"
                                              + address
                                              + "' is already "
                                              + p
                                              + "; choose another port"));
                              return place.isEmpty();
                            }));
    Optional<String> group =
        section
            .require("group", "write the name of the group that it serves")
            .flatMap(v -> knownGroup(v, names));
    Configuration.ReadRules reads = reads(section);
    Optional<ServerTls> tls = TlsSection.ofPort(section);
    Optional<Integer> clients = section.get("maxClients").flatMap(v -> v.integer(1, MOST_CLIENTS));
    Optional<Integer> perAddress =
        section.get("maxClientsPerAddress").flatMap(v -> v.integer(1, MOST_CLIENTS));
    Optional<Configuration.Routes> routes =
        RouteSection.read(section, value -> knownGroup(value, names));
    List<Configuration.User> users = UserSection.read(section);
    return bind.flatMap(
        b ->
            group.map(
                g ->
                    new Configuration.Listener(
                        b, g, reads, tls, clients, perAddress, routes, users)));
  }

  private static Optional<String> knownGroup(Value value, List<String> names) {
    return value
        .text("the name of a group")
        .filter(
            name -> {
              boolean known = names.contains(name);
              if (!known) {
                value.problem(
                    "there is no group '"
                        + name
                        + "'; "
                        + Spelling.nearest(name, names)
                            .map(n -> "did you mean '" + n + "'?")
                            .orElse("known: " + String.join(", ", names)));
              }
              return known;
            });
  }

  private static Configuration.ReadRules reads(Section listener) {
    Configuration.ReadRules usual = Defaults.READS;
    Configuration.Reads from =
        listener
            .get("reads")
            .flatMap(v -> v.choice(Configuration.Reads.values()))
            .orElse(usual.from());
    if (from == Configuration.Reads.PRIMARY) {
      for (String key : List.of("balance", "consistency", "maxLag")) {
        listener
            .get(key)
            .ifPresent(
                v -> v.problem("has no meaning here; it needs 'reads: replicas' or 'nearest'"));
      }
    }
    Section maxLag = listener.section("maxLag", List.of("time", "bytes"));
    return new Configuration.ReadRules(
        from,
        listener
            .get("balance")
            .flatMap(v -> v.choice(Configuration.Balance.values()))
            .orElse(usual.balance()),
        listener
            .get("consistency")
            .flatMap(v -> v.choice(Configuration.Consistency.values()))
            .orElse(usual.consistency()),
        maxLag
            .get("time")
            .flatMap(v -> v.duration(Duration.ofMillis(100), HOUR))
            .orElse(usual.maxLagTime()),
        maxLag.get("bytes").flatMap(v -> v.bytes(0, 64 * GIGABYTE)).orElse(usual.maxLagBytes()));
  }

  private static Configuration.Hold hold(Section proxy) {
    Section hold = proxy.section("hold", List.of("time", "requests", "bytes"));
    return new Configuration.Hold(
        hold.get("time").flatMap(v -> v.duration(Duration.ZERO, HOUR)).orElse(Defaults.HOLD_TIME),
        hold.get("requests").flatMap(v -> v.integer(0, 10_000_000)).orElse(Defaults.HOLD_REQUESTS),
        hold.get("bytes").flatMap(v -> v.bytes(0, 64 * GIGABYTE)).orElse(Defaults.HOLD_BYTES));
  }

  private static Configuration.Observing observing(Section proxy) {
    Configuration.Observing usual = Defaults.OBSERVING;
    Section slow = proxy.section("slowlog", List.of("time", "entries"));
    return new Configuration.Observing(
        slow.get("time")
            .map(
                v ->
                    v.rawText().equals("off")
                        ? Optional.<Duration>empty()
                        : v.duration(Duration.ZERO, HOUR))
            .orElse(usual.slow()),
        slow.get("entries").flatMap(v -> v.integer(1, MOST_ENTRIES)).orElse(usual.slowEntries()),
        proxy.get("samples").flatMap(v -> v.integer(0, MOST_SAMPLES)).orElse(usual.samples()));
  }

  private static Configuration.Memory memory(Section proxy) {
    Section memory = proxy.section("memory", List.of("client", "total"));
    return new Configuration.Memory(
        memory
            .get("client")
            .flatMap(v -> v.bytes(64 << 10, GIGABYTE))
            .orElse(Defaults.CLIENT_BYTES),
        memory
            .get("total")
            .flatMap(v -> v.bytes(1 << 20, 64 * GIGABYTE))
            .orElse(Defaults.TOTAL_BYTES));
  }
}
