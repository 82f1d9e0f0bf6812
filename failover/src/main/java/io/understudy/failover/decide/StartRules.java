package io.understudy.failover.decide;

import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.failover.view.ReplicationId;
import io.understudy.failover.view.Upstream;
import io.understudy.topology.Epoch;
import io.understudy.topology.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The rule for a group that this keeper never published a primary of: roles are honoured. */
final class StartRules {
  private StartRules() {}

  static final Rule UNLED =
      new Rule(
          "unled",
          "no primary of the group was ever published",
          "the node that is primary is marked and published; of several the one with the data and"
              + " the replicas, or with all that the others hold; with different data on two, none,"
              + " unless onConflict is freshest; with no primary at all, the replica with the most"
              + " data is promoted",
          Rule.Effect.ACTS,
          StartRules::unled);

  private static Optional<String> unled(Situation s, Draft d) {
    if (s.journal().reign().isPresent()) {
      return Optional.empty();
    }
    List<String> pending = unheard(s);
    if (!pending.isEmpty()) {
      return Optional.of("waiting for the first answers: " + String.join("; ", pending));
    }
    Optional<String> rival = s.rival();
    if (rival.isPresent()) {
      s.view().nodes().forEach(d::probe);
      return rival;
    }
    List<NodeView> primaries = withRole(s, Role.PRIMARY);
    List<NodeView> full = primaries.stream().filter(StartRules::holdsData).toList();
    boolean replicasHoldData = withRole(s, Role.REPLICA).stream().anyMatch(StartRules::holdsData);
    if (full.size() == 1) {
      return Optional.of(adopt(s, d, "unled", full.getFirst(), "the only primary that holds data"));
    }
    if (full.size() > 1) {
      return Optional.of(conflict(s, d, full));
    }
    if (replicasHoldData) {
      return Optional.of(promoteReplica(s, d));
    }
    List<NodeView> unread =
        s.view().nodes().stream().filter(n -> n.readableFacts().isEmpty()).toList();
    if (!unread.isEmpty()) {
      return Optional.of("no node that answers holds data, and others may: " + describe(s, unread));
    }
    if (primaries.isEmpty()) {
      return Optional.of(
          "no node of the group is primary and none holds data: " + describe(s, s.view().nodes()));
    }
    NodeView first =
        primaries.stream()
            .max(Comparator.comparingInt(n -> facts(n).connectedReplicas()))
            .orElseThrow();
    return Optional.of(adopt(s, d, "unled", first, "all are empty, and it has the most replicas"));
  }

  /** The nodes worth waiting for before judging. */
  private static List<String> unheard(Situation s) {
    boolean patient = !s.isPast(s.view().startedNanos(), s.policy().startWait());
    List<String> pending = new ArrayList<>();
    for (NodeView node : s.view().nodes()) {
      boolean loading = node.reachability() instanceof Reachability.Loading;
      boolean heard = node.reachability().isObedient() && node.facts().isPresent();
      if (loading || (!heard && patient)) {
        pending.add(node.address() + " " + node.reachability().describe(s.now()));
      }
    }
    return pending;
  }

  /** Begins the adoption of a node that is primary, in a new epoch. */
  static String adopt(Situation s, Draft d, String rule, NodeView node, String why) {
    if (!d.mayOrder(node)) {
      d.probe(node);
      return node.address() + " will be adopted as primary (" + why + ") once it takes orders";
    }
    String byHand =
        node.facts()
            .flatMap(NodeFacts::mark)
            .filter(EpochMark::isByHand)
            .map(mark -> "; an operator promoted it while no keeper ran (" + mark.owner() + ")")
            .orElse("");
    String reason = node.address() + " says it is primary: " + why + byHand;
    d.begin(Operation.Kind.ADOPTION, rule, reason, Optional.empty(), s.now());
    Epoch epoch = d.takeEpoch(s.newestEpoch());
    d.enter(Operation.Phase.PROMOTE, node.reachableNode());
    d.mark(node, epoch);
    return reason;
  }

