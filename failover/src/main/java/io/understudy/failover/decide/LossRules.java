package io.understudy.failover.decide;

import io.understudy.failover.agree.Majority;
import io.understudy.failover.view.FleetView;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules about a published primary that this keeper cannot see serving. */
final class LossRules {
  private LossRules() {}

  private static final long NANOS_PER_MILLI = 1_000_000L;

  static final Rule BEREFT =
      new Rule(
          "bereft",
          "the primary refuses connections and a replica says its link is down, or another run"
              + " answers at the primary's address",
          "those replicas are gated at once, so that an empty restart cannot empty them; undone by"
              + " a partial resync",
          Rule.Effect.ACTS,
          LossRules::bereft);

  static final Rule BLIND =
      new Rule(
          "blind",
          "this keeper cannot talk to the primary, but replicas or clients can, or it answers with"
              + " an error that only the living give (BUSY, LOADING, NOAUTH, NOPERM)",
          "nothing; an operator is told",
          Rule.Effect.HOLDS_BACK,
          LossRules::blind);

  static final Rule BUDGET =
      new Rule(
          "budget",
          "the primary looks lost, but too many failovers are under way, an improbable share of the"
              + " groups looks dead, or this group had too many lately",
          "nothing until that passes; an operator is told",
          Rule.Effect.HOLDS_BACK,
          LossRules::budget);

  static final Rule CRASHED =
      new Rule(
          "crashed",
          "the primary refused connections several times in a row (refusals, 2 by default), to a"
              + " majority of the keepers, or another"
              + " run answers at its address",
          "fail over now",
          Rule.Effect.ACTS,
          (s, d) -> crash(s).map(loss -> failOver(s, d, "crashed", loss)));

  static final Rule DEPOSED =
      new Rule(
          "deposed",
          "the published run answers, but as a replica",
          "fail over; it may be promoted again itself",
          Rule.Effect.ACTS,
          (s, d) -> deposition(s).map(loss -> failOver(s, d, "deposed", loss)));

  static final Rule SILENT =
      new Rule(
          "silent",
          "the primary has not answered a majority of the keepers for downAfter, and the replicas"
              + " with their link up have heard nothing for longer than its ping period",
          "fail over",
          Rule.Effect.ACTS,
          (s, d) -> silence(s).map(loss -> failOver(s, d, "silent", loss)));

  static final Rule SUSPECT =
      new Rule(
          "suspect",
          "the primary cannot be seen serving, and nothing above holds yet",
          "nothing; it is looked at again at once",
          Rule.Effect.EXPLAINS,
          LossRules::suspect);

  /** Why the primary counts as lost, and since when. */
  private record Loss(String reason, long sinceNanos) {}

  private static Optional<String> bereft(Situation s, Draft d) {
    Reign reign = s.journal().reign().orElse(null);
    if (reign == null) {
      return Optional.empty();
    }
    Node primary = reign.primary();
    return switch (s.seat(reign)) {
      case Seat.Refusing refusing -> {
        long since = refusing.refused().sinceNanos();
        yield s.repliedToClients(primary, since)
            ? Optional.empty()
            : gate(s, d, primary, true, primary.address() + " refuses connections");
      }
      case Seat.Gone gone -> gate(s, d, primary, false, describeGone(primary, gone));
      case Seat.Serving x -> Optional.empty();
      case Seat.Deposed x -> Optional.empty();
      case Seat.Mute x -> Optional.empty();
      case Seat.Hindered x -> Optional.empty();
      case Seat.Unclear x -> Optional.empty();
    };
  }

