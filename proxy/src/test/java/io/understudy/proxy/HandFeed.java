package io.understudy.proxy;

import io.understudy.testkit.RedisServer;
import io.understudy.topology.Address;
import io.understudy.topology.Durability;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A feed that publishes what a test says. */
final class HandFeed implements TopologyFeed {
  static final String GROUP = "orders";

  private final List<Consumer<Topology>> listeners = new CopyOnWriteArrayList<>();
  private volatile Topology current = Topology.unknown(GROUP);
  private volatile boolean leased = true;

  @Override
  public Topology current(String group) {
    return current;
  }

  @Override
  public synchronized Subscription subscribe(String group, Consumer<Topology> listener) {
    listener.accept(current);
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public boolean isCurrent(Topology topology) {
    return leased && current.honours(topology);
  }

  /** Lets the lease run out, or renews it. */
  void leased(boolean is) {
    leased = is;
  }

  /** Publishes a server as primary of the next reign. */
  void crown(RedisServer primary) {
    crown(primary.address(), new RunId(primary.info("run_id")));
  }

  /** Publishes a run at an address as primary of the next reign. */
  void crown(Address address, RunId runId) {
    crown(new Node(address, runId), List.of());
  }

  /** Publishes a primary of the next reign and its replicas. */
  void crown(RedisServer primary, List<RedisServer> replicas) {
    crown(node(primary), replicas.stream().map(HandFeed::node).toList());
  }

  private static Node node(RedisServer server) {
    return new Node(server.address(), new RunId(server.info("run_id")));
  }

  private synchronized void crown(Node primary, List<Node> replicas) {
    publish(
        new Topology(
            GROUP, current.epoch().next(), 0, Optional.of(primary), replicas, "the test says so"));
  }

  /** Withdraws the primary. */
  synchronized void vacate() {
    publish(
        new Topology(
            GROUP,
            current.epoch(),
            current.version() + 1,
            Optional.empty(),
            List.of(),
            "the test withdrew it"));
  }

  /** Begins a planned change: the primary takes nothing new. */
  synchronized Topology retire() {
    var holding =
        new Topology(
            GROUP,
            current.epoch(),
            current.version() + 1,
            Optional.empty(),
            List.of(),
            "the test begins a planned change",
            current.primary());
    publish(holding);
    return holding;
  }

  /** Calls a planned change off. */
  synchronized void reinstate() {
    publish(
        new Topology(
            GROUP,
            current.epoch(),
            current.version() + 1,
            current.retiring(),
            List.of(),
            "the test calls it off"));
  }

  /** Publishes a server as primary of the next reign, on these terms. */
  synchronized void crown(RedisServer primary, Durability terms) {
    publish(
        new Topology(
            GROUP,
            current.epoch().next(),
            0,
            Optional.of(node(primary)),
            List.of(),
            "the test wants durable writes",
            Optional.empty(),
            Optional.of(terms)));
  }

  /** Publishes the same primary on these terms. */
  synchronized void durable(Durability terms) {
    publish(
        new Topology(
            GROUP,
            current.epoch(),
            current.version() + 1,
            current.primary(),
            List.of(),
            "the test wants durable writes",
            Optional.empty(),
            Optional.of(terms)));
  }

  /** Publishes the same primary with another version. */
  synchronized void renew() {
    publish(
        new Topology(
            GROUP,
            current.epoch(),
            current.version() + 1,
            current.primary(),
            List.of(),
            "only the replicas changed"));
  }

  private void publish(Topology topology) {
    current = topology;
    listeners.forEach(listener -> listener.accept(topology));
  }

  Epoch epoch() {
    return current.epoch();
  }
}
