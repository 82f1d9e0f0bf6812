package io.understudy.proxy.backend;

import io.understudy.topology.Node;
import io.understudy.topology.Topology;
import java.util.Optional;

/** What the node that a pool leads to is in its group. */
public sealed interface Post {
  /** Whoever is published as primary. */
  Post PRIMARY = new Primary();

  /** The node that has the post in a publication; empty if none has. */
  Optional<Node> holder(Topology topology);

  /** Whether the node has to be a primary itself. */
  boolean isPrimary();

  /** Whether a publication lets the node that has the post answer what it was sent, and no more. */
  boolean isRetiring(Node node, Topology topology);

  /** Whoever is published as primary. */
  record Primary() implements Post {
    @Override
    public Optional<Node> holder(Topology topology) {
      return topology.primary();
    }

    @Override
    public boolean isPrimary() {
      return true;
    }

    @Override
    public boolean isRetiring(Node node, Topology topology) {
      return topology.retiring().filter(node::equals).isPresent();
    }
  }

  /**
   * One node, as long as it is published as a replica.
   *
   * @param node which
   */
  record Replica(Node node) implements Post {
    @Override
    public Optional<Node> holder(Topology topology) {
      return topology.replicas().contains(node) ? Optional.of(node) : Optional.empty();
    }

    @Override
    public boolean isPrimary() {
      return false;
    }

    @Override
    public boolean isRetiring(Node node, Topology topology) {
      return false;
    }
  }
}
