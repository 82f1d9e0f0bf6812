package io.understudy.proxy.backend;

import io.understudy.topology.Node;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;

/**
 * The time during which one node holds a post in its group, primary or replica, as one event loop
 * knows it.
 *
 * <p>It outlives publications that change nothing of that: those carry it on.
 */
public final class Reign {
  private final TopologyFeed feed;
  private final Post post;
  private final Node node;
  private Topology topology;

  /**
   * Begins with a publication.
   *
   * @param topology one in which somebody holds the post
   */
  public Reign(TopologyFeed feed, Topology topology, Post post) {
    this.feed = feed;
    this.topology = topology;
    this.post = post;
    this.node = post.holder(topology).orElseThrow();
  }

  /** Takes over a later publication, if it carries this reign on. */
  public boolean isCarriedOnBy(Topology later) {
    boolean carriedOn =
        post.holder(later).filter(node::equals).isPresent()
            && (!post.isPrimary() || later.epoch().equals(topology.epoch()));
    if (carriedOn && later.isAfter(topology)) {
      topology = later;
    }
    return carriedOn;
  }

  /**
   * Whether the node may be treated as what it was published as at this moment: asked before a
   * request is forwarded and before a reply is. A replica needs no lease: it takes no writes.
   */
  public boolean isCurrent() {
    if (post.isPrimary()) {
      return feed.isCurrent(topology)
          || (isCarriedOnBy(feed.current(topology.group())) && feed.isCurrent(topology));
    }
    return isCarriedOnBy(feed.current(topology.group()));
  }

  /** The node. */
  public Node node() {
    return node;
  }

  /** Whether it is the primary's. */
  public boolean isPrimary() {
    return post.isPrimary();
  }

  /** The newest publication that names it. */
  public Topology topology() {
    return topology;
  }
}
