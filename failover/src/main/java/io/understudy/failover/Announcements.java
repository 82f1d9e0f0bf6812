package io.understudy.failover;

import io.understudy.failover.publish.TopologyBoard;
import io.understudy.failover.view.Outputs;
import io.understudy.topology.Coordinator;
import io.understudy.topology.Topology;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands one group's publications to every output and knows which are certain to have arrived.
 * Confined to the group's thread.
 */
final class Announcements {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.keeper");

  private final String group;
  private final Coordinator coordinator;
  private final TopologyBoard board;
  private final boolean goesOn;
  private Topology confirmed;

  Announcements(String group, Coordinator coordinator, TopologyBoard board, boolean goesOn) {
    this.goesOn = goesOn;
    this.group = group;
    this.coordinator = coordinator;
    this.board = board;
    this.confirmed = Topology.unknown(group);
  }

  /** Begins with what another process published, or what an earlier life of this one did. */
  void begin(Topology published) {
    confirmed = goesOn ? Topology.unknown(group) : published;
  }

  /** Publishes what is not certain to have been: what the journal says, after a failure. */
  void catchUp(Topology published) {
    if (!published.equals(confirmed)) {
      publish(published);
    }
  }

  /** Publishes; a failure is logged, and mended by {@link #catchUp}. */
  void publish(Topology topology) {
    if (topology.primary().isEmpty()) {
      board.publish(topology); // the outputs of this process need not wait for others
    }
    try {
      coordinator.publisher().publish(topology);
      confirmed = topology;
      board.publish(topology);
    } catch (IOException e) {
      LOG.warn("{}: could not publish, and tries again: {}", group, e.getMessage());
    }
  }

  /** Whether nothing is under way any more that was sent before {@code newest}, by any output. */
  boolean isDrained(Topology newest, TrafficFeed traffic) {
    return newest.equals(confirmed)
        && traffic.isDrained(newest)
        && coordinator.publisher().isDrained(group);
  }

  /** Whether some output may still act on an older publication than {@code newest}. */
  Outputs outputs(Topology newest) {
    if (!coordinator.publisher().hasOthers()) {
      return Outputs.OWN;
    }
    return new Outputs(
        true,
        newest.equals(confirmed)
            ? coordinator.publisher().heldUntilNanos(group)
            : OptionalLong.of(Long.MAX_VALUE));
  }
}
