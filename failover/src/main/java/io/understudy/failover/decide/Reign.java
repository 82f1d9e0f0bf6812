package io.understudy.failover.decide;

import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.Replication;
import io.understudy.failover.view.ReplicationId;
import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The primary that was published last.
 *
 * @param epoch its number
 * @param primary which run, and where
 * @param history the replication history that it writes, or, until that is known after a promotion,
 *     the one it continues
 * @param seenOffset how far that history was seen to go when this was last saved; what a candidate
 *     is measured against after a restart of the keeper
 * @param sinceNanos when it began, on the clock of the running process; facts that were asked for
 *     earlier say nothing of this reign
 * @param origin the history that the primary continued when it was promoted, and how far; a node
 *     that stands there misses what was written since, and holds nothing else
 * @param lostNanos since when the primary has counted as lost, on the clock of the running process;
 *     empty while it does not. A wait for the budget after that is no time that a replica was cut
 *     off before the loss
 * @param electorates by whose word writes were acknowledged as durable: the present one last,
 *     before it those that it does not replace yet. Empty where no durability is asked for
 * @param unshared the history at the last reading that showed nobody attached to the primary. A
 *     server without a backlog takes another history when its first replica attaches, so that this
 *     one may have been left since. Empty while somebody was attached
 * @param left histories that the primary had in this reign before, the latest last
 * @param witnesses where the replicas were of each publication by which outputs that lost the
 *     coordinator may go on: who takes one of each away from the primary stops them all
 */
