package io.understudy.failover.publish;

import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest topology of each group, for the outputs of the same process.
 *
 * <p>A publication under which another node could be primary by now is not current: one that has no
 * primary withdraws the one before it. A newer version of the same reign that only names other
 * replicas does not: the primary is the same run, and requests under way to it stay good.
 */
public final class TopologyBoard implements TopologyFeed {
  private static final Logger LOG = LoggerFactory.getLogger(TopologyBoard.class);

  private final Map<String, Group> groups = new ConcurrentHashMap<>();
  private final BooleanSupplier upToDate;

  /**
   * An empty board.
   *
   * @param upToDate whether what is published here is known to be the newest anywhere; asked for
   *     every request
   */
  public TopologyBoard(BooleanSupplier upToDate) {
    this.upToDate = upToDate;
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
    return group.current.honours(topology) && upToDate.getAsBoolean();
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
