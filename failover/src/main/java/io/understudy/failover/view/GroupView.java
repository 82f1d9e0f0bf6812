package io.understudy.failover.view;

import io.understudy.topology.Address;
import io.understudy.topology.Leadership;
import io.understudy.topology.RunId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a decision may look at, apart from the journal and the policy: one group at one
 * instant.
 *
 * @param group the group's name
 * @param nowNanos the instant, on the process's monotonic clock
 * @param wallMillis the same instant on the wall clock, for what a person reads and for budgets
 *     that outlive a process; never for ordering
 * @param startedNanos when this process began to observe the group
 * @param standing whether this process may act
 * @param paused why nothing may be changed; empty in normal operation
 * @param nodes one per address of the group, the configured ones first and in their order
 * @param lastReplyNanos when a client's request was last answered by a run, as a proxy saw it
 * @param fleet what the other groups go through
 * @param panel the keepers that decide together, and what the others see
 * @param outputs whether an older publication may still be acted upon somewhere
 * @param drained whether everything is answered that was sent before the newest publication, where
 *     that has a primary that retires
 * @param standbys servers of the pool that are free for this group, in the order of the pool
 * @param consent what hooks say that are asked before something is done; empty where there are none
 */
public record GroupView(
    String group,
    long nowNanos,
    long wallMillis,
    long startedNanos,
    Leadership.Standing standing,
    Optional<String> paused,
    List<NodeView> nodes,
    Map<RunId, Long> lastReplyNanos,
    FleetView fleet,
    Panel panel,
    Outputs outputs,
    boolean drained,
    List<Address> standbys,
    Optional<Consent> consent) {
  /** Of a group that has no hooks. */
  public GroupView(
      String group,
      long nowNanos,
      long wallMillis,
      long startedNanos,
      Leadership.Standing standing,
      Optional<String> paused,
      List<NodeView> nodes,
      Map<RunId, Long> lastReplyNanos,
      FleetView fleet,
      Panel panel,
      Outputs outputs,
      boolean drained,
      List<Address> standbys) {
    this(
        group,
        nowNanos,
        wallMillis,
        startedNanos,
        standing,
        paused,
        nodes,
        lastReplyNanos,
        fleet,
        panel,
        outputs,
        drained,
        standbys,
        Optional.empty());
  }

  public GroupView {
    nodes = List.copyOf(nodes);
    standbys = List.copyOf(standbys);
    lastReplyNanos = Map.copyOf(lastReplyNanos);
  }

  /** The same with other nodes. */
  public GroupView withNodes(List<NodeView> others) {
    return new GroupView(
        group,
        nowNanos,
        wallMillis,
        startedNanos,
        standing,
        paused,
        others,
        lastReplyNanos,
        fleet,
        panel,
        outputs,
        drained,
        standbys,
        consent);
  }

  /** The node whose last seen run is {@code runId}, wherever it is. */
  public Optional<NodeView> withRun(RunId runId) {
    return nodes.stream().filter(n -> n.isRun(runId)).findFirst();
  }

  /** The node at a configured address. */
  public Optional<NodeView> at(Address address) {
    return nodes.stream().filter(n -> n.address().equals(address)).findFirst();
  }
}
