package io.understudy.zookeeper;

import io.understudy.topology.Leadership;
import io.understudy.topology.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who is there and who leads, as one keeper knows it at one moment. Immutable; every question is
 * answered from it alone and the time.
 *
 * @param me this keeper
 * @param own which life of it
 * @param assignments who leads what
 * @param alike the other members that were heard of lately and are configured alike
 * @param settled those of them that have been there for a while
 * @param freshNanos how long a keeper counts after it was last heard of
 * @param leaseUntilNanos until when this keeper may act
 * @param obstacle why this keeper may not act for any group; empty when it may
 * @param reason the same, or how many are there, for a person
 */
record Council(
    KeeperIdentity me,
    Holder own,
    Assignments assignments,
    List<OtherKeeper> alike,
    List<String> settled,
    long freshNanos,
    long leaseUntilNanos,
    Optional<String> obstacle,
    String reason) {
  Council {
    alike = List.copyOf(alike);
    settled = List.copyOf(settled);
  }

  /** A keeper that knows of nobody, and may not act. */
  static Council without(KeeperIdentity me, Optional<String> obstacle, long nowNanos) {
    return new Council(
        me,
        new Holder(me.id(), 0),
        Assignments.none(),
        List.of(),
        List.of(),
        0,
        nowNanos,
        obstacle,
        obstacle.orElse(""));
  }

  static Council of(
      KeeperIdentity me,
      Holder own,
      Assignments assignments,
      Map<String, OtherKeeper> others,
      List<String> settled,
      Timing timing,
      long leaseUntilNanos,
      Optional<String> trouble,
      long nowNanos) {
    List<OtherKeeper> alike = new ArrayList<>();
    List<String> different = new ArrayList<>();
    for (OtherKeeper each : others.values()) {
      if (nowNanos - each.heardNanos() > timing.fresh().toNanos()) {
        continue;
      }
      if (each.configuration().equals(me.configuration())) {
        alike.add(each);
      } else {
        different.add(each.holder().keeper());
      }
    }
    int heard = alike.size() + 1;
    boolean enough = heard >= me.majority();
    String count = heard + " of " + me.members().size() + " keepers are there";
    String odd =
        different.isEmpty()
            ? ""
            : "; groups, timings or policy of "
                + String.join(", ", different)
                + " differ from those of "
                + me.id()
                + (enough
                    ? ", which take no part until they are the same"
                    : "; make them the same");
    Optional<String> obstacle =
        trouble.isPresent()
            ? trouble
            : own.incarnation() == 0
                ? Optional.of("keeper " + me.id() + " has lost its place and takes it again")
                : enough
                    ? Optional.empty()
                    : Optional.of(count + " and alike, and " + me.majority() + " must be" + odd);
    return new Council(
        me,
        own,
        assignments,
        alike,
        settled,
        timing.fresh().toNanos(),
        leaseUntilNanos,
        obstacle,
        obstacle.orElse(count + odd));
  }

  Leadership.Standing standing(String group, long nowNanos) {
    if (obstacle.isPresent()) {
      return new Leadership.Standing(false, nowNanos, obstacle.get());
    }
    if (nowNanos - leaseUntilNanos >= 0) {
      return new Leadership.Standing(false, nowNanos, "its lease has run out");
    }
    Holder holder = assignments.of(group).orElse(Leaders.NOBODY);
    if (holder.equals(Leaders.NOBODY)) {
      return new Leadership.Standing(false, nowNanos, "no keeper leads the group now");
    }
    boolean leads = holder.equals(own);
    return new Leadership.Standing(
        leads,
        leads ? leaseUntilNanos : nowNanos,
        "keeper " + holder.keeper() + " leads; " + reason);
  }

  boolean leads(String group) {
    return assignments.of(group).filter(own::equals).isPresent();
  }

  /** The keepers that may lead. */
  List<String> electorate() {
    return Stream.concat(Stream.of(me.id()), alike.stream().map(o -> o.holder().keeper())).toList();
  }

  /** Who should lead a group that this keeper leads; empty when this one should. */
  Optional<String> preferred(String group) {
    if (!leads(group)) {
      return Optional.empty();
    }
    List<String> stable =
        electorate().stream().filter(id -> id.equals(me.id()) || settled.contains(id)).toList();
    String preferred = Assignments.preferred(group, stable);
    return preferred.equals(me.id()) ? Optional.empty() : Optional.of(preferred);
  }

  List<Peers.Shared> others(String group, long nowNanos) {
    return alike.stream()
        .filter(other -> nowNanos - other.heardNanos() <= freshNanos)
        .map(
            other -> {
              OtherKeeper.View view = other.views().get(group);
              return new Peers.Shared(
                  other.holder().keeper(),
                  view == null ? "" : view.text(),
                  view == null ? other.heardNanos() : view.sinceNanos(),
                  other.heardNanos());
            })
        .toList();
  }

  /**
   * The groups of which anything changed but the times; empty when that may be so of all.
   *
   * @param before of the same keeper
   */
  Optional<Set<String>> changedSince(Council before) {
    boolean alikeAsBefore =
        me.equals(before.me)
            && own.equals(before.own)
            && obstacle.equals(before.obstacle)
            && electorate().equals(before.electorate());
    return alikeAsBefore
        ? Optional.of(
            me.groups().stream()
                .filter(group -> isOtherThan(before, group))
                .collect(Collectors.toUnmodifiableSet()))
        : Optional.empty();
  }

  private boolean isOtherThan(Council before, String group) {
    return !assignments.of(group).equals(before.assignments.of(group))
        || !views(group).equals(before.views(group));
  }

  private List<Optional<OtherKeeper.View>> views(String group) {
    return alike.stream().map(other -> Optional.ofNullable(other.views().get(group))).toList();
  }
}