  private static String conflict(Situation s, Draft d, List<NodeView> full) {
    List<NodeView> best =
        full.stream().sorted(Comparator.comparing(StartRules::markEpoch).reversed()).toList();
    if (markEpoch(best.getFirst()).isAfter(markEpoch(best.get(1)))) {
      return adopt(
          s,
          d,
          "unled",
          best.getFirst(),
          "it carries the newest epoch of " + best.size() + " primaries that hold data");
    }
    Optional<NodeView> whole =
        full.stream()
            .filter(n -> full.stream().allMatch(other -> covers(n, other)))
            .max(
                Comparator.<NodeView>comparingInt(n -> facts(n).connectedReplicas())
                    .thenComparing(NodeView::address, Comparator.reverseOrder()));
    if (whole.isPresent()) {
      return adopt(
          s,
          d,
          "unled",
          whole.get(),
          "of " + full.size() + " primaries it holds all that the others hold");
    }
    String claims = String.join("; ", full.stream().map(StartRules::claim).toList());
    boolean refuses =
        s.policy().onConflict() == FailoverPolicy.OnConflict.REFUSE
            && s.enforces(Guard.DIFFERENT_DATA_IS_REFUSED);
    if (refuses) {
      return "several nodes say they are primary and hold different data: "
          + claims
          + ". None is published. Make one of them a replica of the other, or set onConflict:"
          + " freshest to let the keeper choose and give up the other's data";
    }
    NodeView freshest =
        full.stream()
            .max(
                Comparator.<NodeView>comparingInt(n -> facts(n).connectedReplicas())
                    .thenComparingLong(n -> facts(n).replication().offset())
                    .thenComparingLong(n -> facts(n).keys()))
            .orElseThrow();
    return adopt(
        s, d, "unled", freshest, "the freshest of several (onConflict: freshest): " + claims);
  }

  /** No primary that holds data, but replicas that do. */
  private static String promoteReplica(Situation s, Draft d) {
    List<NodeView> replicas =
        withRole(s, Role.REPLICA).stream().filter(StartRules::holdsData).toList();
    for (NodeView node : replicas) {
      Upstream upstream = facts(node).upstream().orElseThrow();
      if (upstream.linkUp() && !isConfigured(s, upstream)) {
        return node.address()
            + " follows "
            + upstream
            + ", which is not among the group's nodes; add it to them";
      }
      if ((upstream.linkUp() || upstream.syncInProgress()) && !isInCircle(s, upstream)) {
        return "waiting for " + upstream + ", which " + node.address() + " follows";
      }
    }
    ReplicationId newest =
        replicas.stream()
            .map(StartRules::facts)
            .max(Comparator.comparingLong(f -> f.replication().offset()))
            .orElseThrow()
            .replication()
            .id();
    boolean different = replicas.stream().anyMatch(n -> !facts(n).replication().knows(newest));
    if (different && s.policy().onConflict() == FailoverPolicy.OnConflict.REFUSE) {
      return "no node is primary, and the replicas hold different data: "
          + String.join("; ", replicas.stream().map(StartRules::claim).toList())
          + ". None is promoted. Promote one by hand (REPLICAOF NO ONE), or set onConflict:"
          + " freshest";
    }
    String reason = "no node is primary, and replicas hold data: " + describe(s, s.view().nodes());
    d.begin(Operation.Kind.FAILOVER, "unled", reason, Optional.empty(), s.now());
    return reason + "; " + Failover.advance(s.with(d.journal()), d);
  }

  private static List<NodeView> withRole(Situation s, Role role) {
    return s.view().nodes().stream()
        .filter(n -> n.readableFacts().filter(f -> f.role() == role).isPresent())
        .toList();
  }

  /** Whether a node says that it is primary, and holds data. */
  static boolean claims(NodeView node) {
    return node.readableFacts().filter(f -> f.role() == Role.PRIMARY && !f.isEmpty()).isPresent();
  }

  private static boolean holdsData(NodeView node) {
    return !facts(node).isEmpty();
  }

  private static boolean covers(NodeView node, NodeView other) {
    return facts(node).replication().covers(facts(other).replication());
  }

  /** Whether replicas follow each other, so that whoever follows them follows no primary. */
  private static boolean isInCircle(Situation s, Upstream followed) {
    Optional<Upstream> next = Optional.of(followed);
    for (int i = 0; i <= s.view().nodes().size() && next.isPresent(); i++) {
      Upstream at = next.get();
      next =
          s.view().nodes().stream()
              .filter(n -> at.isAt(n.address()))
              .flatMap(n -> n.readableFacts().stream())
              .flatMap(f -> f.upstream().stream())
              .findFirst();
    }
    return next.isPresent();
  }

  private static boolean isConfigured(Situation s, Upstream upstream) {
    return s.view().nodes().stream().anyMatch(n -> upstream.isAt(n.address()));
  }

  private static Epoch markEpoch(NodeView node) {
    return facts(node).mark().map(EpochMark::epoch).orElse(Epoch.NONE);
  }

  private static NodeFacts facts(NodeView node) {
    return node.readableFacts().orElseThrow();
  }

  private static String claim(NodeView node) {
    NodeFacts facts = facts(node);
    return node.address()
        + " ("
        + facts.keys()
        + " keys, "
        + facts.connectedReplicas()
        + " replicas, offset "
        + facts.replication().offset()
        + ", history "
        + facts.replication().id().abbreviated()
        + ")";
  }

  private static String describe(Situation s, List<NodeView> nodes) {
    return String.join(
        "; ",
        nodes.stream().map(n -> n.address() + " " + n.reachability().describe(s.now())).toList());
  }
}
