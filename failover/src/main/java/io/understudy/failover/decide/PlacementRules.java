package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Address;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;

/** The rule that brings the primary back to where it should be. */
final class PlacementRules {
  private PlacementRules() {}

  static final Rule PREFERRED =
      new Rule(
          "preferred",
          "returnToPreferred is set, the published primary serves, and a node that is better placed"
              + " (its priority, then its zone) is in sync, has run for returnAfter, and nothing"
              + " was changed or tried for as long",
          "a switchover to it",
          Rule.Effect.ACTS,
          PlacementRules::preferred);

  private static Optional<String> preferred(Situation s, Draft d) {
    Duration after = s.policy().upkeep().returnAfter().orElse(null);
    Seat.Serving primary = RepairRules.serving(s).orElse(null);
    Reign reign = s.journal().reign().orElse(null);
    if (after == null
        || reign == null
        || primary == null
        || !(primary.node().reachability() instanceof Reachability.Answering)
        || !s.isPast(reign.sinceNanos(), after)
        || s.journal().returnTriedMillis().orElse(0) + after.toMillis() > s.view().wallMillis()) {
      return Optional.empty();
    }
    Placement placement = s.policy().upkeep().placement();
    int present = placement.rank(primary.node().address());
    Optional<Address> better =
        s.view().nodes().stream()
            .filter(n -> placement.rank(n.address()) < present)
            .filter(n -> hasRunFor(s, n, after))
            .map(NodeView::address)
            .filter(a -> AskedRules.obstacles(s, Wish.Kind.SWITCHOVER, Optional.of(a)).isEmpty())
            .min(placement.byRank().thenComparing(Comparator.naturalOrder()));
    return better.map(
        to -> {
          d.returnTried();
          if (Consents.areAskedBeforeSwitchovers(s)) {
            d.wish(better, "the rule preferred");
            return "a switchover to " + to + ", which is better placed; hooks are asked first";
          }
          return AskedRules.begin(
              s,
              d,
              "preferred",
              better,
              "a switchover to "
                  + to
                  + ", which is better placed than "
                  + primary.node().address());
        });
  }

  private static boolean hasRunFor(Situation s, NodeView node, Duration after) {
    return node.readableFacts()
        .map(NodeFacts::startedNanos)
        .filter(started -> s.isPast(started, after))
        .isPresent();
  }
}
