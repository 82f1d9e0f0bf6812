package io.understudy.failover.decide;

import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.GroupView;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * All that a rule may look at, and the questions that several rules ask of it.
 *
 * @param view what is seen of the group's nodes
 * @param newcomers those that were added and must not be touched yet; they are not in {@code view}
 * @param journal what is remembered
 * @param policy what is configured
 * @param guards the guards in force
 */
record Situation(
    GroupView view,
    List<Membership.Newcomer> newcomers,
    GroupJournal journal,
    FailoverPolicy policy,
    Set<Guard> guards) {

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** What a server uses for {@code repl-ping-replica-period} where nothing is configured. */
  private static final long USUAL_PING_SECONDS = 10;

  /** Of all that is seen: who is no member, and whoever may not be touched, is left out. */
  static Situation of(
      GroupView seen, GroupJournal journal, FailoverPolicy policy, Set<Guard> guards) {
    List<Membership.Newcomer> newcomers =
        guards.contains(Guard.NEWCOMERS_KEEP_THEIR_DATA)
            ? Membership.newcomers(seen, journal)
            : List.of();
    return new Situation(
        Membership.members(seen, journal, newcomers), newcomers, journal, policy, guards);
  }

  boolean enforces(Guard guard) {
    return guards.contains(guard);
  }

  /** The same with another journal: one that a draft has got to. */
  Situation with(GroupJournal newJournal) {
    return new Situation(view, newcomers, newJournal, policy, guards);
  }

  long now() {
    return view.nowNanos();
  }

  /** Whether more than {@code duration} has passed since {@code thenNanos}. */
  boolean isPast(long thenNanos, Duration duration) {
    return now() - thenNanos > duration.toNanos();
  }

  /** Why the group is left alone now; empty in normal operation. */
  Optional<String> paused() {
    return view.paused()
        .or(() -> journal.pauseOf(Optional.empty(), view.wallMillis()).map(Pause::reason))
        .or(
            () ->
                journal
                    .reign()
                    .map(r -> r.primary().address())
                    .filter(this::isPaused)
                    .map(a -> a + ", its primary, is paused"));
  }

  /** Whether a node is left alone now. */
  boolean isPaused(Address node) {
    return journal.pauseOf(Optional.of(node), view.wallMillis()).isPresent();
  }

  /** What became of the primary of a reign. */
  Seat seat(Reign reign) {
    boolean byRun = enforces(Guard.IDENTITY_IS_THE_RUN);
    Optional<NodeView> found =
        byRun
            ? view.withRun(reign.primary().runId()).or(() -> view.at(reign.primary().address()))
            : view.at(reign.primary().address());
    if (found.isEmpty()) {
      return new Seat.Gone(Optional.empty());
    }
    NodeView node = found.get();
    return switch (node.reachability()) {
      case Reachability.Refused refused -> new Seat.Refusing(node, refused);
      case Reachability.Silent silent -> new Seat.Mute(node, silent);
      case Reachability.Unprobed u -> new Seat.Unclear(node);
      case Reachability.Broken b -> new Seat.Unclear(node);
      case Reachability.Answering a -> readable(reign, node, byRun);
      case Reachability.Loading l -> readable(reign, node, byRun);
      case Reachability.Misconf m -> readable(reign, node, byRun);
      case Reachability.Busy b -> complaining(node);
      case Reachability.NoAuth n -> complaining(node);
      case Reachability.NoPerm n -> complaining(node);
      case Reachability.NotRedis n -> new Seat.Hindered(node);
      case Reachability.ClusterMode c -> new Seat.Hindered(node);
      case Reachability.TooOld t -> new Seat.Hindered(node);
      case Reachability.Unresolvable u -> new Seat.Hindered(node);
    };
  }

  private Seat complaining(NodeView node) {
    return enforces(Guard.ERRORS_ARE_LIFE)
        ? new Seat.Hindered(node)
        : new Seat.Gone(Optional.of(node));
  }

  /** By when a run that is gone was dead at the latest: another one runs there since then. */
  long deadSince(Seat.Gone gone) {
    return gone.node().flatMap(NodeView::facts).map(NodeFacts::startedNanos).orElse(now());
  }

  private Seat readable(Reign reign, NodeView node, boolean byRun) {
    NodeFacts facts = node.facts().orElse(null);
    if (facts == null) {
      return new Seat.Unclear(node);
    }
    if (byRun && !facts.runId().equals(reign.primary().runId())) {
      return new Seat.Gone(Optional.of(node));
    }
    if (facts.askedNanos() < reign.sinceNanos()) {
      return new Seat.Unclear(node);
    }
    return switch (facts.role()) {
      case REPLICA -> new Seat.Deposed(node, facts);
      case PRIMARY -> facts.loading() ? new Seat.Hindered(node) : new Seat.Serving(node, facts);
    };
  }

  /**
   * The keeper whose mark the node carries, when that is another one and may still be at work. A
   * mark whose owner no server has a connection from, long enough, binds nobody.
   */
  Optional<String> foreignKeeper(NodeFacts facts) {
    return facts
        .mark()
        .map(EpochMark::owner)
        .filter(owner -> !owner.equals(journal.owner()))
        .filter(owner -> mayBeAlive(owner) || !isPast(view.startedNanos(), policy.startWait()))
        .filter(owner -> enforces(Guard.FOREIGN_OWNER))
        .filter(owner -> !isGivenUp(facts));
  }

  /** Whether it was added with leave to replace its data, and with them the mark. */
  private boolean isGivenUp(NodeFacts facts) {
    return view.withRun(facts.runId())
        .flatMap(node -> journal.memberChange(node.address()))
        .filter(c -> c.kind() == MemberChange.Kind.JOINING)
        .filter(c -> c.replaceData() || c.standsFor().isPresent())
        .isPresent();
  }

  /**
   * Why this keeper must not be the first to make a primary where no server carries its mark:
   * another keeper is connected too, or that is not known yet. Each keeper names its connection to
   * a server before it looks for others there, so that of two at least one sees the other. What a
   * server did not tell for {@code startWait} is not allowed, or costs too much, to be asked.
   */
  Optional<String> rival() {
    if (!enforces(Guard.ALONE_WHERE_UNMARKED)) {
      return Optional.empty();
    }
    for (NodeView node : view.nodes()) {
      NodeFacts facts = node.readableFacts().orElse(null);
      if (facts == null) {
        continue;
      }
      Optional<String> other =
          facts.keepers().stream()
              .flatMap(Set::stream)
              .filter(owner -> !owner.equals(journal.owner()))
              .sorted()
              .findFirst();
      if (other.isPresent()) {
        return Optional.of(
            "another keeper ("
                + other.get()
                + "; this one is "
                + journal.owner()
                + ") is connected to "
                + node.address()
                + ", and no server tells whose the group is. Two keepers that do not know each"
                + " other must not look after one group: stop one of them");
      }
      boolean mayBeTold =
          !isPast(view.startedNanos(), policy.startWait())
              || !isPast(facts.startedNanos(), policy.startWait());
      if (facts.keepers().isEmpty() && mayBeTold) {
        return Optional.of(
            "whether another keeper is connected to " + node.address() + " is being found out");
      }
    }
    return Optional.empty();
  }

  /** Whether an order may be given to the node now: it takes orders, and the facts are current. */
  boolean mayOrder(NodeView node) {
    NodeFacts facts = node.readableFacts().orElse(null);
    if (facts == null || !node.reachability().isObedient() || facts.loading()) {
      return false;
    }
    if (journal.orderFor(facts.runId()).isPresent() || isPaused(node.address())) {
      return false;
    }
    if (foreignKeeper(facts).isPresent()) {
      return false;
    }
    return !needsReading(facts) && !isRefusedLately(facts);
  }

  /** Whether facts are older than the end of the node's newest order. */
  boolean needsReading(NodeFacts facts) {
    return journal
        .endedFor(facts.runId())
        .filter(ended -> facts.askedNanos() < ended.atNanos())
        .isPresent();
  }

  private boolean isRefusedLately(NodeFacts facts) {
    return journal
        .endedFor(facts.runId())
        .filter(ended -> ended.refusal().isPresent())
        .filter(ended -> !isPast(ended.atNanos(), policy.retryAfter()))
        .isPresent();
  }

  /** The replicas that can be read and are not the run {@code primary}. */
  List<NodeView> readableReplicas(Node primary) {
    List<NodeView> replicas = new ArrayList<>();
    for (NodeView node : view.nodes()) {
      NodeFacts facts = node.readableFacts().orElse(null);
      if (facts != null && facts.upstream().isPresent() && !facts.runId().equals(primary.runId())) {
        replicas.add(node);
      }
    }
    return replicas;
  }

  /** Why a node must not be primary where it is; empty when it may. */
  Optional<String> misplaced(Address node) {
    return policy
        .upkeep()
        .placement()
        .objection(node)
        .filter(why -> enforces(Guard.NEVER_WHERE_FORBIDDEN));
  }

  /** A node by its run, also one that must not be touched. */
  Optional<NodeView> anyWithRun(RunId runId) {
    return view.withRun(runId)
        .or(
            () ->
                newcomers.stream()
                    .map(Membership.Newcomer::node)
                    .filter(n -> n.isRun(runId))
                    .findFirst());
  }

  /** When a proxy last got a reply from the run, if that was after {@code sinceNanos}. */
  boolean repliedToClients(Node node, long sinceNanos) {
    Long last = view.lastReplyNanos().get(node.runId());
    return last != null && last > sinceNanos;
  }

  /**
   * What others see of a primary that this keeper cannot talk to, since {@code sinceNanos}; empty
   * when nobody sees it alive.
   *
   * <p>An offset that stands still proves nothing of a primary that has nothing to say. Its pings
   * do: it sends one every {@code repl-ping-replica-period}, and only a replica that has heard
   * nothing for longer than that, and a second for the rounding, is a witness of its silence.
   *
   * @param linkCounts whether a link that replicas call up is evidence. It is, for a while, when
   *     the keeper was refused, because a dead process's links break at once. It is none against
   *     silence, and none for ever, because the link to a stopped process, or through a broken
   *     network, is called up for {@code repl-timeout}
   */
  List<String> lifeSigns(Node primary, long sinceNanos, boolean linkCounts) {
    List<String> signs = new ArrayList<>();
    long recent = Math.max(sinceNanos, now() - policy.downAfter().toNanos());
    if (repliedToClients(primary, recent)) {
      signs.add("clients get replies from it");
    }
    for (NodeView node : readableReplicas(primary)) {
      NodeFacts facts = node.facts().orElseThrow();
      var upstream = facts.upstream().orElseThrow();
      if (!upstream.isAt(primary.address())) {
        continue;
      }
      if (linkCounts && upstream.linkUp() && facts.askedNanos() > sinceNanos) {
        signs.add(node.address() + " says its link to it is up");
      } else if (facts.offsetGrewNanos().isPresent()
          && facts.offsetGrewNanos().getAsLong() > recent) {
        signs.add(node.address() + " still receives data from it");
      } else if (upstream.lastIoSecondsAgo().isPresent()) {
        long quiet = upstream.lastIoSecondsAgo().getAsLong();
        boolean heardLately = facts.askedNanos() - (quiet + 1) * NANOS_PER_SECOND > recent;
        boolean maybeIdle = isPinging(facts, quiet, primary);
        if (heardLately || maybeIdle) {
          signs.add(
              node.address()
                  + " heard from it "
                  + quiet
                  + " s ago"
                  + (heardLately ? "" : " and is not due to hear more yet"));
        }
      }
    }
    return signs;
  }

  /** Whether a replica that heard nothing for so long may still have a primary that is idle. */
  private boolean isPinging(NodeFacts replica, long quietSeconds, Node primary) {
    if (!enforces(Guard.IDLE_IS_NOT_SILENT)) {
      return false;
    }
    long period =
        view.withRun(primary.runId())
            .flatMap(NodeView::facts)
            .map(NodeFacts::pingSeconds)
            .orElse(OptionalLong.empty())
            .orElse(USUAL_PING_SECONDS);
    long quietNanos = now() - replica.askedNanos() + quietSeconds * NANOS_PER_SECOND;
    return quietNanos < (period + 1) * NANOS_PER_SECOND;
  }

  /** The newest mark of this keeper's own on any server in reach. */
  Optional<EpochMark> newestOwnMark() {
    return view.nodes().stream()
        .flatMap(n -> n.readableFacts().stream())
        .flatMap(f -> f.mark().stream())
        .filter(m -> m.owner().equals(journal.owner()))
        .max((a, b) -> a.epoch().compareTo(b.epoch()));
  }

  /**
   * Whether a keeper of that owner may be at work. Only when every node can be read, has run for
   * {@code startWait}, so that others found it too, and none has a connection from it, is it taken
   * to be gone.
   */
  private boolean mayBeAlive(String owner) {
    return !view.nodes().stream()
        .allMatch(
            n ->
                n.readableFacts()
                    .filter(facts -> isPast(facts.startedNanos(), policy.startWait()))
                    .flatMap(NodeFacts::keepers)
                    .filter(keepers -> !keepers.contains(owner))
                    .isPresent());
  }

  /** The newest epoch that any server in reach carries, whoever wrote it. */
  Epoch newestEpoch() {
    return carrierOfNewestMark().map(Situation::markEpoch).orElse(Epoch.NONE);
  }

  /**
   * The server in reach that carries the newest mark, whoever wrote it; a primary before others.
   */
  Optional<NodeView> carrierOfNewestMark() {
    return view.nodes().stream()
        .filter(n -> n.readableFacts().flatMap(NodeFacts::mark).isPresent())
        .max(
            Comparator.comparing(Situation::markEpoch)
                .thenComparing(n -> n.facts().orElseThrow().upstream().isEmpty()));
  }

  private static Epoch markEpoch(NodeView node) {
    return node.facts().flatMap(NodeFacts::mark).orElseThrow().epoch();
  }

  /** The highest offset that the history of a reign was seen to reach, by anybody. */
  long seenOffset(Reign reign) {
    long seen = reign.seenOffset();
    for (NodeView node : view.nodes()) {
      NodeFacts facts = node.facts().orElse(null);
      if (facts != null && Objects.equals(facts.runId(), reign.primary().runId())) {
        seen = Math.max(seen, facts.replication().offsetIn(reign.history()));
      }
    }
    return seen;
  }
}
