package io.understudy.failover.decide;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.topology.Address;
import io.understudy.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers operators who want a node added to a group, or removed from it. */
final class MemberRequests {
  private MemberRequests() {}

  /**
   * Answers who wants a node added.
   *
   * @param guest the node as it was looked at; it need not be among those of the situation
   */
  static Answer add(Situation s, Request.AddNode add, Optional<NodeView> guest) {
    Address node = add.node();
    List<String> obstacles = unready(s);
    Optional<Membership.Newcomer> newcomer = newcomer(s, node);
    if (s.view().at(node).isPresent()) {
      obstacles.add(node + " is a node of the group already");
    } else if (newcomer.isPresent() && !add.replaceData()) {
      obstacles.add(node + " was added already and is left alone: " + newcomer.get().why());
    } else if (guest.isEmpty()) {
      obstacles.add(node + " was not looked at");
    }
    if (s.journal().memberChange(node).flatMap(MemberChange::standsFor).isPresent()) {
      obstacles.add(node + " is a standby at work; take it out of the standby pool first");
    }
    tooMany(s, node, obstacles);
    Seat.Serving primary = RepairRules.serving(s).orElse(null);
    if (primary == null) {
      obstacles.add("there is no primary that serves, which a new node could follow");
    }
    if (!obstacles.isEmpty() || primary == null) {
      return refused(s, obstacles);
    }
    Membership.objection(s.view(), s.journal(), guest.orElseThrow(), add.replaceData())
        .filter(objection -> s.enforces(Guard.NEWCOMERS_KEEP_THEIR_DATA))
        .ifPresent(obstacles::add);
    NodeFacts facts = guest.orElseThrow().readableFacts().orElse(null);
    if (facts != null && primary.facts().wantsPassword() && !facts.hasUpstreamPassword()) {
      obstacles.add(
          node + " has no masterauth, and the primary wants a password: set masterauth on it");
    }
    if (!obstacles.isEmpty() || facts == null) {
      return refused(s, obstacles);
    }
    return remembered(
        s,
        new MemberChange(
            node, MemberChange.Kind.JOINING, add.replaceData(), add.by(), s.view().wallMillis()),
        node + " is added, asked for by " + add.by(),
        List.of(
            "make "
                + node
                + " a replica of "
                + primary.node().address()
                + (facts.isEmpty() ? "" : ", in place of the " + facts.keys() + " keys it has"),
            "let it be read and promoted once it is in sync",
            "remember it across restarts; write it in groups[].nodes of every keeper all the"
                + " same"));
  }

  /** Answers who wants a node removed. */
  static Answer remove(Situation s, Request.RemoveNode remove) {
    Address node = remove.node();
    List<String> obstacles = unready(s);
    boolean known = s.view().at(node).isPresent() || newcomer(s, node).isPresent();
    Reign reign = s.journal().reign().orElse(null);
    if (!known) {
      obstacles.add(node + " is not a node of the group");
    } else if (reign == null) {
      obstacles.add("no primary of the group was ever published; change groups[].nodes instead");
    } else if (reign.primary().address().equals(node)) {
      obstacles.add(
          node
              + " is primary; make another one primary first: understudy switchover "
              + s.journal().group());
    }
    if (s.journal().memberChange(node).flatMap(MemberChange::standsFor).isPresent()) {
      obstacles.add(
          node + " is a standby, which is released when the node it stands for is back or removed");
    }
    tooMany(s, node, obstacles);
    if (!obstacles.isEmpty()) {
      return refused(s, obstacles);
    }
    boolean last = s.view().nodes().stream().allMatch(n -> isPrimaryOr(reign, node, n.address()));
    return remembered(
        s,
        new MemberChange(
            node, MemberChange.Kind.REMOVED, false, remove.by(), s.view().wallMillis()),
        node + " is removed, asked for by " + remove.by(),
        List.of(
            "send no request and no order to "
                + node
                + " any more; its server is left as it is, so stop it, or say REPLICAOF NO ONE"
                + " there"
                + (last ? "; no replica is left then, and nothing can take over" : ""),
            "remember that across restarts; take it out of groups[].nodes of every keeper all the"
                + " same"));
  }

  /**
   * Why the group's nodes must stay what they are: a node whose mark holds this keeper back must
   * not be removed from its sight.
   */
  private static List<String> unready(Situation s) {
    List<String> obstacles = new ArrayList<>(AskedRules.unready(s));
    if (obstacles.isEmpty()) {
      SafetyRules.NOT_MY_TURN.judge().judge(s, new Draft(s)).ifPresent(obstacles::add);
    }
    return obstacles;
  }

  private static boolean isPrimaryOr(@Nullable Reign reign, Address node, Address other) {
    return other.equals(node) || (reign != null && other.equals(reign.primary().address()));
  }

  private static Optional<Membership.Newcomer> newcomer(Situation s, Address node) {
    return s.newcomers().stream().filter(n -> n.node().address().equals(node)).findFirst();
  }

  private static void tooMany(Situation s, Address node, List<String> obstacles) {
    if (s.journal().members().size() >= GroupJournal.MAX_MEMBERS
        && s.journal().memberChange(node).isEmpty()) {
      obstacles.add(
          "the file differs from the journal in "
              + GroupJournal.MAX_MEMBERS
              + " nodes already; make groups[].nodes what 'understudy status' shows and restart");
    }
  }

  private static Answer refused(Situation s, List<String> obstacles) {
    return new Answer(obstacles, List.of(), s.journal());
  }

  /**
   * The change, and a new publication of what is published already but for a replica that is
   * removed: by it other keepers notice that the journal is another.
   */
  private static Answer remembered(
      Situation s, MemberChange change, String what, List<String> plan) {
    GroupJournal journal = s.journal();
    Topology next = journal.published().again(change.node(), what);
    return new Answer(
        List.of(),
        plan,
        journal
            .withMember(change)
            .withoutOrdersTo(change.node())
            .withPublished(next)
            .noting(s.view().wallMillis(), "asked", what, List.of(), Entry.NOTHING_TO_REPLAY));
  }
}
