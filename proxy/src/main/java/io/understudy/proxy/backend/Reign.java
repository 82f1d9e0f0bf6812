package io.understudy.proxy.backend;

import io.understudy.topology.Node;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;

/**
 * The time during which one node is a group's primary, as one event loop knows it.
 *
 * <p>It outlives publications that change nothing but the replicas: those carry it on.
 */
public final class Reign {
  private final TopologyFeed feed;
  private final Node primary;
  private Topology topology;

  /**
   * Begins with a publication.
   *
   * @param topology one that has a primary
   */
  public Reign(TopologyFeed feed, Topology topology) {
    this.feed = feed;
    this.topology = topology;
    this.primary = topology.primary().orElseThrow();
  }

  /** Takes over a later publication, if it carries this reign on. */
  public boolean isCarriedOnBy(Topology later) {
    boolean carriedOn =
        later.epoch().equals(topology.epoch()) && later.primary().equals(topology.primary());
    if (carriedOn && later.isAfter(topology)) {
      topology = later;
    }
    return carriedOn;
  }

  /**
   * Whether the node may be treated as primary at this moment: asked before a request is forwarded
   * and before a reply is.
   */
  public boolean isCurrent() {
    return feed.isCurrent(topology)
        || (isCarriedOnBy(feed.current(topology.group())) && feed.isCurrent(topology));
  }

  /** The node. */
  public Node primary() {
    return primary;
  }

  /** The newest publication that names it. */
  public Topology topology() {
    return topology;
  }
}
