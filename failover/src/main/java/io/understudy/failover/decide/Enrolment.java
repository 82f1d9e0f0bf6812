package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Durability;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Keeps the electorate of a reign whose primary serves, and says on which terms writes to it may be
 * acknowledged.
 *
 * <p>The journal has every change before an output is told of it.
 */
final class Enrolment {
  private final Situation situation;
  private final Draft draft;
  private final Seat.Serving primary;
  private final DurabilityPolicy policy;
  private final List<Electorate> earlier;
  private Electorate now;

  private Enrolment(
      Situation situation, Draft draft, Seat.Serving primary, DurabilityPolicy policy) {
    this.situation = situation;
    this.draft = draft;
    this.primary = primary;
    this.policy = policy;
    Reign reign = draft.journal().reign().orElseThrow();
    earlier = new ArrayList<>(reign.electorates());
    Electorate last = earlier.isEmpty() ? null : earlier.removeLast();
    boolean same =
        last != null
            && last.epoch().equals(reign.epoch())
            && last.primary().equals(reign.primary().runId())
            && last.history().equals(primary.facts().replication().id())
            && last.replicas() == policy.replicas();
    if (last != null && !same && last.couldConfirm()) {
      earlier.add(last);
    }
    now =
        last != null && same
            ? last
            : Electorate.formed(
                reign, primary.facts().replication().id(), policy.replicas(), List.of());
  }

  /** Brings the electorate up to date; the terms are empty when no durability is asked for. */
  static Optional<Durability> tend(Situation situation, Draft draft, Seat.Serving primary) {
    Optional<DurabilityPolicy> policy = situation.policy().durability();
    if (policy.isEmpty()) {
      Reign reign = draft.journal().reign().orElseThrow();
      if (!reign.electorates().isEmpty()) {
        draft.updateReign(reign.withElectorates(List.of()));
      }
      return Optional.empty();
    }
    return Optional.of(new Enrolment(situation, draft, primary, policy.get()).tend());
  }

  /** What an operator should know of it, as the end of a sentence; may be empty. */
  static String describe(GroupJournal journal) {
    Durability terms = journal.published().durability().orElse(null);
    if (terms == null) {
      return "";
    }
    String what =
        "; a write is acknowledged when "
            + terms.replicas()
            + " of "
            + terms.voters().size()
            + " voters have it";
    return terms.confirms()
        ? what + (terms.others() == 0 ? "" : " (" + terms.others() + " attached have no vote)")
        : what + ", and none is yet, until so many hold the history of this epoch";
  }

  private Durability tend() {
    enrol();
    dropEarlier();
    strike();
    List<Electorate> all = new ArrayList<>(earlier);
    all.add(now);
    Reign reign = draft.journal().reign().orElseThrow();
    if (!reign.electorates().equals(all)) {
      draft.updateReign(reign.withElectorates(all));
    }
    return terms();
  }

  /** Gives a vote to runs that were seen to have everything that the primary had. */
  private void enrol() {
    for (NodeView node : situation.view().nodes()) {
      NodeFacts facts = node.readableFacts().orElse(null);
      if (facts == null || !isEligible(facts) || mayNotLead(node)) {
        continue;
      }
      if (facts.askedNanos() > primary.facts().askedNanos()
          && facts.replication().offset() >= primary.facts().replication().offset()) {
        now = now.with(facts.runId());
      } else {
        draft.probe(node);
        draft.probe(primary.node());
      }
    }
  }

  private boolean isEligible(NodeFacts facts) {
    return follows(facts) && facts.priority() > 0 && !now.voters().contains(facts.runId());
  }

  /** What only such a node holds could never be gone on with. */
  private boolean mayNotLead(NodeView node) {
    return situation.misplaced(node.address()).isPresent();
  }

  private boolean follows(NodeFacts facts) {
    return facts.isInSync()
        && facts.upstream().orElseThrow().isAt(primary.node().address())
        && facts.replication().id().equals(primary.facts().replication().id())
        && facts.askedNanos() >= draft.journal().reign().orElseThrow().sinceNanos();
  }

