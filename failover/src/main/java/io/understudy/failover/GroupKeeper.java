package io.understudy.failover;

import io.understudy.failover.act.Performer;
import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.Decision;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.failover.decide.Operation;
import io.understudy.failover.decide.Outcome;
import io.understudy.failover.decide.Step;
import io.understudy.failover.journal.JournalStore;
import io.understudy.failover.link.Connector;
import io.understudy.failover.link.Link;
import io.understudy.failover.observe.NodeWatch;
import io.understudy.failover.publish.TopologyBoard;
import io.understudy.failover.view.GroupView;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Role;
import io.understudy.topology.RunId;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after one group on a thread of its own: takes in what happened, lets the {@link
 * GroupMachine} decide, and does what it asks for, in the order {@link Step} prescribes.
 */
final class GroupKeeper implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.keeper");

  /** A thread that was away for this long saw nothing meanwhile and must not judge by it. */
  private static final Duration LONGEST_ABSENCE = Duration.ofSeconds(1);

  /** An absence counts as such when it takes this part of the time after which silence is death. */
  private static final int ABSENCE_PARTS = 3;

  private static final Duration JOURNAL_RETRY = Duration.ofSeconds(1);

  private final GroupOptions group;
  private final KeeperOptions options;
  private final TrafficFeed traffic;
  private final Fleet fleet;
  private final TopologyBoard board;
  private final Connector connector;
  private final Consumer<GroupStatus> decided;
  private final Mailbox mailbox = new Mailbox();
  private final GroupMachine machine;
  private final Performer performer;
  private final List<NodeWatch> watches = new ArrayList<>();
  private final long longestAbsenceNanos;

  private volatile GroupStatus status;
  private volatile boolean closed;
  private @Nullable JournalStore store;
  private @Nullable GroupJournal journal;
  private long startedNanos;
  private long nextLoadNanos;
  private long loggedEntry;
  private String loggedRule = "";

  GroupKeeper(
      GroupOptions group,
      KeeperOptions options,
      TrafficFeed traffic,
      Fleet fleet,
      TopologyBoard board,
      Connector connector,
      Consumer<GroupStatus> decided) {
    this.group = group;
    this.options = options;
    this.traffic = traffic;
    this.fleet = fleet;
    this.board = board;
    this.connector = connector;
    this.decided = decided;
    this.machine = new GroupMachine(options.policy());
    this.performer = new Performer(mailbox, options.policy().actionDeadline());
    this.longestAbsenceNanos =
        Math.min(LONGEST_ABSENCE.toNanos(), options.policy().downAfter().toNanos() / ABSENCE_PARTS);
    this.startedNanos = System.nanoTime();
    this.nextLoadNanos = startedNanos;
    this.status =
        new GroupStatus(
            group.name(),
            new Decision("starting", "the keeper has only just started", List.of()),
            Optional.empty(),
            Optional.empty(),
            board.current(group.name()));
  }

  GroupStatus status() {
    return status;
  }

  /** Makes the thread end soon. */
  void close() {
    closed = true;
    mailbox.execute(() -> {});
  }

  @Override
  public void run() {
    long expectedNanos = System.nanoTime();
    try {
      while (!closed) {
        long now = System.nanoTime();
        if (now - expectedNanos > longestAbsenceNanos) {
          forget(now, now - expectedNanos);
        }
        turnSafely(now);
        long wait = waitNanos(System.nanoTime());
        expectedNanos = System.nanoTime() + wait;
        mailbox.runWaiting(wait);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // The connections are closed with the connector.
  }

  /** One turn; a mistake in this program must not leave the group without its keeper. */
  private void turnSafely(long now) {
    try {
      turn(now);
    } catch (RuntimeException e) {
      LOG.error("{}: this turn failed; the next begins afresh", group.name(), e);
    }
  }

  private long waitNanos(long now) {
    long wait = GroupMachine.MAX_TURN.toNanos();
    for (NodeWatch watch : watches) {
      wait = Math.min(wait, watch.nextNanos(now) - now);
    }
    return Math.max(0, wait);
  }

  private void forget(long now, long absenceNanos) {
    LOG.warn(
        "{}: this process did not run for {} ms; everything is looked at anew",
        group.name(),
        Duration.ofNanos(absenceNanos).toMillis());
    startedNanos = now;
    watches.forEach(watch -> watch.forget(now));
  }

  private void turn(long now) {
    GroupJournal current = journal;
    if (current == null) {
      current = load(now);
      if (current == null) {
        return;
      }
      journal = current;
    }
    watches.forEach(watch -> watch.advance(now));
    GroupView view = view(now);
    lookForKeepers(view, current.owner());
    Step step = machine.step(view, current);
    step.decision().actions().stream()
        .filter(Action.Gate.class::isInstance)
        .forEach(gate -> perform(gate, view));
    if (!save(step, view, current)) {
      return;
    }
    journal = step.journal();
    step.decision().actions().stream()
        .filter(action -> !(action instanceof Action.Gate))
        .forEach(action -> perform(action, view));
    tell(step.decision(), view, step.journal());
  }

  private @Nullable GroupJournal load(long now) {
    if (now - nextLoadNanos < 0) {
      return null;
    }
    try {
      JournalStore opened =
          JournalStore.open(options.journal(), group.name(), UUID.randomUUID().toString());
      store = opened;
      GroupJournal loaded = machine.resume(opened.durable(), now);
      for (var address : group.nodes()) {
        watches.add(
            new NodeWatch(
                address,
                group.credentials(),
                loaded.owner(),
                options.cadence(),
                connector,
                mailbox,
                System::nanoTime));
      }
      return loaded;
    } catch (IOException e) {
      nextLoadNanos = now + JOURNAL_RETRY.toNanos();
      report(
          new Decision("no-journal", String.valueOf(e.getMessage()), List.of()), Optional.empty());
      return null;
    }
  }

  private boolean save(Step step, GroupView view, GroupJournal before) {
    try {
      if (store != null) {
        store.save(step.journal());
      }
      return true;
    } catch (IOException e) {
      String reason =
          "nothing is changed, because the journal cannot be written: " + e.getMessage();
      journal = before;
      report(new Decision("no-journal", reason, List.of()), Optional.of(view));
      return false;
    }
  }

  private GroupView view(long now) {
    List<NodeView> nodes = watches.stream().map(NodeWatch::view).toList();
    Map<RunId, Long> replies = new HashMap<>();
    for (NodeView node : nodes) {
      node.facts()
          .map(NodeFacts::runId)
          .ifPresent(
              run -> traffic.lastReplyNanos(run).ifPresent(nanos -> replies.put(run, nanos)));
    }
    return new GroupView(
        group.name(),
        now,
        System.currentTimeMillis(),
        startedNanos,
        options.leadership().standing(group.name()),
        Optional.empty(),
        nodes,
        replies,
        fleet.seenBy(group.name()));
  }

  /**
   * Who else is connected is asked only while a server carries a mark that is not this keeper's.
   */
  private void lookForKeepers(GroupView view, String owner) {
    boolean foreign =
        view.nodes().stream()
            .flatMap(node -> node.facts().stream())
            .flatMap(facts -> facts.mark().stream())
            .anyMatch(mark -> !mark.owner().equals(owner));
    watches.forEach(watch -> watch.lookForKeepers(foreign));
  }

  private void perform(Action action, GroupView view) {
    switch (action) {
      case Action.Order order -> order(order, view);
      case Action.Settle settle -> settle(settle);
      case Action.Probe(var addresses) -> {
        for (NodeWatch watch : watches) {
          if (addresses.contains(watch.view().address())) {
            watch.readSoon();
          }
        }
      }
      case Action.Publish(var topology) -> board.publish(topology);
    }
  }

  private void order(Action.Order order, GroupView view) {
    NodeWatch watch = watchOf(order.node().runId()).orElse(null);
    Optional<Link> link = watch == null ? Optional.empty() : watch.linkTo(order.node().runId());
    if (watch == null || link.isEmpty()) {
      ended(order, new Outcome.Rejected("there is no connection to " + order.node()));
      return;
    }
    boolean demotes =
        view.withRun(order.node().runId())
            .flatMap(NodeView::facts)
            .filter(facts -> facts.role() == Role.PRIMARY)
            .isPresent();
    performer.perform(
        order,
        link.get(),
        demotes,
        mark -> watch.markFound(order.node().runId(), mark),
        outcome -> {
          if (outcome instanceof Outcome.Unknown) {
            watch.replaceLink(); // what settles it must not go out on the same connection
          }
          watch.readSoon();
          ended(order, outcome);
        });
  }

  private void settle(Action.Settle settle) {
    Optional<NodeWatch> watch = watchOf(settle.node().runId());
    Optional<Link> link = watch.flatMap(w -> w.linkTo(settle.node().runId()));
    GroupJournal current = journal;
    if (watch.isEmpty() || link.isEmpty() || current == null) {
      ended(settle, new Outcome.Rejected("there is no connection to " + settle.node()));
      return;
    }
    performer.settle(
        link.get(),
        NodeWatch.connectionName(current.owner()),
        outcome -> {
          watch.get().readSoon();
          ended(settle, outcome);
        });
  }

  private void ended(Action action, Outcome outcome) {
    mailbox.execute(
        () -> {
          LOG.debug("{}: {} ended: {}", group.name(), action, outcome);
          GroupJournal current = journal;
          if (current != null) {
            journal = machine.outcome(current, action, outcome, System.nanoTime());
          }
        });
  }

  private Optional<NodeWatch> watchOf(RunId run) {
    return watches.stream().filter(watch -> watch.view().isRun(run)).findFirst();
  }

  private void tell(Decision decision, GroupView view, GroupJournal now) {
    boolean suspected =
        now.reign()
            .flatMap(reign -> view.at(reign.primary().address()))
            .filter(
                node ->
                    node.reachability() instanceof Reachability.Refused
                        || node.reachability() instanceof Reachability.Silent)
            .isPresent();
    boolean operating =
        now.operation().filter(op -> op.kind() == Operation.Kind.FAILOVER).isPresent();
    fleet.tell(group.name(), suspected, operating);
    long entry = now.entries().isEmpty() ? 0 : now.entries().getLast().number();
    boolean news = entry != loggedEntry;
    loggedEntry = entry;
    report(decision, Optional.of(view), news);
  }

  private void report(Decision decision, Optional<GroupView> view) {
    report(decision, view, false);
  }

  private void report(Decision decision, Optional<GroupView> view, boolean news) {
    status =
        new GroupStatus(
            group.name(),
            decision,
            view,
            Optional.ofNullable(journal),
            board.current(group.name()));
    if (news || !decision.rule().equals(loggedRule)) {
      loggedRule = decision.rule();
      LOG.info("{}: {}: {}", group.name(), decision.rule(), decision.reason());
      decided.accept(status);
    }
  }
}
