package io.understudy.failover.publish;

import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest topology of each group, for the outputs of the same process.
 *
 * <p>A publication under which another node could be primary by now is not current: one that has no
 * primary withdraws the one before it. A newer version of the same reign that only names other
 * replicas does not: the primary is the same run, and requests under way to it stay good.
 *
 * <p>While nobody vouches for what is published here, outputs may still act on a publication that
 * has terms for that, for as long as it is {@link #believe believed in}.
 */
public final class TopologyBoard implements TopologyFeed {
  private static final Logger LOG = LoggerFactory.getLogger(TopologyBoard.class);

  private final Map<String, Group> groups = new ConcurrentHashMap<>();
  private final BooleanSupplier upToDate;
  private final LongSupplier nanoTime;

  /**
   * In a primary, although nobody vouches for it.
   *
   * @param epoch of its reign
   * @param untilNanos when the belief ends
   */
  private record Belief(Epoch epoch, Node primary, long untilNanos) {
    boolean isIn(Topology published) {
      return published.verification().isPresent()
          && published.epoch().equals(epoch)
          && published.primary().filter(primary::equals).isPresent();
    }
  }

  /**
   * An empty board.
   *
   * @param upToDate whether what is published here is known to be the newest anywhere; asked for
   *     every request
   * @param nanoTime the clock on which beliefs end
   */
  public TopologyBoard(BooleanSupplier upToDate, LongSupplier nanoTime) {
    this.upToDate = upToDate;
    this.nanoTime = nanoTime;
  }

  @Override
  public Topology current(String group) {
    return group(group).current;
  }

  @Override
  public Subscription subscribe(String group, Consumer<Topology> listener) {
    return group(group).subscribe(listener);
  }

  @Override
  public boolean isCurrent(Topology topology) {
    Group group = groups.get(topology.group());
    if (group == null) {
      return false;
    }
    // First the time, then what is published: what comes in between only withdraws.
    return (upToDate.getAsBoolean() || isBelieved(group)) && group.current.honours(topology);
  }

  /**
   * Whether it is current by the coordinator's word, and not only {@link #believe believed}. Any
   * thread.
   */
  public boolean isVouchedFor(Topology topology) {
    Group group = groups.get(topology.group());
    return group != null && upToDate.getAsBoolean() && group.current.honours(topology);
  }

  /**
   * Lets outputs act on a publication for a time though nobody vouches for it, in place of what was
   * believed of the group before. It ends earlier when something is published of the group that
   * does not go on with it. Any thread.
   *
   * @param under one with a primary
   * @param untilNanos when it ends, on this board's clock
   */
  public void believe(Topology under, long untilNanos) {
    Group group = groups.get(under.group());
    if (group != null) {
      group.belief = new Belief(under.epoch(), under.primary().orElseThrow(), untilNanos);
    }
  }

  /** Ends what is believed of a group at once. Any thread. */
  public void doubt(String name) {
    Group group = groups.get(name);
    if (group != null) {
      group.belief = null;
    }
  }

  /** Whether outputs could act on a publication now though nobody vouched for it. Any thread. */
  public boolean isBelieved(Topology topology) {
    Group group = groups.get(topology.group());
    return group != null && isBelieved(group) && group.current.honours(topology);
  }

  private boolean isBelieved(Group group) {
    Belief belief = group.belief;
    return belief != null
        && nanoTime.getAsLong() - belief.untilNanos() < 0
        && belief.isIn(group.current);
  }

  /** Makes {@code topology} the newest of its group, unless a newer one was published already. */
  public void publish(Topology topology) {
    group(topology.group()).publish(topology);
  }

  /**
   * Nothing of a group is current any more, and nobody is told more of it: it is looked after no
   * more. A later publication begins anew.
   */
  public void forget(String group) {
    groups.remove(group);
  }

  private Group group(String name) {
    return groups.computeIfAbsent(name, Group::new);
  }

  private static final class Group {
    private final ReentrantLock order = new ReentrantLock();
    private final List<Consumer<Topology>> listeners = new CopyOnWriteArrayList<>();
    private volatile Topology current;
    private volatile @Nullable Belief belief;

    Group(String name) {
      current = Topology.unknown(name);
    }

    Subscription subscribe(Consumer<Topology> listener) {
      order.lock();
      try {
        tell(listener, current);
        listeners.add(listener);
      } finally {
        order.unlock();
      }
      return () -> listeners.remove(listener);
    }

    void publish(Topology topology) {
      order.lock();
      try {
        if (!topology.isAfter(current)) {
          return;
        }
        current = topology;
        listeners.forEach(listener -> tell(listener, topology));
      } finally {
        order.unlock();
      }
    }

    private static void tell(Consumer<Topology> listener, Topology topology) {
      try {
        listener.accept(topology);
      } catch (RuntimeException e) {
        LOG.error("an output could not take the topology of {}", topology.group(), e);
      }
    }
  }
}
