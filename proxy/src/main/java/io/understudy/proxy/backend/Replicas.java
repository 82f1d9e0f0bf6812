package io.understudy.proxy.backend;

import io.understudy.proxy.route.Freshness;
import io.understudy.proxy.route.Places;
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
  private static final long FARTHEST = Long.MAX_VALUE;

  private final Loop loop;
  private final TopologyFeed feed;
  private final Supplier<Access> access;
  private final TrafficLog traffic;
  private final Measured measured;
  private final List<Follower> followers = new ArrayList<>();
  private Places places = Places.ALIKE;
  private @Nullable Node primary;

  /** One replica, its connections, and what is said of it. On the loop. */
  static final class Follower {
    private final Node node;
    private final BackendPool pool;
    private int weight;
    private boolean near;

    /** How long its turn is overdue, in weights of all: the highest is next. */
    private long due;

    /** What is looked at now: its connection if it may answer, and how much it has to do. */
    private @Nullable SharedBackend able;

    private int unanswered;

    Follower(Node node, BackendPool pool) {
      this.node = node;
      this.pool = pool;
    }

    Node node() {
      return node;
    }

    BackendPool pool() {
      return pool;
    }

    /** Whether it has less to do for its weight. */
    boolean isFreer(Follower other) {
      return (long) unanswered * other.weight < (long) other.unanswered * weight;
    }
  }

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
    place(access.get().places());
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

  private void place(Places now) {
    places = now;
    for (Follower follower : followers) {
      follower.weight = now.weight(follower.node().address());
      follower.near = now.isNear(follower.node().address());
    }
  }

  /**
   * The connection that a read is sent over; null for the primary's.
   *
   * @param wroteNanos when the client's last write was answered, or {@link Freshness#NEVER}
   */
  @SuppressWarnings("ReferenceEquality") // A reload makes other places; looking is for each read.
  public @Nullable SharedBackend choose(PoolKey key, ReadPolicy policy, long wroteNanos) {
    if (!policy.spreads()) {
      return null;
    }
    Places now = access.get().places();
    if (now != places) {
      place(now);
    }
    Node reigning = policy.from() == ReadPolicy.From.NEAREST ? primary : null;
    boolean asksPrimary = reigning != null && places.weight(reigning.address()) > 0;
    boolean isPrimaryNear = asksPrimary && reigning != null && places.isNear(reigning.address());
    SharedBackend near =
        choose(true, key, policy, wroteNanos, isPrimaryNear ? roundTrip(reigning) : FARTHEST);
    return near != null || isPrimaryNear
        ? near
        : choose(false, key, policy, wroteNanos, asksPrimary ? roundTrip(reigning) : FARTHEST);
  }

  /** Chooses in the proxy's own zone, or outside of it; null for the primary. */
  private @Nullable SharedBackend choose(
      boolean near, PoolKey key, ReadPolicy policy, long wroteNanos, long primaryRoundTrip) {
    long now = loop.nanoTime().getAsLong();
    Follower nearest = null;
    Follower freest = null;
    long least = primaryRoundTrip;
    for (Follower follower : followers) {
      follower.able = follower.near == near ? able(follower, key, policy, now, wroteNanos) : null;
      if (follower.able == null) {
        continue;
      }
      follower.unanswered = follower.able.unanswered();
      freest = freest == null || follower.isFreer(freest) ? follower : freest;
      long roundTrip = roundTrip(follower.node());
      if (roundTrip < least) {
        least = roundTrip;
        nearest = follower;
      }
    }
    Follower chosen =
        switch (policy.from()) {
          case PRIMARY -> null;
          // In the own zone even one whose round trip is not known goes before all others.
          case NEAREST -> near && least == FARTHEST ? freest : nearest;
          case REPLICAS ->
              switch (policy.balance()) {
                case ROUND_ROBIN -> nextInTurn(null);
                case LEAST_OUTSTANDING -> nextInTurn(freest);
              };
        };
    return chosen == null ? null : chosen.able;
  }

  /** A replica's connection, if it may answer this read and can. */
  private @Nullable SharedBackend able(
      Follower follower, PoolKey key, ReadPolicy policy, long now, long wroteNanos) {
    if (follower.weight == 0
        || !policy.allows(measured.of(follower.node().runId()), now, wroteNanos)) {
      return null;
    }
    SharedBackend backend = follower.pool().shared(key);
    if (backend == null || backend.isLocked()) {
      follower.pool().prepare(key);
      return null;
    }
    return backend;
  }

  /**
   * The one of the able whose turn it is: each as often as it weighs, evenly mixed.
   *
   * @param freest leaves out those that have more to do than this one; null leaves out none
   */
  private @Nullable Follower nextInTurn(@Nullable Follower freest) {
    Follower next = null;
    long all = 0;
    for (Follower follower : followers) {
      if (follower.able == null || (freest != null && freest.isFreer(follower))) {
        continue;
      }
      all += follower.weight;
      follower.due += follower.weight;
      next = next == null || follower.due > next.due ? follower : next;
    }
    if (next != null) {
      next.due -= all;
    }
    return next;
  }

  private long roundTrip(@Nullable Node node) {
    return node == null ? FARTHEST : measured.of(node.runId()).roundTripNanos();
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
