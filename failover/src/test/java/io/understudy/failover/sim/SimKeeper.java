package io.understudy.failover.sim;

import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.Answer;
import io.understudy.failover.decide.Decision;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.failover.decide.Outcome;
import io.understudy.failover.decide.Request;
import io.understudy.failover.decide.Step;
import io.understudy.failover.view.FleetView;
import io.understudy.failover.view.GroupView;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Outputs;
import io.understudy.failover.view.Panel;
import io.understudy.topology.Address;
import io.understudy.topology.Leadership;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A simulated keeper process: the real {@link GroupMachine}, an observer, an executor, a journal on
 * a disk that survives it, and the feed that the proxies in the same process follow.
 */
final class SimKeeper {
  static final String GROUP = "orders";

  private final World world;
  private final String name;
  private final String owner;
  private final GroupMachine machine;
  private final @Nullable SimCoordinator coordinator;
  private @Nullable Member member;
  final List<Monitor> monitors = new ArrayList<>();

  /** What is on the disk. */
  private @Nullable GroupJournal durable;

  private boolean running;
  private int life;
  private long pausedUntilNanos = -1;
  private long diskBusyUntilNanos = -1;
  private boolean decideWhenDiskIsFree;
  private boolean performing;
  private long startedNanos;
  private GroupJournal journal;
  private Topology feed = Topology.unknown(GROUP);
  private @Nullable String pauseReason;
  private String lastRule = "";
  private long awakeSinceNanos;
  private final Map<RunId, Long> replies = new HashMap<>();

  /** When it last was not running, or slept, or had a slow disk. */
  long lastTroubleNanos;

  /** One that decides alone. */
  SimKeeper(World world, String name, GroupMachine machine) {
    this(world, name, machine, "owner-of-" + name, null);
  }

  /** One of several that agree. */
  SimKeeper(World world, String name, GroupMachine machine, SimCoordinator coordinator) {
    this(world, name, machine, SimCoordinator.OWNER, coordinator);
  }

  private SimKeeper(
      World world,
      String name,
      GroupMachine machine,
      String owner,
      @Nullable SimCoordinator coordinator) {
    this.world = world;
    this.name = name;
    this.owner = owner;
    this.machine = machine;
    this.coordinator = coordinator;
    this.journal = GroupJournal.empty(GROUP, owner);
  }

  String name() {
    return name;
  }

  String owner() {
    return owner;
  }

  int life() {
    return life;
  }

  boolean isRunning() {
    return running;
  }

  /** What its outputs act on. */
  Topology feed() {
    return member == null ? feed : member.seat.feed();
  }

  Optional<Seat> seat() {
    return Optional.ofNullable(member).map(m -> m.seat);
  }

  /** Whether it may act at this instant. */
  boolean leadsNow() {
    return running && world.time.nowNanos() >= pausedUntilNanos && mayAct();
  }

  /** Whether an order may leave now. */
  boolean mayAct() {
    return member == null || member.seat.standing().leads();
  }

  /** Since when its process runs, and does not sleep. */
  long awakeSinceNanos() {
    return awakeSinceNanos;
  }

  GroupJournal journal() {
    return journal;
  }

  void become(GroupJournal next) {
    journal = next;
  }

  /** Looks at everything anew, as after a sleep. */
  void lookAnew() {
    world.time.trace(name, "was away, and looks at everything anew");
    startedNanos = world.time.nowNanos();
    monitors.forEach(Monitor::forget);
  }

  Optional<GroupJournal> durable() {
    return coordinator == null ? Optional.ofNullable(durable) : coordinator.journal();
  }

  /** The group is left alone from the next turn on, or no longer; a turn under way ends first. */
  void pauseGroup(@Nullable String reason) {
    if (coordinator != null) {
      return; // an operator pauses the whole group by what the journal says
    }
    if (performing) {
      long busyNanos = diskBusyUntilNanos - world.time.nowNanos();
      world.time.after(Math.max(1, busyNanos), () -> pauseGroup(reason));
      return;
    }
    pauseReason = reason;
    world.time.trace(name, reason == null ? "group resumed" : "group paused");
  }

  /** Whether the group, or the node that is its primary, is left alone now. */
  boolean isGroupPaused() {
    return pauseReason != null
        || journal.pauseOf(Optional.empty(), wallMillis()).isPresent()
        || journal.reign().filter(r -> isPaused(r.primary().address())).isPresent();
  }

  /** Whether a node is left alone now. */
  boolean isPaused(Address node) {
    return journal.pauseOf(Optional.of(node), wallMillis()).isPresent();
  }