  private static Optional<String> gate(
      Situation s, Draft d, Node primary, boolean onlyWhereDown, String why) {
    List<String> gated = new ArrayList<>();
    for (NodeView node : s.readableReplicas(primary)) {
      NodeFacts facts = node.facts().orElseThrow();
      boolean spared =
          facts.isGated()
              || (onlyWhereDown && facts.upstream().orElseThrow().linkUp())
              || !d.mayOrder(node);
      if (!spared) {
        d.gate(node);
        gated.add(node.address().toString());
      }
    }
    return gated.isEmpty()
        ? Optional.empty()
        : Optional.of(
            why
                + "; "
                + String.join(", ", gated)
                + " must not follow whatever starts there next, and is gated");
  }

  private static Optional<String> blind(Situation s, Draft d) {
    Reign reign = s.journal().reign().orElse(null);
    if (reign == null) {
      return Optional.empty();
    }
    Node primary = reign.primary();
    return switch (s.seat(reign)) {
      case Seat.Refusing refusing ->
          seenAlive(
              s,
              d,
              primary,
              refusing.node(),
              refusing.refused().sinceNanos(),
              !s.isPast(refusing.refused().sinceNanos(), s.policy().downAfter()));
      case Seat.Mute mute ->
          seenAlive(s, d, primary, mute.node(), mute.silent().sinceNanos(), false);
      case Seat.Hindered hindered ->
          Optional.of(
              primary.address()
                  + " "
                  + hindered.node().reachability().describe(s.now())
                  + ". It is alive, so there is no failover");
      case Seat.Serving x -> Optional.empty();
      case Seat.Deposed x -> Optional.empty();
      case Seat.Gone x -> Optional.empty();
      case Seat.Unclear x -> Optional.empty();
    };
  }

  private static Optional<String> seenAlive(
      Situation s, Draft d, Node primary, NodeView node, long sinceNanos, boolean linkCounts) {
    List<String> signs = s.lifeSigns(primary, sinceNanos, linkCounts);
    if (signs.isEmpty()) {
      return Optional.empty();
    }
    s.view().nodes().forEach(d::probe);
    d.alive();
    return Optional.of(
        primary.address()
            + " "
            + node.reachability().describe(s.now())
            + ", but "
            + String.join(", and ", signs)
            + ": the keeper is cut off, not the primary dead");
  }

  /** The wait begins after the loss: what is waited is not held against the candidates. */
  private static Optional<String> budget(Situation s, Draft d) {
    Optional<Loss> loss = crash(s).or(() -> deposition(s)).or(() -> silence(s));
    Optional<String> spent = loss.flatMap(l -> spentBudget(s, l.reason()));
    spent.ifPresent(why -> d.lostSince(loss.orElseThrow().sinceNanos()));
    return spent;
  }

  private static Optional<String> spentBudget(Situation s, String lost) {
    FailoverPolicy policy = s.policy();
    FleetView fleet = s.view().fleet();
    if (fleet.operating() >= policy.maxOperating()) {
      return Optional.of(
          lost + ". " + fleet.operating() + " other groups are failing over; waiting for a place");
    }
    if (fleet.groups() >= FailoverPolicy.SHARE_COUNTS_FROM
        && fleet.suspected() > fleet.groups() * policy.maxSuspectedShare()) {
      return Optional.of(
          lost
              + ". But "
              + fleet.suspected()
              + " of "
              + fleet.groups()
              + " groups look dead at once, which is more likely this keeper's own trouble");
    }
    long windowStart = s.view().wallMillis() - policy.failoverWindow().toMillis();
    long recent =
        s.journal().failoverMillis().stream()
            .filter(at -> at > windowStart && at <= s.view().wallMillis())
            .count();
    if (recent >= policy.maxFailovers()) {
      return Optional.of(
          lost
              + ". This group had "
              + recent
              + " failovers within "
              + policy.failoverWindow().toSeconds()
              + " s and cools down (maxFailovers)");
    }
    return Optional.empty();
  }

