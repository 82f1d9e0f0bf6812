package io.understudy.failover.decide;

import io.understudy.failover.view.NodeView;
import io.understudy.topology.Address;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers what operators ask: checks it, says what will be done, and remembers it. */
final class Requests {
  private Requests() {}

  /** A wish that could not be begun by then is no longer one. */
  private static final Duration WISH_LIFE = Duration.ofSeconds(10);

  /** A longer pause is more likely forgotten than meant. */
  private static final Duration LONGEST_PAUSE = Duration.ofDays(7);

  private static final String RULE = "asked";

  /**
   * Answers one request.
   *
   * @param guest a node that is to be added, as it was looked at
   */
  static Answer answer(Situation s, Request request, Optional<NodeView> guest, boolean trial) {
    Answer answer =
        switch (request) {
          case Request.Switchover(Optional<Address> to, String by) ->
              wish(s, Wish.Kind.SWITCHOVER, to, by);
          case Request.ForcedFailover(Address to, String by) ->
              wish(s, Wish.Kind.FORCED_FAILOVER, Optional.of(to), by);
          case Request.PauseFor pause -> pause(s, pause);
          case Request.Resume(Optional<Address> node, String by) -> resume(s, node, by);
          case Request.Acknowledge(String by) -> acknowledge(s, by);
          case Request.SwitchoverAt at -> schedule(s, at);
          case Request.Cancel(String by) -> cancel(s, by);
          case Request.AddNode add -> MemberRequests.add(s, add, guest);
          case Request.RemoveNode remove -> MemberRequests.remove(s, remove);
        };
    return trial || !answer.isAccepted()
        ? new Answer(answer.obstacles(), answer.plan(), s.journal())
        : answer;
  }

  private static Answer wish(Situation s, Wish.Kind kind, Optional<Address> to, String by) {
    if (kind == Wish.Kind.FORCED_FAILOVER && isStuck(s)) {
      return forceStuck(s, to.orElseThrow(), by);
    }
    List<String> obstacles = new ArrayList<>(AskedRules.obstacles(s, kind, to));
    s.journal()
        .wish()
        .ifPresent(
            other -> obstacles.add("something else is about to be done: " + other.describe()));
    if (!obstacles.isEmpty()) {
      return new Answer(obstacles, List.of(), s.journal());
    }
    long id = s.journal().nextId();
    Duration life = Consents.areAskedBeforeSwitchovers(s) ? Wish.LIFE : WISH_LIFE;
    var wish = new Wish(id, kind, to, by, s.view().wallMillis() + life.toMillis());
    return new Answer(
        List.of(),
        switch (kind) {
          case SWITCHOVER -> AskedRules.plan(s, to);
          case FORCED_FAILOVER -> forcedPlan(s, to.orElseThrow());
        },
        s.journal().withNextId(id + 1).withWish(Optional.of(wish)));
  }

  /** Whether a failover is under way that has not promoted anybody and is not forced. */
  private static boolean isStuck(Situation s) {
    return s.journal()
        .operation()
        .filter(op -> op.kind() == Operation.Kind.FAILOVER)
        .filter(op -> op.phase() == Operation.Phase.CHOOSE && op.forcedTo().isEmpty())
        .isPresent();
  }

  /** A failover that finds nobody whom it may promote goes on to the node that is named. */
  private static Answer forceStuck(Situation s, Address to, String by) {
    List<String> obstacles = AskedRules.forcedObstacles(s, to);
    if (!obstacles.isEmpty()) {
      return new Answer(obstacles, List.of(), s.journal());
    }
    String what = by + " forces the failover that is under way to " + to;
    GroupJournal forced =
        s.journal()
            .withOperation(
                s.journal().operation().map(op -> op.forcedTo(Optional.of(to)).withNote(what)));
    List<String> plan = new ArrayList<>(forcedPlan(s, to));
    return new Answer(
        List.of(),
        plan,
        forced.noting(s.view().wallMillis(), RULE, what, plan, Entry.NOTHING_TO_REPLAY));
  }

  private static List<String> forcedPlan(Situation s, Address to) {
    List<String> plan = new ArrayList<>();
    plan.add("hold new requests");
    plan.add("gate every node in reach, the present primary too");
    plan.add("promote " + to + " whatever speaks against it");
    s.journal()
        .reign()
        .ifPresent(
            reign -> {
              long held =
                  s.view()
                      .at(to)
                      .flatMap(n -> n.facts())
                      .map(f -> f.replication().offsetIn(reign.history()))
                      .orElse(0L);
              plan.add(
                  "at this moment that gives up "
                      + Math.max(0, s.seenOffset(reign) - held)
                      + " bytes of the primary's history");
            });
    return plan;
  }

