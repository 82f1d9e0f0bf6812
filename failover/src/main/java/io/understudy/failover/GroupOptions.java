package io.understudy.failover;

import io.understudy.failover.decide.DurabilityPolicy;
import io.understudy.failover.decide.Placement;
import io.understudy.failover.link.Credentials;
import io.understudy.topology.Address;
import io.understudy.wire.tls.TlsClient;
import java.util.List;
import java.util.Optional;

/**
 * A group to look after.
 *
 * @param name unique among the groups of a keeper
 * @param nodes where its servers are, each once; which is primary is found out
 * @param credentials how the keeper logs in to all of them
 * @param placement where its primary should be
 * @param tls the client's end of TLS to all of them; empty for plain connections
 * @param durability how many replicas must have a write before it is acknowledged; empty for none
 */
public record GroupOptions(
    String name,
    List<Address> nodes,
    Placement placement,
    Optional<Credentials> credentials,
    Optional<TlsClient> tls,
    Optional<DurabilityPolicy> durability) {
  /** A group that is reached in plain. */
  public GroupOptions(String name, List<Address> nodes, Optional<Credentials> credentials) {
    this(name, nodes, Placement.NONE, credentials, Optional.empty(), Optional.empty());
  }

  public GroupOptions {
    nodes = List.copyOf(nodes);
    if (name.isEmpty() || nodes.isEmpty()) {
      throw new IllegalArgumentException("a group has a name and at least one node");
    }
    if (nodes.stream().distinct().count() != nodes.size()) {
      throw new IllegalArgumentException("group " + name + " names a node twice: " + nodes);
    }
  }

  /** A group whose servers want no password. */
  public static GroupOptions of(String name, List<Address> nodes) {
    return new GroupOptions(name, nodes, Optional.empty());
  }

  /** The same with its primary where it should be. */
  public GroupOptions with(Placement other) {
    return new GroupOptions(name, nodes, other, credentials, tls, durability);
  }
}
