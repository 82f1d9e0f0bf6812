package io.understudy.failover;

import io.understudy.failover.link.Connector;
import io.understudy.failover.link.Credentials;
import io.understudy.failover.observe.Cadence;
import io.understudy.failover.observe.NodeWatch;
import io.understudy.failover.view.NodeView;
import io.understudy.topology.Address;
import io.understudy.topology.RunId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * The watches of one group: of its nodes, and of guests, which are looked at because somebody wants
 * them added. Confined to the group's thread.
 */
final class NodeWatches {
  private final String group;
  private final Cadence cadence;
  private final Connector connector;
  private final Mailbox mailbox;
  private final Claims claims;
  private final LongSupplier clock;
  private Optional<Credentials> credentials;
  private final Map<Address, NodeWatch> nodes = new LinkedHashMap<>();
  private final Map<Address, NodeWatch> guests = new LinkedHashMap<>();
  private List<Address> wanted = List.of();
  private List<String> refused = List.of();

  NodeWatches(
      GroupOptions group,
      Cadence cadence,
      Connector connector,
      Mailbox mailbox,
      Claims claims,
      LongSupplier clock) {
    this.group = group.name();
    this.credentials = group.credentials();
    this.cadence = cadence;
    this.connector = connector;
    this.mailbox = mailbox;
    this.claims = claims;
    this.clock = clock;
  }

  /** Watches these and no others, in this order; an address of another group is left out. */
  void follow(List<Address> members, String owner) {
    if (members.equals(wanted) && refused.isEmpty()) {
      return;
    }
    wanted = List.copyOf(members);
    claims.keep(group, Stream.concat(members.stream(), guests.keySet().stream()).toList());
    Map<Address, NodeWatch> before = new LinkedHashMap<>(nodes);
    nodes.clear();
    List<String> others = new ArrayList<>();
    for (Address address : members) {
      if (!claims.claim(address, group)) {
        others.add(
            address
                + " is a node of group "
                + claims.holder(address).orElse("another")
                + " already and is left out here; remove it from one of them");
        continue;
      }
      NodeWatch known = before.remove(address);
      NodeWatch guest = guests.remove(address);
      NodeWatch kept = known == null ? guest : known;
      nodes.put(address, kept == null ? watch(address, owner) : kept);
    }
    before.values().forEach(NodeWatch::close);
    refused = List.copyOf(others);
  }

  private NodeWatch watch(Address address, String owner) {
    return new NodeWatch(address, credentials, owner, cadence, connector, mailbox, clock);
  }

  /** Looks at an address; a node of the group is its own guest. */
  NodeWatch guest(Address address, String owner) {
    NodeWatch node = nodes.get(address);
    if (node != null) {
      return node;
    }
    return guests.computeIfAbsent(
        address,
        a -> {
          NodeWatch guest = watch(a, owner);
          guest.lookForKeepers(true);
          return guest;
        });
  }

  /** No longer looks at a guest. */
  void dismiss(Address address) {
    NodeWatch guest = guests.remove(address);
    if (guest != null) {
      guest.close();
    }
  }

  /** Looks at nothing any more. */
  void close() {
    nodes.values().forEach(NodeWatch::close);
    guests.values().forEach(NodeWatch::close);
  }

  /** Addresses that another group has, in words. */
  List<String> refused() {
    return refused;
  }

  boolean isEmpty() {
    return nodes.isEmpty();
  }

  /** Of the group's nodes. */
  Collection<NodeWatch> all() {
    return nodes.values();
  }

  List<NodeView> views() {
    return nodes.values().stream().map(NodeWatch::view).toList();
  }

  Optional<NodeWatch> of(RunId run) {
    return nodes.values().stream().filter(watch -> watch.view().isRun(run)).findFirst();
  }

  void login(Optional<Credentials> other) {
    credentials = other;
    nodes.values().forEach(watch -> watch.login(other));
  }

  void advance(long nowNanos) {
    nodes.values().forEach(watch -> watch.advance(nowNanos));
    guests.values().forEach(watch -> watch.advance(nowNanos));
  }

  void forget(long nowNanos) {
    nodes.values().forEach(watch -> watch.forget(nowNanos));
    guests.values().forEach(watch -> watch.forget(nowNanos));
  }

  /** How long until something is due, at most {@code waitNanos}. */
  long waitNanos(long nowNanos, long waitNanos) {
    long wait = waitNanos;
    for (NodeWatch watch : nodes.values()) {
      wait = Math.min(wait, watch.nextNanos(nowNanos) - nowNanos);
    }
    for (NodeWatch watch : guests.values()) {
      wait = Math.min(wait, watch.nextNanos(nowNanos) - nowNanos);
    }
    return wait;
  }
}
