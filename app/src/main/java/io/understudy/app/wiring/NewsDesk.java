package io.understudy.app.wiring;

import io.understudy.failover.GroupStatus;
import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.Operation;
import io.understudy.topology.Epoch;
import io.understudy.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns what keepers and feeds tell into {@link News}. */
final class NewsDesk {
  /** The rule that holds when there is nothing to do. */
  private static final String STEADY = "steady";

  private NewsDesk() {}

  /** A decision is news of each kind that it is the first of. */
  static List<News> of(GroupStatus status, long nowNanos) {
    List<News.Step> steps = new ArrayList<>();
    if (!status.decision().rule().equals(STEADY)) {
      steps.add(News.Step.NOTICED);
    }
    boolean failover =
        status
            .journal()
            .flatMap(j -> j.operation())
            .filter(operation -> operation.kind() == Operation.Kind.FAILOVER)
            .isPresent();
    if (failover) {
      steps.add(News.Step.DECIDED);
    }
    for (Action action : status.decision().actions()) {
      switch (action) {
        case Action.Gate gate -> steps.add(News.Step.GATED);
        case Action.Promote promote -> steps.add(News.Step.PROMOTED);
        case Action.Attach attach -> steps.add(News.Step.REPAIRED);
        case Action.Mark mark -> {}
        case Action.Fence fence -> {}
        case Action.Unfence unfence -> {}
        case Action.Settle settle -> {}
        case Action.Probe probe -> {}
        case Action.Publish publish -> {}
      }
    }
    return steps.stream()
        .distinct()
        .map(
            step ->
                new News(
                    nowNanos,
                    status.group(),
                    step,
                    status.decision().rule(),
                    status.decision().reason()))
        .toList();
  }

  /** A publication; none before the first. */
  static Optional<News> of(Topology topology, long nowNanos) {
    if (topology.epoch().equals(Epoch.NONE)) {
      return Optional.empty();
    }
    return Optional.of(
        new News(
            nowNanos,
            topology.group(),
            topology.primary().isPresent() ? News.Step.PUBLISHED : News.Step.OTHER,
            "publish",
            topology
                .primary()
                .map(p -> "epoch " + topology.epoch() + ": the primary is " + p.address())
                .orElse("epoch " + topology.epoch() + ": there is no primary; requests wait")));
  }
}