  private static Answer schedule(Situation s, Request.SwitchoverAt at) {
    List<String> obstacles = new ArrayList<>();
    long ahead = at.atWallMillis() - s.view().wallMillis();
    if (ahead <= 0 || ahead > Scheduled.MAX_AHEAD.toMillis()) {
      obstacles.add(
          "the time is to come, and within "
              + Scheduled.MAX_AHEAD.toDays()
              + " days; it is now "
              + Instant.ofEpochMilli(s.view().wallMillis()));
    }
    at.to().ifPresent(node -> unknown(s, node, obstacles));
    at.to().flatMap(s::misplaced).ifPresent(obstacles::add);
    if (!obstacles.isEmpty()) {
      return new Answer(obstacles, List.of(), s.journal());
    }
    var planned = new Scheduled(at.to(), at.by(), at.atWallMillis());
    return remembered(
        s,
        s.journal().withScheduled(Optional.of(planned)),
        planned.describe()
            + ", is checked and begun then"
            + s.journal().scheduled().map(o -> ", in place of " + o.describe()).orElse(""));
  }

  private static Answer cancel(Situation s, String by) {
    List<String> dropped = new ArrayList<>();
    s.journal().scheduled().ifPresent(planned -> dropped.add(planned.describe()));
    s.journal().wish().ifPresent(wish -> dropped.add(wish.describe()));
    if (dropped.isEmpty()) {
      return new Answer(
          List.of("nothing is scheduled that could be cancelled"), List.of(), s.journal());
    }
    return remembered(
        s,
        s.journal().withScheduled(Optional.empty()).withWish(Optional.empty()),
        "cancel " + String.join(", and ", dropped) + " (" + by + ")");
  }

  private static Answer pause(Situation s, Request.PauseFor pause) {
    List<String> obstacles = new ArrayList<>();
    pause.node().ifPresent(node -> unknown(s, node, obstacles));
    s.journal()
        .operation()
        .ifPresent(
            op -> obstacles.add("an operation is under way and must end first: " + op.reason()));
    if (pause.length().isNegative()
        || pause.length().isZero()
        || pause.length().compareTo(LONGEST_PAUSE) > 0) {
      obstacles.add(
          "a pause is longer than nothing and at most " + LONGEST_PAUSE.toDays() + " days");
    }
    if (!obstacles.isEmpty()) {
      return new Answer(obstacles, List.of(), s.journal());
    }
    String what = describe(pause.node());
    var made =
        new Pause(
            pause.node(),
            pause.why() + " (" + pause.by() + ")",
            s.view().wallMillis() + pause.length().toMillis());
    List<Pause> all = new ArrayList<>(others(s, pause.node()));
    all.add(made);
    return remembered(
        s,
        s.journal().withPauses(all),
        "leave " + what + " alone for " + pause.length().toSeconds() + " s: " + made.reason());
  }

  private static Answer resume(Situation s, Optional<Address> node, String by) {
    List<String> obstacles = new ArrayList<>();
    node.ifPresent(n -> unknown(s, n, obstacles));
    if (obstacles.isEmpty() && s.journal().pauseOf(node, s.view().wallMillis()).isEmpty()) {
      obstacles.add(describe(node) + " is not paused");
    }
    return obstacles.isEmpty()
        ? remembered(
            s,
            s.journal().withPauses(others(s, node)),
            "look after " + describe(node) + " again (" + by + ")")
        : new Answer(obstacles, List.of(), s.journal());
  }

  private static Answer acknowledge(Situation s, String by) {
    return s.journal().failoverMillis().isEmpty()
        ? new Answer(
            List.of("the group had no failover lately, so there is nothing to acknowledge"),
            List.of(),
            s.journal())
        : remembered(
            s,
            s.journal().withFailovers(List.of()),
            "forget the last "
                + s.journal().failoverMillis().size()
                + " failovers, so that the group no longer cools down ("
                + by
                + ")");
  }

  /** What lasts of the pauses, without that of {@code node}. */
  private static List<Pause> others(Situation s, Optional<Address> node) {
    return s.journal().pauses().stream()
        .filter(p -> !p.node().equals(node) && p.untilWallMillis() > s.view().wallMillis())
        .toList();
  }

  private static void unknown(Situation s, Address node, List<String> obstacles) {
    if (s.view().at(node).isEmpty()) {
      obstacles.add(node + " is not a node of the group");
    }
  }

  private static String describe(Optional<Address> node) {
    return node.map(Address::toString).orElse("the group");
  }

  /** An answer that is kept for people; no rule decided it, so there is nothing to replay. */
  private static Answer remembered(Situation s, GroupJournal journal, String what) {
    return new Answer(
        List.of(),
        List.of(what),
        journal.noting(s.view().wallMillis(), RULE, what, List.of(), Entry.NOTHING_TO_REPLAY));
  }
}
