package io.understudy.proxy.backend;

import io.understudy.proxy.route.Freshness;
import io.understudy.proxy.route.PoolKey;
import io.understudy.proxy.route.ReadPolicy;
import io.understudy.topology.Node;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to the replicas of one group: chooses who answers a read.
 *
 * <p>Nobody waits here: while no replica may or can answer, the primary does.
 */
public final class Replicas {
  private final Loop loop;
  private final TopologyFeed feed;
  private final Supplier<Access> access;
  private final TrafficLog traffic;
  private final Measured measured;
  private final List<Follower> followers = new ArrayList<>();
  private @Nullable Node primary;
  private int turn;

  /** One replica and its connections. */
  record Follower(Node node, BackendPool pool) {}

  /** Knows no replica yet. */
  public Replicas(
      Loop loop,
      TopologyFeed feed,
      Supplier<Access> access,
      TrafficLog traffic,
      Measured measured) {
    this.loop = loop;
    this.feed = feed;
    this.access = access;
    this.traffic = traffic;
    this.measured = measured;
  }

  /** Follows a publication. */
  public void update(Topology topology) {
    primary = topology.primary().orElse(null);
    for (Node node : topology.replicas()) {
      if (followers.stream().noneMatch(follower -> follower.node().equals(node))) {
        BackendPool pool = new BackendPool(loop, feed, new Post.Replica(node), access, traffic);
        followers.add(new Follower(node, pool));
      }
    }
    followers.forEach(follower -> follower.pool().update(topology));
    followers.removeIf(
        follower -> {
          boolean gone = !topology.replicas().contains(follower.node());
          if (gone) {
            follower.pool().close();
            measured.forget(follower.node().runId());
          }
          return gone;
        });
  }

  List<Follower> followers() {
    return followers;
  }

  /**
   * The connection that a read is sent over; null for the primary's.
   *
   * @param wroteNanos when the client's last write was answered, or {@link Freshness#NEVER}
   */
  public @Nullable SharedBackend choose(PoolKey key, ReadPolicy policy, long wroteNanos) {
    if (!policy.spreads()) {
      return null;
    }
    long now = loop.nanoTime().getAsLong();
    SharedBackend chosen = null;
    long least = policy.from() == ReadPolicy.From.NEAREST ? roundTrip(primary) : Long.MAX_VALUE;
    turn = turn + 1 >= followers.size() ? 0 : turn + 1;
    for (int i = 0; i < followers.size(); i++) {
      Follower follower = followers.get((turn + i) % followers.size());
      if (!policy.allows(measured.of(follower.node().runId()), now, wroteNanos)) {
        continue;
      }
      SharedBackend backend = follower.pool().shared(key);
      if (backend == null || backend.isLocked()) {
        follower.pool().prepare(key);
        continue;
      }
      long cost =
          policy.from() == ReadPolicy.From.NEAREST
              ? roundTrip(follower.node())
              : switch (policy.balance()) {
                case ROUND_ROBIN -> i;
                case LEAST_OUTSTANDING -> backend.unanswered();
              };
      if (cost < least) {
        least = cost;
        chosen = backend;
      }
    }
    return chosen;
  }

  private long roundTrip(@Nullable Node node) {
    return node == null ? Long.MAX_VALUE : measured.of(node.runId()).roundTripNanos();
  }

  /** How many connections are open. */
  public int connections() {
    return followers.stream().mapToInt(follower -> follower.pool().connections()).sum();
  }

  /** Closes every connection. */
  public void close() {
    followers.forEach(follower -> follower.pool().close());
    followers.clear();
  }
}
