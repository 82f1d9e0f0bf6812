package io.understudy.failover.view;

import io.understudy.topology.Address;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import java.util.Optional;

/**
 * Everything one keeper knows of one configured address.
 *
 * @param address as configured
 * @param reachability how the last attempt ended
 * @param facts what the run that was last read there said; kept after it died, until another run
 *     answers at the address. Empty until the first answer
 */
public record NodeView(Address address, Reachability reachability, Optional<NodeFacts> facts) {
  /** The node that can be read there now; empty when what is known of it may be past. */
  public Optional<Node> reachableNode() {
    return readableFacts().map(f -> new Node(address, f.runId()));
  }

  /** The facts, if they are of a run that answers INFO now. */
  public Optional<NodeFacts> readableFacts() {
    return reachability.isReadable() ? facts : Optional.empty();
  }

  /** Whether the run {@code runId} was the last one seen there. */
  public boolean isRun(RunId runId) {
    return facts.filter(f -> f.runId().equals(runId)).isPresent();
  }
}
