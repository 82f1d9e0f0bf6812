package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Replication;
import io.understudy.failover.view.ReplicationId;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who holds the data of a reign under a replication history that its primary took after it was last
 * read.
 *
 * <p>A server that has no backlog, because it was just started or nobody followed it for {@code
 * repl-backlog-ttl}, takes a new history when its first replica attaches, and it does not continue
 * the one before. If it dies before it is read again, its replicas look like strangers.
 */
final class Heirs {
  private Heirs() {}

  /** The reign with the history that the furthest of them shows; empty when there is none. */
  static Optional<Reign> find(Situation s) {
    Reign reign = s.journal().reign().orElse(null);
    if (reign == null) {
      return Optional.empty();
    }
    return claimants(s, reign)
        .flatMap(n -> n.readableFacts().stream())
        .filter(NodeFacts::seenUp)
        .map(NodeFacts::replication)
        .max(Comparator.comparingLong(Replication::offset))
        .map(reign::continuedIn);
  }

  /**
   * Why a node that never followed the primary of the reign must not be promoted: another one
   * carries that reign's mark, and was not seen to come to its history, so that how much it holds
   * cannot be told.
   */
  static Optional<String> objection(Situation s, Candidates.Candidate best) {
    Reign reign = s.journal().reign().orElse(null);
    if (reign == null || reign.isMarkedIn(best.facts(), s.journal().owner())) {
      return Optional.empty();
    }
    return claimants(s, reign)
        .findFirst()
        .map(
            n ->
                n.address()
                    + " carries the mark of epoch "
                    + reign.epoch()
                    + " and an unknown history, so that it holds what "
                    + best.node().address()
                    + " lacks; an operator may name one of them (failover --to NODE --force)");
  }

  private static Stream<NodeView> claimants(Situation s, Reign reign) {
    if (!s.enforces(Guard.UNSEEN_HISTORY_COUNTS)) {
      return Stream.empty();
    }
    // As long as its primary can be read, that knows best what its history is.
    Optional<ReplicationId> told =
        s.view()
            .withRun(reign.primary().runId())
            .flatMap(NodeView::readableFacts)
            .map(f -> f.replication().id());
    return s.view().nodes().stream()
        .filter(n -> n.readableFacts().filter(f -> !f.loading()).isPresent())
        .filter(n -> n.readableFacts().filter(f -> mayContinue(s, reign, n, f)).isPresent())
        .filter(
            n -> told.isEmpty() || told.equals(n.readableFacts().map(f -> f.replication().id())));
  }

  /** What was started again at the primary's address holds what was in its file. */
  private static boolean mayContinue(Situation s, Reign reign, NodeView node, NodeFacts facts) {
    boolean itsFile =
        node.address().equals(reign.primary().address())
            && !facts.runId().equals(reign.primary().runId());
    return !itsFile && reign.mayBeContinuedBy(facts, s.journal().owner());
  }
}
