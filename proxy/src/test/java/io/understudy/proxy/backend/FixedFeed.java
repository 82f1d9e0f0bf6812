package io.understudy.proxy.backend;

import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A feed with one primary for ever. */
final class FixedFeed implements TopologyFeed {
  private static final Node NODE = new Node(new Address("127.0.0.1", 1), new RunId("a".repeat(40)));

  static final Topology TOPOLOGY =
      new Topology(
          "orders", Epoch.NONE.next(), 0, Optional.of(NODE), List.of(), "the test says so");

  @Override
  public Topology current(String group) {
    return TOPOLOGY;
  }

  @Override
  public Subscription subscribe(String group, Consumer<Topology> listener) {
    listener.accept(TOPOLOGY);
    return () -> {};
  }

  @Override
  public boolean isCurrent(Topology topology) {
    return true;
  }
}