public record Reign(
    Epoch epoch,
    Node primary,
    ReplicationId history,
    long seenOffset,
    long sinceNanos,
    Optional<Origin> origin,
    OptionalLong lostNanos,
    List<Electorate> electorates,
    Optional<ReplicationId> unshared,
    List<ReplicationId> left,
    List<List<Address>> witnesses) {
  /** More than that many changes in one reign are not told apart. */
  private static final int MOST_LEFT = 8;

  /** Of more publications than that, with other replicas each, nobody may go on by the latest. */
  private static final int MOST_WITNESSES = 16;

  public Reign {
    electorates = List.copyOf(electorates);
    left = List.copyOf(left);
    witnesses = List.copyOf(witnesses);
  }

  /**
   * Where a history began.
   *
   * @param history the one before
   * @param endOffset the last offset that both have in common
   */
  public record Origin(ReplicationId history, long endOffset) {}

  /** A reign that begins at {@code nowNanos}; a promotion parts a node from its replicas. */
  static Reign begun(Epoch epoch, Node primary, ReplicationId history, long offset, long nowNanos) {
    return new Reign(
        epoch,
        primary,
        history,
        offset,
        nowNanos,
        Optional.empty(),
        OptionalLong.empty(),
        List.of(),
        Optional.of(history),
        List.of(),
        List.of());
  }

  /** The same, with its history seen to reach {@code offset}. */
  Reign reaching(long offset) {
    return with(history, offset, origin, unshared, left);
  }

  /** The same, with what its primary says of itself. */
  Reign seen(NodeFacts said) {
    ReplicationId id = said.replication().id();
    return with(
        id,
        said.replication().offset(),
        originOf(said.replication()),
        said.connectedReplicas() == 0 ? Optional.of(id) : Optional.empty(),
        id.equals(history) ? left : leaving());
  }

  /** Whether {@link #seen} would tell anything new, apart from a smaller offset. */
  boolean isNews(NodeFacts said) {
    ReplicationId id = said.replication().id();
    return !id.equals(history)
        || said.replication().offset() > seenOffset
        || unshared.isPresent() != (said.connectedReplicas() == 0);
  }

  private List<ReplicationId> leaving() {
    List<ReplicationId> all = new ArrayList<>(left);
    all.add(history);
    return all.size() > MOST_LEFT ? all.subList(all.size() - MOST_LEFT, all.size()) : all;
  }

  /**
   * Whether a node holds the data of this reign under a history that its primary must have taken
   * unseen: it carries this reign's mark, nobody was attached when the primary was read last, and
   * the history is none of those before.
   */
  boolean mayBeContinuedBy(NodeFacts facts, String owner) {
    ReplicationId id = facts.replication().id();
    return unshared.filter(history::equals).isPresent()
        && !facts.replication().knows(history)
        && !left.contains(id)
        && origin.filter(o -> o.history().equals(id)).isEmpty()
        && isMarkedIn(facts, owner);
  }

  /** Whether a node's data were written in this reign. */
  boolean isMarkedIn(NodeFacts facts, String owner) {
    return facts.mark().filter(new EpochMark(epoch, owner)::equals).isPresent();
  }

  /** The same, with the history that its primary took unseen, as far as that is known. */
  Reign continuedIn(Replication found) {
    return with(
        found.id(), Math.max(seenOffset, found.offset()), origin, Optional.empty(), leaving());
  }

  /** The same, as the successor of a reign whose history was {@code former}. */
  Reign after(ReplicationId former, Replication said) {
    return with(history, seenOffset, continued(former, said), unshared, left);
  }

  private Reign with(
      ReplicationId newHistory,
      long newOffset,
      Optional<Origin> newOrigin,
      Optional<ReplicationId> newUnshared,
      List<ReplicationId> newLeft) {
    return new Reign(
        epoch,
        primary,
        newHistory,
        newOffset,
        sinceNanos,
        newOrigin,
        lostNanos,
        electorates,
        newUnshared,
        newLeft,
        witnesses);
  }

  private Optional<Origin> originOf(Replication said) {
    // A history that begins with the first replica continues none, and holds what was before it.
    return said.id().equals(history) ? origin : continued(history, said).or(() -> origin);
  }

  private static Optional<Origin> continued(ReplicationId former, Replication said) {
    return said.formerId()
        .filter(former::equals)
        .map(id -> new Origin(id, said.formerEndOffset() - 1));
  }

  /**
   * How much of this reign's data a node holds; empty when it holds other data. Whoever follows the
   * history before, no further than where it was continued, holds the beginning of this one.
   */
  OptionalLong heldBy(Replication replication) {
    if (replication.knows(history)) {
      return OptionalLong.of(replication.offsetIn(history));
    }
    return origin
            .filter(o -> replication.id().equals(o.history()))
            .filter(o -> replication.offset() <= o.endOffset())
            .isPresent()
        ? OptionalLong.of(replication.offset())
        : OptionalLong.empty();
  }

  /** The same, lost since then, or not lost. */
  Reign lostSince(OptionalLong newLostNanos) {
    return new Reign(
        epoch,
        primary,
        history,
        seenOffset,
        sinceNanos,
        origin,
        newLostNanos,
        electorates,
        unshared,
        left,
        witnesses);
  }

  /** The same for a process that begins at {@code nowNanos} on a clock of its own. */
  Reign resumedAt(long nowNanos) {
    return new Reign(
        epoch,
        primary,
        history,
        seenOffset,
        nowNanos,
        origin,
        OptionalLong.empty(),
        electorates.stream().map(e -> e.aloneSince(OptionalLong.empty())).toList(),
        unshared,
        left,
        witnesses);
  }

  /** The same with other electorates. */
  Reign withElectorates(List<Electorate> others) {
    return new Reign(
        epoch,
        primary,
        history,
        seenOffset,
        sinceNanos,
        origin,
        lostNanos,
        others,
        unshared,
        left,
        witnesses);
  }

  /** Whether outputs may also go on while these replicas follow its primary. */
  boolean canBeWitnessedBy(List<Address> replicas) {
    return witnessesWith(replicas).size() <= MOST_WITNESSES;
  }

  private List<List<Address>> witnessesWith(List<Address> replicas) {
    if (witnesses.stream().anyMatch(replicas::containsAll)) {
      return witnesses; // who takes away one of those takes away one of these
    }
    List<List<Address>> all = new ArrayList<>(witnesses);
    all.removeIf(more -> more.containsAll(replicas));
    all.add(replicas);
    return all;
  }

  /** The same, when outputs also go on while these replicas follow its primary. */
  Reign witnessedBy(List<Address> replicas) {
    return new Reign(
        epoch,
        primary,
        history,
        seenOffset,
        sinceNanos,
        origin,
        lostNanos,
        electorates,
        unshared,
        left,
        witnessesWith(replicas));
  }

  /** What is worth a save: how far the history got is saved now and then only. */
  Reign asSaved(Reign saved) {
    return new Reign(
        epoch,
        primary,
        history,
        saved.seenOffset(),
        sinceNanos,
        origin,
        saved.lostNanos(),
        electorates,
        unshared,
        left,
        witnesses);
  }
}