  private long wallMillis() {
    return world.time.nowNanos() / 1_000_000;
  }

  /** Puts an older journal on the disk. */
  void restore(GroupJournal backup) {
    // Of a server that it does not have among its nodes no keeper can learn that it is old.
    boolean knowsPrimary =
        durable == null
            || durable.reign().stream()
                .allMatch(r -> !Newcomers.isRemoved(r.primary().address(), backup));
    if (knowsPrimary && !backup.equals(durable)) {
      world.time.trace(name, "an old journal of epoch " + backup.epoch() + " is restored");
      durable = backup;
      world.checks.journalRestored(this);
    }
  }

  // ---- the process

  void start() {
    if (running) {
      return;
    }
    running = true;
    life++;
    startedNanos = world.time.nowNanos();
    lastTroubleNanos = startedNanos;
    pausedUntilNanos = -1;
    diskBusyUntilNanos = -1;
    performing = false;
    decideWhenDiskIsFree = false;
    feed = Topology.unknown(GROUP);
    replies.clear();
    awakeSinceNanos = startedNanos;
    if (coordinator == null) {
      journal =
          durable == null
              ? GroupJournal.empty(GROUP, owner)
              : machine.resume(durable, startedNanos);
      durable = durable == null ? journal : durable;
    } else {
      journal = coordinator.journal().orElse(GroupJournal.empty(GROUP, owner));
      member = new Member(world, this, machine, new Seat(world, this, coordinator));
      member.seat.begin();
    }
    monitors.clear();
    world.servers.forEach(s -> monitors.add(new Monitor(this, s)));
    world.standby.ifPresent(s -> monitors.add(new Monitor(this, s)));
    world.time.trace(name, "starts");
    int mine = life;
    for (Monitor monitor : monitors) {
      world.time.after(world.time.millis(0, 50), () -> watch(mine, monitor));
    }
    tick(mine);
  }

  private void watch(int mine, Monitor monitor) {
    if (running && life == mine) {
      handle(mine, monitor::turn);
      world.time.after(Monitor.CADENCE_NANOS, () -> watch(mine, monitor));
    }
  }

  private void tick(int mine) {
    if (running && life == mine) {
      handle(mine, this::decide);
      world.time.after(GroupMachine.MAX_TURN.toNanos(), () -> tick(mine));
    }
  }

  void crash() {
    if (running) {
      world.time.trace(name, "dies");
      running = false;
      life++;
      feed = Topology.unknown(GROUP);
      member = null;
      lastTroubleNanos = world.time.nowNanos();
      monitors.forEach(m -> m.connection().closed = true);
    }
  }

  void sleepFor(long nanos) {
    if (running) {
      world.time.trace(name, "sleeps " + nanos / 1_000_000 + " ms");
      pausedUntilNanos = world.time.nowNanos() + nanos;
      lastTroubleNanos = pausedUntilNanos;
      awakeSinceNanos = pausedUntilNanos;
    }
  }

  /** Runs something in this process: not after its death, and not while it sleeps. */
  void handle(int ofLife, Runnable work) {
    if (!running || life != ofLife) {
      return;
    }
    long now = world.time.nowNanos();
    if (now < pausedUntilNanos) {
      world.time.after(pausedUntilNanos - now, () -> handle(ofLife, work));
    } else {
      work.run();
    }
  }

  void connectionEnded(SimServer server) {
    if (running) {
      monitors.stream()
          .filter(m -> m.server == server && m.connectedTo() == server.incarnation)
          .forEach(m -> m.connectionEnded(server.incarnation));
    }
  }

  void connectionKilled(SimServer server, Network.Connection connection) {
    if (running) {
      monitors.stream()
          .filter(m -> m.server == server && m.connection() == connection)
          .forEach(m -> m.connectionEnded(server.incarnation));
    }
  }

  void clientReplied(RunId runId) {
    replies.put(runId, world.time.nowNanos());
  }

  // ---- deciding

  /** One turn; the driver's thread is busy while the disk is. */
  void decide() {
    long now = world.time.nowNanos();
    if (member != null && !member.mayDecide(now)) {
      return;
    }
    if (performing) {
      if (!decideWhenDiskIsFree) {
        decideWhenDiskIsFree = true;
        int mine = life;
        world.time.after(
            Math.max(1, diskBusyUntilNanos - now),
            () -> {
              decideWhenDiskIsFree = false;
              handle(mine, this::decide);
            });
      }
      return;
    }
    GroupView view = view();
    Step step = machine.step(view, journal);
    Decision decision = step.decision();
    if (world.time.isTracing() && !(decision.rule() + decision.actions()).equals(lastRule)) {
      lastRule = decision.rule() + decision.actions();
      world.time.trace(name, decision.rule() + ": " + decision.reason());
    }
    world.checks.decided(this, view, journal, step);
    if (member == null) {
      perform(step);
    } else {
      member.perform(step, view);
    }
  }

