package io.understudy.failover.decide;

import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.ReplicationId;
import io.understudy.topology.Epoch;
import io.understudy.topology.RunId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The runs whose word counted when writes were acknowledged: every acknowledged write is held by
 * {@code replicas} of the voters at least.
 *
 * <p>Voters may be added at any time, because more of them must then be heard. They are never taken
 * away: an electorate without them follows, and both count until the later one holds everything.
 *
 * @param epoch the reign in which it was formed
 * @param primary the run that wrote
 * @param history what it wrote
 * @param replicas how many voters have every acknowledged write
 * @param voters run ids, in the order in which they were enrolled
 * @param aloneNanos since when no output acknowledges anything by an earlier electorate, on the
 *     clock of the running process; empty while one may
 */
public record Electorate(
    Epoch epoch,
    RunId primary,
    ReplicationId history,
    int replicas,
    List<RunId> voters,
    OptionalLong aloneNanos) {
  public Electorate {
    voters = List.copyOf(voters);
  }

  static Electorate formed(Reign reign, ReplicationId history, int replicas, List<RunId> voters) {
    return new Electorate(
        reign.epoch(), reign.primary().runId(), history, replicas, voters, OptionalLong.empty());
  }

  /** The same, where all that is left of what was acknowledged is what one later primary holds. */
  Electorate alone(Reign later) {
    RunId holder = later.primary().runId();
    return new Electorate(epoch, holder, later.history(), 1, List.of(holder), OptionalLong.empty());
  }

  Electorate with(RunId voter) {
    List<RunId> more = new ArrayList<>(voters);
    more.add(voter);
    return new Electorate(epoch, primary, history, replicas, more, aloneNanos);
  }

  Electorate aloneSince(OptionalLong nanos) {
    return new Electorate(epoch, primary, history, replicas, voters, nanos);
  }

  /** Whether it was ever large enough for a write to be acknowledged by it. */
  boolean couldConfirm() {
    return voters.size() >= replicas;
  }

  /** How many voters must be heard so that one of them has any given acknowledged write. */
  int needed() {
    return Math.max(0, voters.size() - replicas + 1);
  }

  /**
   * How far in this electorate's history a node is, which only tells when it came there by
   * replication alone.
   *
   * @param present the history of the reign that is to be ended
   * @param owner whose marks count
   * @return {@link Long#MAX_VALUE} when it holds all of it; empty when it holds something else, or
   *     what an operator made of it
   */
  OptionalLong reachOf(NodeFacts facts, ReplicationId present, String owner) {
    ReplicationId id = facts.replication().id();
    if (id.equals(history)) {
      return OptionalLong.of(facts.replication().offset());
    }
    if (id.equals(present)) {
      return OptionalLong.of(Long.MAX_VALUE); // a later reign begins with all of the earlier one
    }
    boolean promotedLater =
        facts.mark().filter(m -> m.owner().equals(owner)).map(EpochMark::epoch).stream()
            .anyMatch(marked -> marked.isAfter(epoch));
    if (promotedLater && facts.replication().knows(present)) {
      return OptionalLong.of(Long.MAX_VALUE); // the later primary, started again from its file
    }
    return promotedLater && facts.replication().knows(history)
        ? OptionalLong.of(facts.replication().offsetIn(history))
        : OptionalLong.empty();
  }
}