  private static Optional<Loss> crash(Situation s) {
    Reign reign = s.journal().reign().orElse(null);
    if (reign == null) {
      return Optional.empty();
    }
    Node primary = reign.primary();
    return switch (s.seat(reign)) {
      case Seat.Refusing refusing when refusing.refused().times() < s.policy().refusals() ->
          Optional.empty();
      case Seat.Refusing refusing when objection(s, refusing.node()).isPresent() ->
          Optional.empty();
      case Seat.Refusing refusing ->
          Optional.of(
              new Loss(
                  primary.address()
                      + " "
                      + refusing.refused().describe(s.now())
                      + ", and nobody sees it alive",
                  refusing.refused().sinceNanos()));
      case Seat.Gone gone -> Optional.of(new Loss(describeGone(primary, gone), s.deadSince(gone)));
      case Seat.Serving x -> Optional.empty();
      case Seat.Deposed x -> Optional.empty();
      case Seat.Mute x -> Optional.empty();
      case Seat.Hindered x -> Optional.empty();
      case Seat.Unclear x -> Optional.empty();
    };
  }

  private static String describeGone(Node primary, Seat.Gone gone) {
    return gone.node()
        .flatMap(NodeView::readableFacts)
        .map(
            f ->
                primary
                    + " is gone: run "
                    + f.runId().abbreviated()
                    + " answers there now, with "
                    + f.keys()
                    + " keys")
        .orElse(primary + " is no longer among the group's nodes");
  }

  private static Optional<Loss> deposition(Situation s) {
    return s.journal()
        .reign()
        .filter(r -> s.seat(r) instanceof Seat.Deposed)
        .map(
            r ->
                new Loss(
                    r.primary()
                        + " was published as primary, but says it is a replica of "
                        + ((Seat.Deposed) s.seat(r)).facts().upstream().orElseThrow(),
                    s.now()));
  }

  private static Optional<Loss> silence(Situation s) {
    Reign reign = s.journal().reign().orElse(null);
    if (reign == null
        || !(s.seat(reign) instanceof Seat.Mute mute)
        || !s.isPast(mute.silent().sinceNanos(), s.policy().downAfter())
        || objection(s, mute.node()).isPresent()) {
      return Optional.empty();
    }
    long millis = (s.now() - mute.silent().sinceNanos()) / NANOS_PER_MILLI;
    return Optional.of(
        new Loss(
            reign.primary().address()
                + " has been silent for "
                + millis
                + " ms (downAfter is "
                + s.policy().downAfter().toMillis()
                + " ms), and the replicas hear nothing from it",
            mute.silent().sinceNanos()));
  }

  private static String failOver(Situation s, Draft d, String rule, Loss loss) {
    Reign reign = s.journal().reign().orElseThrow();
    d.updateReign(reign.reaching(s.seenOffset(reign)));
    d.begin(
        Operation.Kind.FAILOVER,
        rule,
        loss.reason(),
        Optional.of(reign.primary()),
        reign.lostNanos().orElse(loss.sinceNanos()));
    return loss.reason() + "; " + Failover.advance(s.with(d.journal()), d);
  }

  private static Optional<String> suspect(Situation s, Draft d) {
    Reign reign = s.journal().reign().orElse(null);
    if (reign == null || s.seat(reign) instanceof Seat.Serving) {
      return Optional.empty();
    }
    s.view().nodes().stream()
        .filter(n -> !(n.reachability() instanceof Reachability.Unprobed))
        .forEach(d::probe);
    NodeView node = s.view().at(reign.primary().address()).orElse(null);
    if (node == null) {
      return Optional.of(reign.primary().address() + " is not configured");
    }
    String verdict =
        node.reachability().isReadable()
            ? "what it says of itself is older than its reign, so it is read again"
            : objection(s, node).orElse("it is too early to call it dead");
    return Optional.of(
        reign.primary().address() + " " + node.reachability().describe(s.now()) + "; " + verdict);
  }

  /** Why the keepers do not agree that the node is lost; empty when they do. */
  private static Optional<String> objection(Situation s, NodeView node) {
    return Majority.objection(
        s.view().panel(), node, s.now(), s.policy().downAfter(), s.policy().refusals());
  }
}
