package io.understudy.failover.hook;

import io.understudy.failover.decide.Entry;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.MemberChange;
import io.understudy.failover.decide.Operation;
import io.understudy.failover.decide.Reign;
import io.understudy.failover.decide.Wish;
import io.understudy.topology.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads from a journal, before and after a turn, what happened meanwhile. Pure. */
final class HookEvents {
  private static final Set<String> REPAIRS = Set.of("stray", "usurper", "short-handed");

  private HookEvents() {}

  /** What is to be asked about now: a failover before its promotion, or a switchover to begin. */
  static Optional<HookEvent> pending(GroupJournal now, long wallMillis) {
    Operation operation = now.operation().orElse(null);
    if (operation != null) {
      boolean undecided =
          operation.kind() == Operation.Kind.FAILOVER
              && operation.phase() != Operation.Phase.PROMOTE;
      return undecided
          ? Optional.of(
              event(
                  HookPoint.BEFORE_FAILOVER,
                  now,
                  operation.id(),
                  operation.forcedTo(),
                  operation.rule(),
                  operation.reason(),
                  wallMillis))
          : Optional.empty();
    }
    return now.wish()
        .filter(wish -> wish.kind() == Wish.Kind.SWITCHOVER)
        .map(
            wish ->
                event(
                    HookPoint.BEFORE_SWITCHOVER,
                    now,
                    wish.id(),
                    wish.to(),
                    "asked",
                    wish.describe(),
                    wallMillis));
  }

  private static HookEvent event(
      HookPoint point,
      GroupJournal now,
      long number,
      Optional<Address> to,
      String rule,
      String reason,
      long wallMillis) {
    return new HookEvent(
        point,
        now.group(),
        number,
        now.epoch().number(),
        primary(now),
        to,
        Optional.empty(),
        rule,
        "",
        reason,
        wallMillis);
  }

  private static Optional<Address> primary(GroupJournal journal) {
    return journal.reign().map(reign -> reign.primary().address());
  }

  /** A node that an operator wants to add or to remove. */
  static HookEvent membership(MembershipQuestion question, GroupJournal now, long wallMillis) {
    return new HookEvent(
        question.point(),
        now.group(),
        0,
        now.epoch().number(),
        primary(now),
        primary(now),
        Optional.of(question.node()),
        "asked",
        "",
        "asked for by " + question.by(),
        wallMillis);
  }

  /** What has ended, in the order of the points. */
  static List<HookEvent> ended(GroupJournal before, GroupJournal after, long wallMillis) {
    List<HookEvent> events = new ArrayList<>();
    operation(before, after, wallMillis).ifPresent(events::add);
    for (MemberChange change : after.members()) {
      if (!before.members().contains(change)) {
        member(before, after, change, wallMillis).ifPresent(events::add);
      }
    }
    for (Entry entry : after.entries()) {
      if (entry.number() >= before.nextId() && REPAIRS.contains(entry.rule())) {
        events.add(
            happened(
                HookPoint.AFTER_REPAIR,
                after,
                entry.number(),
                Optional.empty(),
                entry.rule(),
                entry.reason(),
                wallMillis));
      }
    }
    return events;
  }

  private static Optional<HookEvent> operation(
      GroupJournal before, GroupJournal after, long wallMillis) {
    Operation ended =
        before
            .operation()
            .filter(op -> op.kind() != Operation.Kind.ADOPTION)
            .filter(op -> after.operation().filter(now -> now.id() == op.id()).isEmpty())
            .orElse(null);
    if (ended == null) {
      return Optional.empty();
    }
    boolean done = !before.reign().map(Reign::epoch).equals(after.reign().map(Reign::epoch));
    return Optional.of(
        new HookEvent(
            ended.kind() == Operation.Kind.SWITCHOVER
                ? HookPoint.AFTER_SWITCHOVER
                : HookPoint.AFTER_FAILOVER,
            after.group(),
            ended.id(),
            after.epoch().number(),
            ended.from().map(node -> node.address()),
            primary(after),
            Optional.empty(),
            ended.rule(),
            done ? "done" : "called-off",
            after.published().reason(),
            wallMillis));
  }

  private static Optional<HookEvent> member(
      GroupJournal before, GroupJournal after, MemberChange change, long wallMillis) {
    Optional<MemberChange.Kind> was = before.memberChange(change.node()).map(MemberChange::kind);
    boolean removed = change.kind() == MemberChange.Kind.REMOVED;
    boolean added =
        change.kind() == MemberChange.Kind.JOINING
            && was.filter(MemberChange.Kind.JOINING::equals).isEmpty();
    if (!removed && !added) {
      return Optional.empty();
    }
    return Optional.of(
        happened(
            removed ? HookPoint.AFTER_REMOVE : HookPoint.AFTER_ADD,
            after,
            0,
            Optional.of(change.node()),
            change.standsFor().isPresent() ? "short-handed" : "asked",
            change.by(),
            wallMillis));
  }

  private static HookEvent happened(
      HookPoint point,
      GroupJournal after,
      long number,
      Optional<Address> node,
      String rule,
      String reason,
      long wallMillis) {
    return new HookEvent(
        point,
        after.group(),
        number,
        after.epoch().number(),
        primary(after),
        primary(after),
        node,
        rule,
        "done",
        reason,
        wallMillis);
  }
}
