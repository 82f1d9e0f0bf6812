package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.topology.Address;
import io.understudy.topology.Verification;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether an output that lost the coordinator may still believe in the primary that is being
 * replaced.
 *
 * <p>It believes in it while all replicas of the publication that it knows follow it. Which one
 * that is cannot be known, so of each publication a replica must follow nothing for long enough.
 */
final class Doubt {
  /** Of all terms that there are: what was published before may have had others than now. */
  private static final Duration DOUBT = Verification.USUAL.doubt();

  private Doubt() {}

  /** Why it is too early to promote another node; empty when it is not. */
  static Optional<String> objection(Situation s, Operation op) {
    if (!s.enforces(Guard.DOUBT_IS_WAITED_OUT)) {
      return Optional.empty();
    }
    Reign reign = s.journal().reign().orElse(null);
    if (reign == null) {
      // It is not known what was published, but since when nothing has been.
      return s.policy().verification().isEmpty() || s.isPast(op.phaseSinceNanos(), DOUBT)
          ? Optional.empty()
          : Optional.of(waiting());
    }
    OptionalLong dead = deadSince(s, reign);
    boolean waits = false;
    for (List<Address> replicas : reign.witnesses()) {
      List<NodeFacts> away = away(s, replicas);
      boolean unknown = away.isEmpty() && dead.isEmpty();
      if (unknown && op.forcedTo().isEmpty()) {
        return Optional.of(
            "a proxy that has lost ZooKeeper may go on with the old primary for as long as "
                + names(replicas)
                + " may follow it; one of them must be reached first");
      }
      waits |=
          away.stream().noneMatch(facts -> wasAway(s, op, facts))
              && (dead.isEmpty() || !s.isPast(dead.getAsLong(), DOUBT))
              && !(unknown && s.isPast(op.phaseSinceNanos(), DOUBT));
    }
    return waits ? Optional.of(waiting()) : Optional.empty();
  }

  private static String waiting() {
    return "waiting "
        + DOUBT.toMillis()
        + " ms since a replica was gated, until no proxy that has lost ZooKeeper can believe in the"
        + " old primary any more";
  }

  /** Those of them that follow nothing. */
  private static List<NodeFacts> away(Situation s, List<Address> replicas) {
    return replicas.stream()
        .flatMap(address -> s.view().at(address).stream())
        .flatMap(node -> node.readableFacts().stream())
        .filter(facts -> isAway(s, facts))
        .toList();
  }

  private static boolean isAway(Situation s, NodeFacts facts) {
    return facts.isGated()
        && !s.needsReading(facts)
        && s.journal().orderFor(facts.runId()).isEmpty();
  }

  /**
   * Whether the same run followed nothing for that long, as it says itself: one that was started
   * again meanwhile may have followed the old primary for a while.
   */
  private static boolean wasAway(Situation s, Operation op, NodeFacts facts) {
    return facts.askedNanos() - awaySince(s, op, facts) > DOUBT.toNanos();
  }

  /** Since when, at the latest, a gated node has followed nothing. */
  private static long awaySince(Situation s, Operation op, NodeFacts facts) {
    long begun = Math.max(op.phaseSinceNanos(), facts.startedNanos());
    long ended =
        s.journal()
            .endedFor(facts.runId())
            .map(GroupJournal.EndedOrder::atNanos)
            .orElse(facts.linkUpNanos().orElse(begun));
    return Math.max(begun, ended);
  }

  /**
   * By when the old primary was dead, if another run is at its address: nobody followed it then.
   */
  private static OptionalLong deadSince(Situation s, Reign reign) {
    Optional<Long> since =
        s.view()
            .at(reign.primary().address())
            .flatMap(NodeView::readableFacts)
            .filter(facts -> !facts.runId().equals(reign.primary().runId()))
            .map(NodeFacts::startedNanos);
    return since.isPresent() ? OptionalLong.of(since.get()) : OptionalLong.empty();
  }

  private static String names(List<Address> replicas) {
    return String.join(" and ", replicas.stream().map(Address::toString).toList());
  }
}