  private GroupView view() {
    List<NodeView> nodes =
        monitors.stream()
            .map(Monitor::view)
            .filter(n -> !world.newcomers.isIdleStandby(n.address(), journal))
            .toList();
    return new GroupView(
        GROUP,
        world.time.nowNanos(),
        wallMillis(),
        startedNanos,
        member == null ? Leadership.ALONE.standing(GROUP) : member.seat.standing(),
        Optional.ofNullable(pauseReason),
        nodes,
        replies,
        FleetView.SINGLE,
        member == null ? Panel.ALONE : member.seat.panel(startedNanos),
        member == null ? Outputs.OWN : member.seat.outputs(journal.published()),
        member == null ? world.clients.isDrained(this) : member.seat.isDrained(journal.published()),
        world.newcomers.freeStandbys(journal));
  }

  /** In the order that {@link Step} demands; the process may die between any two of them. */
  private void perform(Step step) {
    for (Action action : step.decision().actions()) {
      if (action instanceof Action.Gate gate) {
        give(gate);
      }
    }
    if (world.faults.diesNow(this, "before saving")) {
      return;
    }
    GroupJournal before = journal;
    journal = step.journal();
    if (durable == null || journal.mustBeSaved(durable)) {
      durable = journal;
      diskBusyUntilNanos = world.time.nowNanos() + world.faults.diskNanos(this);
    }
    world.checks.saved(this, before, step);
    if (world.faults.diesNow(this, "after saving")) {
      return;
    }
    int mine = life;
    performing = true;
    world.time.after(
        diskBusyUntilNanos - world.time.nowNanos(),
        () ->
            handle(
                mine,
                () -> {
                  performing = false;
                  for (Action action : step.decision().actions()) {
                    perform(action);
                    if (!(action instanceof Action.Probe)
                        && world.faults.diesNow(this, "after " + action)) {
                      return;
                    }
                  }
                }));
  }

  void perform(Action action) {
    switch (action) {
      case Action.Gate g -> {}
      case Action.Order order -> give(order);
      case Action.Settle settle -> Delivery.settle(world, this, settle);
      case Action.Publish publish -> {
        feed = publish.topology();
        world.checks.published(this, feed);
      }
      case Action.Probe probe ->
          monitors.stream()
              .filter(m -> probe.nodes().contains(m.server.address))
              .forEach(Monitor::probeNow);
    }
  }

  /** What an operator asks; says whether it is accepted. */
  boolean ask(Request request) {
    return ask(request, Optional.empty());
  }

  /** The same of a server that is to be added, which is looked at before. */
  boolean add(SimServer server, Request.AddNode request) {
    return ask(
        request, monitors.stream().filter(m -> m.server == server).map(Monitor::view).findFirst());
  }

  private boolean ask(Request request, Optional<NodeView> guest) {
    boolean busy = performing || (member != null && !member.isFree());
    if (!running || busy || pausedUntilNanos > world.time.nowNanos()) {
      return false;
    }
    Topology before = journal.published();
    Answer answer = machine.ask(view(), journal, request, guest, false);
    world.time.trace(
        name,
        request + ": " + (answer.isAccepted() ? answer.plan() : answer.obstacles()).toString());
    if (member != null) {
      if (answer.isAccepted()) {
        member.save(answer.journal(), () -> {}, () -> {});
      }
      return answer.isAccepted();
    }
    journal = answer.journal();
    durable = journal;
    if (!journal.published().equals(before)) {
      feed = journal.published();
      world.checks.published(this, feed);
    }
    return answer.isAccepted();
  }

  // ---- orders

  Monitor monitorOf(Node node) {
    return monitors.stream()
        .filter(m -> m.server.address.equals(node.address()))
        .findFirst()
        .orElseThrow();
  }

  void give(Action.Order order) {
    world.checks.sends(this, order);
    new Delivery(world, this, order).begin();
  }

  /** What came of an order, or of a settling; in a turn of its own. */
  void ended(Action action, Outcome outcome) {
    journal = machine.outcome(journal, action, outcome, world.time.nowNanos());
    decide();
  }
}