  /**
   * Forgets earlier electorates when no output acknowledges by them any more and the present one
   * holds everything that the primary had after that.
   */
  private void dropEarlier() {
    if (earlier.isEmpty()) {
      return;
    }
    if (now.aloneNanos().isEmpty()) {
      if (isAlone()) {
        now = now.aloneSince(OptionalLong.of(situation.now()));
        probeAll();
      }
      return;
    }
    long holders =
        situation.view().nodes().stream()
            .flatMap(node -> node.readableFacts().stream())
            .filter(f -> now.voters().contains(f.runId()) && follows(f))
            .filter(f -> f.replication().offset() >= primary.facts().replication().offset())
            .count();
    boolean readSince = primary.facts().askedNanos() >= now.aloneNanos().getAsLong();
    if (readSince && holders >= now.replicas()) {
      earlier.clear();
    } else if (!readSince || now.couldConfirm()) {
      probeAll();
    }
  }

  /** Whether what is published, and has reached every output, gives no vote to anybody else. */
  private boolean isAlone() {
    Topology published = situation.journal().published();
    return published.epoch().equals(now.epoch())
        && published.durability().filter(d -> now.voters().containsAll(d.voters())).isPresent()
        && situation.view().outputs().waitNanos(situation.now()) == 0;
  }

  /**
   * Goes on without voters that are gone, if enough are left; the former ones count for a while.
   */
  private void strike() {
    List<RunId> left = now.voters().stream().filter(voter -> !isGone(voter)).toList();
    boolean worthIt = left.size() < now.voters().size() && left.size() >= now.replicas();
    if (worthIt && earlier.isEmpty()) {
      earlier.add(now);
      Reign reign = draft.journal().reign().orElseThrow();
      now = Electorate.formed(reign, now.history(), now.replicas(), left);
    }
  }

  private boolean isGone(RunId voter) {
    NodeView node = situation.view().withRun(voter).orElse(null);
    if (node == null) {
      return true;
    }
    boolean dead =
        node.reachability() instanceof Reachability.Refused refused
            && refused.times() >= situation.policy().refusals();
    OptionalLong up = node.facts().orElseThrow().linkUpNanos();
    return dead
        || mayNotLead(node)
        || up.isEmpty()
        || situation.isPast(up.getAsLong(), situation.policy().downAfter());
  }

  private Durability terms() {
    Durability before =
        Optional.of(situation.journal().published())
            .filter(p -> p.epoch().equals(now.epoch()))
            .flatMap(Topology::durability)
            .filter(Durability::confirms)
            .filter(d -> d.replicas() == policy.replicas())
            .orElse(null);
    OptionalLong attachments = primary.facts().attachments();
    if (attachments.isEmpty()) {
      return unconfirmed();
    }
    int proven = proven();
    int others = Math.max(0, primary.facts().connectedReplicas() - proven);
    if (before != null && attachments.getAsLong() >= before.attachments()) {
      others = (int) Math.min(others, others(before, attachments.getAsLong()));
    }
    boolean confirms = before != null || (proven >= now.replicas() && earlier.isEmpty());
    if (proven < now.voters().stream().filter(v -> !isGone(v)).count()) {
      probeAll();
    }
    return new Durability(
        policy.replicas(),
        policy.timeout(),
        now.voters(),
        situation.enforces(Guard.OTHERS_HAVE_NO_VOTE) ? others : 0,
        attachments.getAsLong(),
        confirms);
  }

  private Durability unconfirmed() {
    return new Durability(policy.replicas(), policy.timeout(), now.voters(), 0, 0, false);
  }

  /** Whoever had no vote may still be there, and so may all that came or lost their vote since. */
  private long others(Durability before, long attachments) {
    Set<RunId> struck = new HashSet<>(before.voters());
    now.voters().forEach(struck::remove);
    return before.others() + (attachments - before.attachments()) + struck.size();
  }

  /**
   * How many voters are certain to be among those attached: nobody came or left since {@code
   * steady} began, and they have what was written after that.
   */
  private int proven() {
    NodeFacts.Steady steady = primary.facts().steady().orElse(null);
    if (steady == null) {
      return 0;
    }
    int proven = 0;
    for (RunId voter : now.voters()) {
      boolean attached =
          situation
              .view()
              .withRun(voter)
              .flatMap(NodeView::facts)
              .filter(this::follows)
              .filter(f -> f.askedNanos() > steady.sinceNanos())
              .filter(f -> f.replication().offset() > steady.offset())
              .isPresent();
      proven += attached ? 1 : 0;
    }
    return Math.min(proven, primary.facts().connectedReplicas());
  }

  private void probeAll() {
    situation.view().nodes().stream()
        .filter(n -> n.readableFacts().isPresent())
        .forEach(draft::probe);
  }
}
