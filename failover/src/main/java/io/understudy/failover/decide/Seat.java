package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import java.util.Optional;

/** What became of the published primary, as far as this keeper can see. */
sealed interface Seat {

  /** The published run answers and is a primary. */
  record Serving(NodeView node, NodeFacts facts) implements Seat {}

  /** The published run answers and is a replica: somebody, or a late order, made it one. */
  record Deposed(NodeView node, NodeFacts facts) implements Seat {}

  /**
   * The published run is no more: another run answers at its address, or the address is no longer
   * configured.
   */
  record Gone(Optional<NodeView> node) implements Seat {}

  /** Its address refuses connections. */
  record Refusing(NodeView node, Reachability.Refused refused) implements Seat {}

  /** It does not answer. */
  record Mute(NodeView node, Reachability.Silent silent) implements Seat {}

  /** Something alive is there that does not let the keeper see what it is doing. */
  record Hindered(NodeView node) implements Seat {}

  /**
   * Too little is known yet: unprobed, the connection just broke, or facts older than the reign.
   */
  record Unclear(NodeView node) implements Seat {}
}
