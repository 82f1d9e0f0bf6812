package io.understudy.failover.agree;

import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Panel;
import io.understudy.failover.view.Reachability;
import io.understudy.failover.view.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether the keepers agree that a node is lost. A majority is one of all members that are
 * configured: those that are not heard of count against a loss, never for it.
 */
public final class Majority {
  private Majority() {}

  /**
   * Why a majority does not bear out that the node is lost; empty when it does.
   *
   * <p>It is lost when a majority is refused, which needs no waiting, or when a majority has got no
   * answer, not even a refusal that was none before, for {@code downAfter}.
   *
   * @param refusals how many in a row confirm each other
   */
  public static Optional<String> objection(
      Panel panel, NodeView own, long nowNanos, Duration downAfter, int refusals) {
    if (panel.members() == 1) {
      return Optional.empty();
    }
    int refused =
        own.reachability() instanceof Reachability.Refused r && r.times() >= refusals ? 1 : 0;
    int unheard = isUnheard(own, nowNanos, downAfter) ? 1 : 0;
    List<String> others = new ArrayList<>();
    for (Witness witness : panel.witnesses()) {
      Witness.Absence absence = witness.absenceOf(own.address()).orElse(null);
      if (absence == null) {
        others.add(witness.keeper() + " gets answers from it");
        continue;
      }
      boolean past = nowNanos - absence.sinceNanos() >= downAfter.toNanos();
      switch (absence.kind()) {
        case REFUSED -> {
          refused += absence.times() >= refusals ? 1 : 0;
          unheard += past ? 1 : 0;
          others.add(witness.keeper() + " is refused");
        }
        case SILENT -> {
          unheard += past ? 1 : 0;
          others.add(witness.keeper() + " hears nothing");
        }
        case UNCLEAR -> others.add(witness.keeper() + " does not know yet");
      }
    }
    if (Math.max(refused, unheard) >= panel.majority()) {
      return Optional.empty();
    }
    return Optional.of(
        Math.max(refused, unheard)
            + " of "
            + panel.members()
            + " keepers say that it is lost, and "
            + panel.majority()
            + " must: "
            + (others.isEmpty() ? "no other is heard of" : String.join(", ", others)));
  }

  private static boolean isUnheard(NodeView own, long nowNanos, Duration downAfter) {
    Optional<Long> since =
        own.reachability() instanceof Reachability.Refused r
            ? Optional.of(r.sinceNanos())
            : own.reachability() instanceof Reachability.Silent s
                ? Optional.of(s.sinceNanos())
                : Optional.empty();
    return since.filter(at -> nowNanos - at >= downAfter.toNanos()).isPresent();
  }

  /**
   * The keepers that get answers from a node, when they are a majority although this keeper has got
   * none for {@code patience}: one of them should lead.
   */
  public static List<String> betterPlaced(
      Panel panel, NodeView own, long nowNanos, Duration patience) {
    boolean cutOff = isUnheard(own, nowNanos, patience);
    List<String> others =
        panel.witnesses().stream()
            .filter(w -> w.absenceOf(own.address()).isEmpty())
            .map(Witness::keeper)
            .toList();
    return cutOff && others.size() >= panel.majority() ? others : List.of();
  }
}
