package io.understudy.failover.decide;

import io.understudy.failover.text.RecordText;
import io.understudy.failover.view.GroupView;
import io.understudy.failover.view.NodeView;
import io.understudy.topology.Topology;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The brain of one group: what to do next, from what is seen and what is remembered.
 *
 * <p>It holds no state: everything that must be remembered is in the {@link GroupJournal} that goes
 * in and comes out. The driver, and the simulation, call {@link #step} with every new fact, {@link
 * #outcome} with every end of an order, and {@link #resume} once with a journal that was loaded.
 * Any thread; the same arguments give the same answer.
 */
public final class GroupMachine {

  /** The longest time between two turns while nothing happens. */
  public static final Duration MAX_TURN = Duration.ofMillis(100);

  private static final String NO_RULE = "none";

  private final FailoverPolicy policy;
  private final List<Rule> table;
  private final Set<Guard> guards;

  /** The machine with every rule and every guard. */
  public GroupMachine(FailoverPolicy policy) {
    this(policy, Rules.TABLE, EnumSet.allOf(Guard.class));
  }

  /** For the test that shows of each rule and each guard what happens without it. */
  GroupMachine(FailoverPolicy policy, List<Rule> table, Set<Guard> guards) {
    this.policy = policy;
    this.table = List.copyOf(table);
    this.guards = guards.isEmpty() ? EnumSet.noneOf(Guard.class) : EnumSet.copyOf(guards);
  }

  /**
   * Prepares a journal that an earlier process left: its times mean nothing on this process's
   * clock, what it had sent may run at any time, and nothing it published is known to be so still.
   */
  public GroupJournal resume(GroupJournal journal, long nowNanos) {
    Topology last = journal.published();
    Topology held =
        last.primary().isEmpty()
            ? last
            : new Topology(
                last.group(),
                last.epoch(),
                last.version() + 1,
                Optional.empty(),
                List.of(),
                "the keeper was started again and looks whether its primary still serves");
    return journal.resumed(held, nowNanos);
  }

  /**
   * Prepares a journal that another keeper wrote, whose publications still hold: the same as {@link
   * #resume}, but what was published stays so.
   */
  public GroupJournal takeOver(GroupJournal journal, long nowNanos) {
    return journal.resumed(journal.published(), nowNanos);
  }

  /**
   * Says what comes of a request, and remembers it if it is accepted; a later {@link #step} does
   * it.
   *
   * @param trial whether only to say what would be done
   */
  public Answer ask(GroupView view, GroupJournal journal, Request request, boolean trial) {
    return ask(view, journal, request, Optional.empty(), trial);
  }

  /**
   * The same.
   *
   * @param guest of a request to add a node: that node, as it was looked at
   */
  public Answer ask(
      GroupView view,
      GroupJournal journal,
      Request request,
      Optional<NodeView> guest,
      boolean trial) {
    return Requests.answer(Situation.of(view, journal, policy, guards), request, guest, trial);
  }

  /** Decides what to do now. */
  public Step step(GroupView view, GroupJournal journal) {
    var situation = Situation.of(view, journal, policy, guards);
    var draft = new Draft(situation);
    for (Rule rule : table) {
      Optional<String> reason = rule.judge().judge(situation, draft);
      if (reason.isPresent()) {
        return finish(view, situation, draft, rule, reason.get());
      }
    }
    return new Step(
        new Decision(NO_RULE, "no rule of the table holds", List.of()), situation.journal());
  }

  private Step finish(GroupView seen, Situation situation, Draft draft, Rule rule, String reason) {
    if (rule.effect() == Rule.Effect.ACTS && situation.view().standing().leads()) {
      settleDoubts(situation, draft);
    }
    boolean changed =
        draft.changesSomething()
            || !draft.journal().wish().equals(situation.journal().wish())
            || !draft.journal().members().equals(situation.journal().members())
            || !draft.journal().scheduled().equals(situation.journal().scheduled())
            || !draft.journal().operation().equals(situation.journal().operation());
    if (changed) {
      draft.log(
          rule.name(),
          reason,
          draft.actions().stream().map(GroupMachine::describe).toList(),
          RecordText.write(new Inputs(seen, situation.journal().withoutEntries(), policy)));
    }
    return new Step(new Decision(rule.name(), reason, draft.actions()), draft.journal());
  }

  /** Everything in doubt is looked into as soon as its node answers. */
  private void settleDoubts(Situation situation, Draft draft) {
    draft.forgetTheDead();
    for (SentOrder sent : draft.journal().orders()) {
      boolean due =
          switch (sent.state()) {
            case SENT, SETTLING -> false;
            case UNKNOWN -> true;
          };
      boolean answers =
          situation
              .anyWithRun(sent.order().node().runId())
              .filter(n -> n.reachability().isReadable())
              .isPresent();
      if (due && answers) {
        draft.settle(sent);
      }
    }
  }

  private static String describe(Action action) {
    return switch (action) {
      case Action.Order order -> order.describe();
      case Action.Settle settle -> "settle order " + settle.order() + " at " + settle.node();
      case Action.Probe probe -> "read " + probe.nodes() + " again";
      case Action.Publish publish ->
          publish
              .topology()
              .primary()
              .map(p -> "publish " + p.address() + " in epoch " + publish.topology().epoch())
              .orElse("hold requests");
    };
  }

  /** Keeps something for people that no rule decided, such as what a hook answered. */
  public static GroupJournal note(
      GroupJournal journal, long wallMillis, String rule, String reason) {
    return journal.noting(wallMillis, rule, reason, List.of(), Entry.NOTHING_TO_REPLAY);
  }

  /** What a step was decided from, as {@link #replay} reads it. */
  public record Inputs(GroupView view, GroupJournal journal, FailoverPolicy policy) {}

  /**
   * Decides again from the inputs that an {@link Entry} kept.
   *
   * @throws IllegalArgumentException when the text is not what a machine wrote
   */
  public static Decision replay(Entry entry) {
    Inputs inputs = RecordText.read(entry.inputs(), Inputs.class);
    return new GroupMachine(inputs.policy()).step(inputs.view(), inputs.journal()).decision();
  }

  /**
   * Writes the end of an order, or of a settling, into the journal. An action that the journal does
   * not have open changes nothing, so that a late or doubled outcome is harmless.
   */
  public GroupJournal outcome(GroupJournal journal, Action action, Outcome outcome, long nowNanos) {
    return switch (action) {
      case Action.Order order -> orderEnded(journal, order, outcome, nowNanos);
      case Action.Settle settle -> settleEnded(journal, settle, outcome, nowNanos);
      case Action.Probe p -> journal;
      case Action.Publish p -> journal;
    };
  }

  private GroupJournal orderEnded(
      GroupJournal journal, Action.Order order, Outcome outcome, long nowNanos) {
    SentOrder sent =
        journal.orders().stream()
            .filter(o -> o.order().id() == order.id())
            .findFirst()
            .orElse(null);
    if (sent == null) {
      return journal;
    }
    return switch (outcome) {
      case Outcome.Done done ->
          returned(ended(journal, order, Optional.empty(), nowNanos), order)
              .withStepState(order.id(), Operation.StepRecord.State.DONE, done.detail());
      case Outcome.Rejected rejected ->
          ended(journal, order, Optional.of(rejected.detail()), nowNanos)
              .withStepState(order.id(), Operation.StepRecord.State.FAILED, rejected.detail());
      case Outcome.Unknown unknown ->
          (guards.contains(Guard.UNKNOWN_STAYS_OPEN)
                  ? journal.replacing(new SentOrder(order, SentOrder.State.UNKNOWN, nowNanos))
                  : ended(journal, order, Optional.of(unknown.detail()), nowNanos))
              .withStepState(order.id(), Operation.StepRecord.State.UNKNOWN, unknown.detail());
    };
  }

  /** A setting that the order put back is no longer owed. */
  private static GroupJournal returned(GroupJournal journal, Action.Order order) {
    boolean putBack =
        switch (order) {
          case Action.Attach attach -> attach.minReplicas().isPresent();
          case Action.Promote promote -> promote.minReplicas().isPresent();
          case Action.Unfence unfence -> true;
          case Action.Fence fence -> false;
          case Action.Gate gate -> false;
          case Action.Mark mark -> false;
        };
    return putBack ? journal.returned(order.node().runId()) : journal;
  }

  private static GroupJournal settleEnded(
      GroupJournal journal, Action.Settle settle, Outcome outcome, long nowNanos) {
    SentOrder sent =
        journal.orders().stream()
            .filter(o -> o.order().id() == settle.order())
            .filter(o -> o.state() == SentOrder.State.SETTLING)
            .findFirst()
            .orElse(null);
    if (sent == null) {
      return journal;
    }
    return switch (outcome) {
      case Outcome.Done done -> ended(journal, sent.order(), Optional.empty(), nowNanos);
      case Outcome.Rejected r ->
          journal.replacing(new SentOrder(sent.order(), SentOrder.State.UNKNOWN, nowNanos));
      case Outcome.Unknown u ->
          journal.replacing(new SentOrder(sent.order(), SentOrder.State.UNKNOWN, nowNanos));
    };
  }

  private static GroupJournal ended(
      GroupJournal journal, Action.Order order, Optional<String> refusal, long nowNanos) {
    return journal
        .withoutOrder(order.id())
        .withEnd(
            new GroupJournal.EndedOrder(order.node().runId(), order.describe(), refusal, nowNanos));
  }
}
