package io.understudy.failover;

import io.understudy.failover.act.Performer;
import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.failover.decide.Outcome;
import io.understudy.failover.link.Link;
import io.understudy.failover.observe.NodeWatch;
import io.understudy.failover.view.GroupView;
import io.understudy.failover.view.NodeView;
import io.understudy.topology.Role;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what was decided for one group, and writes how it ended into the group's memory. Confined to
 * the group's thread.
 */
final class Orders {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.keeper");

  private final String group;
  private final NodeWatches watches;
  private final Performer performer;
  private final GroupMemory memory;
  private final GroupMachine machine;
  private final Announcements announcements;
  private final Mailbox mailbox;
  private final LongSupplier nanoTime;

  Orders(
      String group,
      NodeWatches watches,
      Performer performer,
      GroupMemory memory,
      GroupMachine machine,
      Announcements announcements,
      Mailbox mailbox,
      LongSupplier nanoTime) {
    this.group = group;
    this.watches = watches;
    this.performer = performer;
    this.memory = memory;
    this.machine = machine;
    this.announcements = announcements;
    this.mailbox = mailbox;
    this.nanoTime = nanoTime;
  }

  /** Does one thing; what comes of it is written into the memory in a later turn. */
  void perform(Action action, GroupView view) {
    switch (action) {
      case Action.Order order -> order(order, view);
      case Action.Settle settle -> settle(settle);
      case Action.Probe(var addresses) -> {
        for (NodeWatch watch : watches.all()) {
          if (addresses.contains(watch.view().address())) {
            watch.readSoon();
          }
        }
      }
      case Action.Publish(var topology) -> announcements.publish(topology);
    }
  }

  private void order(Action.Order order, GroupView view) {
    NodeWatch watch = watches.of(order.node().runId()).orElse(null);
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
    Optional<NodeWatch> watch = watches.of(settle.node().runId());
    Optional<Link> link = watch.flatMap(w -> w.linkTo(settle.node().runId()));
    Optional<GroupJournal> current = memory.journal();
    if (watch.isEmpty() || link.isEmpty() || current.isEmpty()) {
      ended(settle, new Outcome.Rejected("there is no connection to " + settle.node()));
      return;
    }
    performer.settle(
        link.get(),
        NodeWatch.connectionName(current.get().owner()),
        outcome -> {
          watch.get().readSoon();
          ended(settle, outcome);
        });
  }

  private void ended(Action action, Outcome outcome) {
    mailbox.execute(
        () -> {
          LOG.debug("{}: {} ended: {}", group, action, outcome);
          memory
              .journal()
              .ifPresent(
                  current ->
                      memory.become(
                          machine.outcome(current, action, outcome, nanoTime.getAsLong())));
        });
  }
}
