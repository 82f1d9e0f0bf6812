package io.understudy.failover.decide;

import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.GroupView;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.topology.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which nodes a group has: those of the configuration, with what the journal's {@link MemberChange
 * changes} add and remove. Pure; any thread.
 */
public final class Membership {
  private Membership() {}

  /** The nodes of the group: the configured ones in their order, then those that were added. */
  public static List<Address> of(List<Address> configured, GroupJournal journal) {
    List<Address> all = new ArrayList<>(configured);
    for (MemberChange change : journal.members()) {
      switch (change.kind()) {
        case REMOVED -> all.remove(change.node());
        case JOINING, MEMBER, LEAVING -> {
          if (!all.contains(change.node())) {
            all.add(change.node());
          }
        }
      }
    }
    return List.copyOf(all);
  }

  /** Where the configuration does not say what the journal does, and what to do; one line each. */
  public static List<String> differences(List<Address> configured, GroupJournal journal) {
    List<String> lines = new ArrayList<>();
    for (MemberChange change : journal.members()) {
      if (change.standsFor().isPresent()) {
        continue; // the file has it where it belongs, in its pool
      }
      boolean written = configured.contains(change.node());
      boolean removed = change.kind() == MemberChange.Kind.REMOVED;
      if (removed && written) {
        lines.add(
            change.node()
                + " was removed by "
                + change.by()
                + ", and the file still has it: take it out of groups[].nodes, or add it again");
      } else if (!removed && !written) {
        lines.add(
            change.node()
                + " was added by "
                + change.by()
                + ", and the file does not have it: write it in groups[].nodes of every keeper, or"
                + " remove it again");
      }
    }
    return List.copyOf(lines);
  }

  /** The journal without the changes that the configuration has caught up with. */
  public static GroupJournal settled(List<Address> configured, GroupJournal journal) {
    List<MemberChange> left =
        journal.members().stream()
            .filter(
                change ->
                    switch (change.kind()) {
                      case JOINING, LEAVING -> true;
                      case MEMBER ->
                          change.standsFor().isPresent() || !configured.contains(change.node());
                      case REMOVED -> configured.contains(change.node());
                    })
            .toList();
    return left.equals(journal.members()) ? journal : journal.withMembers(left);
  }

  /** A node that was added and must not be touched as it is now. */
  record Newcomer(NodeView node, String why) {}

  /** Those of the view that were added and must not be touched, each with the reason. */
  static List<Newcomer> newcomers(GroupView view, GroupJournal journal) {
    List<Newcomer> all = new ArrayList<>();
    for (NodeView node : view.nodes()) {
      journal
          .memberChange(node.address())
          .flatMap(change -> objection(view, journal, node, change))
          .ifPresent(why -> all.add(new Newcomer(node, why)));
    }
    return List.copyOf(all);
  }

  /** The view without nodes that were removed, and without {@code newcomers}. */
  static GroupView members(GroupView view, GroupJournal journal, List<Newcomer> newcomers) {
    List<NodeView> nodes =
        view.nodes().stream()
            .filter(node -> newcomers.stream().noneMatch(n -> n.node().equals(node)))
            .filter(
                node ->
                    journal
                        .memberChange(node.address())
                        .filter(change -> change.kind() == MemberChange.Kind.REMOVED)
                        .isEmpty())
            .toList();
    return nodes.size() == view.nodes().size() ? view : view.withNodes(nodes);
  }

  private static Optional<String> objection(
      GroupView view, GroupJournal journal, NodeView node, MemberChange change) {
    return switch (change.kind()) {
      case REMOVED, MEMBER -> Optional.empty();
      case LEAVING -> Optional.of(node.address() + " is a standby that is being released");
      case JOINING ->
          isGatedStandby(node, change) || isPrimary(journal, node)
              ? Optional.empty()
              : objection(view, journal, node, change.replaceData());
    };
  }

  /** The primary is a node, whatever can be read of it now. */
  private static boolean isPrimary(GroupJournal journal, NodeView node) {
    return journal.reign().filter(r -> node.isRun(r.primary().runId())).isPresent();
  }

  /** A standby that a keeper made follow nothing when it was released: its data are spent. */
  private static boolean isGatedStandby(NodeView node, MemberChange change) {
    return change.standsFor().isPresent()
        && node.readableFacts().filter(NodeFacts::isGated).filter(f -> isOwnerGone(f)).isPresent();
  }

  private static boolean isOwnerGone(NodeFacts facts) {
    return facts.mark().isEmpty()
        || facts.keepers().filter(k -> !k.contains(facts.mark().get().owner())).isPresent();
  }

  /** Why a node that was added, or is to be, must be left alone; empty when it may be filled. */
  static Optional<String> objection(
      GroupView view, GroupJournal journal, NodeView node, boolean replaceData) {
    NodeFacts facts = node.readableFacts().orElse(null);
    if (facts == null) {
      return Optional.of(node.address() + " " + node.reachability().describe(view.nowNanos()));
    }
    Optional<NodeView> twin =
        view.nodes().stream()
            .filter(other -> !other.address().equals(node.address()) && other.isRun(facts.runId()))
            .findFirst();
    if (twin.isPresent()) {
      return Optional.of(
          node.address() + " is the same server as " + twin.get().address() + " of this group");
    }
    Optional<String> foreign =
        facts.mark().map(EpochMark::owner).filter(owner -> !owner.equals(journal.owner()));
    if (foreign.isPresent() && !isOurs(facts, journal)) {
      boolean gone = facts.keepers().filter(k -> !k.contains(foreign.get())).isPresent();
      if (!gone || !replaceData) {
        return Optional.of(
            node.address()
                + " carries the mark of another keeper ("
                + foreign.get()
                + "); "
                + (gone
                    ? "to give up its data, add it with --replace-data"
                    : "stop that one, or delete the key " + EpochMark.KEY + " on that server"));
      }
    }
    if (facts.isEmpty() || replaceData || isOurs(facts, journal)) {
      return Optional.empty();
    }
    return Optional.of(
        node.address()
            + " holds "
            + facts.keys()
            + " keys of its own, which following the primary would delete; empty it, or give them"
            + " up with --replace-data");
  }

  /** Whether what a node holds comes from the group's primary, or is being replaced by that. */
  private static boolean isOurs(NodeFacts facts, GroupJournal journal) {
    return journal
        .reign()
        .filter(
            reign ->
                facts.replication().knows(reign.history())
                    || facts.upstream().filter(u -> u.isAt(reign.primary().address())).isPresent())
        .isPresent();
  }
}
