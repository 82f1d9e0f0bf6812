package io.understudy.failover;

import io.understudy.failover.act.Performer;
import io.understudy.failover.agree.Majority;
import io.understudy.failover.agree.Testimony;
import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.Answer;
import io.understudy.failover.decide.Decision;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.failover.decide.Membership;
import io.understudy.failover.decide.Operation;
import io.understudy.failover.decide.Request;
import io.understudy.failover.decide.Step;
import io.understudy.failover.hook.GroupHooks;
import io.understudy.failover.hook.HookRunner;
import io.understudy.failover.hook.MembershipQuestion;
import io.understudy.failover.journal.History;
import io.understudy.failover.link.Connector;
import io.understudy.failover.link.Credentials;
import io.understudy.failover.observe.NodeWatch;
import io.understudy.failover.publish.TopologyBoard;
import io.understudy.failover.view.GroupView;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Coordinator;
import io.understudy.topology.Epoch;
import io.understudy.topology.Leadership;
import io.understudy.topology.RunId;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

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

  private static final long SWITCHING_TURN_NANOS = 500_000;

  /** Rules that somebody should hear of who only reads warnings. */
  private static final Set<String> ALARMING =
      Set.of("bereft", "blind", "budget", "crashed", "deposed", "silent", "usurper");

  private final GroupOptions group;
  private final KeeperOptions options;
  private final TrafficFeed traffic;
  private final Fleet fleet;
  private final TopologyBoard board;
  private final Consumer<GroupStatus> decided;
  private final Mailbox mailbox = new Mailbox();
  private final GroupMachine machine;
  private final Orders orders;
  private final Coordinator coordinator;
  private final GroupMemory memory;
  private final Announcements announcements;
  private final GroupHistory history;
  private final NodeWatches watches;
  private final StandbyPool pool;
  private final GroupHooks hooks;
  private final List<Viewing> viewings = new ArrayList<>();
  private final long longestAbsenceNanos;

  /** Whether a turn is due to nothing but that somebody said that there is news. */
  private final AtomicBoolean wakes = new AtomicBoolean();

  private volatile GroupStatus status;
  private volatile boolean closed;
  private long startedNanos;
  private String told = "";
  private long loggedEntry;
  private String loggedRule = "";

  GroupKeeper(
      GroupOptions group,
      KeeperOptions options,
      TrafficFeed traffic,
      Fleet fleet,
      TopologyBoard board,
      Connector connector,
      Claims claims,
      StandbyPool pool,
      HookRunner runner,
      boolean goesOn,
      Consumer<GroupStatus> decided) {
    this.group = group;
    this.options = options;
    this.traffic = traffic;
    this.fleet = fleet;
    this.board = board;
    this.decided = decided;
    this.pool = pool;
    this.hooks = new GroupHooks(runner, mailbox, this::hookAnswered);
    this.watches =
        new NodeWatches(
            group,
            options.cadence(),
            connector.over(group.tls()),
            mailbox,
            claims,
            System::nanoTime);
    this.machine =
        new GroupMachine(
            options.policy().with(group.placement()).withDurability(group.durability()));
    this.coordinator = options.coordinator();
    this.longestAbsenceNanos =
        Math.min(LONGEST_ABSENCE.toNanos(), options.policy().downAfter().toNanos() / ABSENCE_PARTS);
    this.startedNanos = System.nanoTime();
    boolean holds = goesOn || coordinator.shared();
    this.memory = new GroupMemory(group, coordinator, machine, holds, startedNanos);
    this.announcements = new Announcements(group.name(), coordinator, board, holds);
    this.orders =
        new Orders(
            group.name(),
            watches,
            new Performer(mailbox, options.policy().actionDeadline(), this::mayAct),
            memory,
            machine,
            announcements,
            mailbox,
            System::nanoTime);
    this.history = new GroupHistory(group.name(), new History(coordinator.archive()), startedNanos);
    this.status =
        new GroupStatus(
            group.name(),
            new Decision("starting", "the keeper has only just started", List.of()),
            Optional.empty(),
            Optional.empty(),
            board.current(group.name()),
            List.of(),
            List.of());
  }

  GroupStatus status() {
    return status;
  }

  /**
   * Answers an operator, and remembers durably what is accepted. Any thread.
   *
   * @return completed on the group's thread; exceptionally with {@link NotActingException} where
   *     another process acts, or with {@link IOException} when it could not be remembered; then
   *     nothing is done
   */
  CompletableFuture<Answer> ask(Request request, boolean trial) {
    var answer = new CompletableFuture<Answer>();
    mailbox.execute(() -> askHooks(request, trial, answer));
    return answer;
  }

  private void askHooks(Request request, boolean trial, CompletableFuture<Answer> told) {
    GroupJournal current = memory.journal().orElse(null);
    Optional<MembershipQuestion> question = MembershipQuestion.of(request);
    if (trial || current == null || !memory.isOwn() || question.isEmpty()) {
      accept(request, trial, told);
      return;
    }
    hooks.askMembership(
        question.get(),
        current,
        System.currentTimeMillis(),
        objections -> {
          if (objections.isEmpty()) {
            accept(request, false, told);
          } else {
            told.complete(new Answer(objections, List.of(), current));
          }
        });
  }

  private void accept(Request request, boolean trial, CompletableFuture<Answer> told) {
    if (request instanceof Request.AddNode add) {
      view(add, trial, told);
    } else {
      answer(request, Optional.empty(), trial, told);
    }
  }

  private void hookAnswered(String words) {
    LOG.info("{}: hook {}", group.name(), words);
    Optional<GroupJournal> current = memory.journal();
    if (memory.isOwn() && current.isPresent()) {
      memory.become(GroupMachine.note(current.get(), System.currentTimeMillis(), "hook", words));
    }
  }

  private void followHooks(long now) {
    Optional<GroupJournal> current = memory.journal();
    if (current.isPresent()) {
      hooks.follow(current.get(), memory.isOwn(), now, System.currentTimeMillis());
    }
  }

  private void view(Request.AddNode add, boolean trial, CompletableFuture<Answer> told) {
    Optional<GroupJournal> current = memory.journal();
    if (current.isEmpty() || !memory.isOwn() || viewings.size() >= Viewing.MOST) {
      answer(add, Optional.empty(), trial, told);
    } else {
      NodeWatch guest = watches.guest(add.node(), current.get().owner());
      viewings.add(Viewing.begin(add, trial, guest, System.nanoTime(), told));
    }
  }

  /** Answers about guests that were looked at. */
  private void answerViewings(long now) {
    List<Viewing> over = viewings.stream().filter(v -> v.isOver(now)).toList();
    viewings.removeAll(over);
    for (Viewing each : over) {
      answer(each.add(), Optional.of(each.guest().view()), each.trial(), each.told());
      memory.journal().ifPresent(this::followMembers);
      if (viewings.stream().noneMatch(v -> v.add().node().equals(each.add().node()))) {
        watches.dismiss(each.add().node());
      }
    }
  }

  private void followMembers(GroupJournal journal) {
    watches.follow(Membership.of(group.nodes(), journal), journal.owner());
  }

  private void answer(
      Request request, Optional<NodeView> guest, boolean trial, CompletableFuture<Answer> told) {
    GroupJournal current = memory.journal().orElse(null);
    Leadership.Standing standing = coordinator.leadership().standing(group.name());
    if (closed || current == null || !memory.isOwn()) {
      told.completeExceptionally(
          new NotActingException(
              "this process does not act for the group, ask the keeper that does: "
                  + standing.reason()));
      return;
    }
    Answer answer =
        machine.ask(view(System.nanoTime(), standing, current), current, request, guest, trial);
    try {
      if (!answer.journal().equals(current)) {
        memory.save(answer.journal());
      }
      memory.become(answer.journal());
      LOG.info(
          "{}: {} asked for {}{}: {}",
          group.name(),
          request.by(),
          request,
          trial ? " (a trial)" : "",
          answer.isAccepted() ? answer.plan() : answer.obstacles());
      told.complete(answer);
    } catch (IOException e) {
      told.completeExceptionally(e);
    }
  }

  /** Makes the thread end soon. */
  void close() {
    closed = true;
    wake();
  }

  /** Logs in otherwise on connections that are opened from now on. Any thread. */
  void login(Optional<Credentials> credentials) {
    mailbox.execute(() -> watches.login(credentials));
  }

  /** Makes the next turn come at once. Any thread. */
  void wake() {
    if (wakes.compareAndSet(false, true)) {
      mailbox.execute(() -> wakes.set(false));
    }
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
    watches.close();
    refuseWhatWaits();
  }

  /** Nobody looks at what is asked from now on. */
  private void refuseWhatWaits() {
    mailbox.end();
    viewings.forEach(
        v -> v.told().completeExceptionally(new IOException("the group's keeper was ended")));
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
    // While clients wait for a switchover, nobody tells when the last answer has come.
    long wait = isSwitching() ? SWITCHING_TURN_NANOS : options.cadence().turnEvery().toNanos();
    return Math.max(0, watches.waitNanos(now, wait));
  }

  private boolean isSwitching() {
    return memory
        .journal()
        .flatMap(GroupJournal::operation)
        .filter(op -> op.kind() == Operation.Kind.SWITCHOVER)
        .isPresent();
  }

  private void forget(long now, long absenceNanos) {
    LOG.warn(
        "{}: this process did not run for {} ms; everything is looked at anew",
        group.name(),
        Duration.ofNanos(absenceNanos).toMillis());
    startedNanos = now;
    watches.forget(now);
  }

  private void turn(long now) {
    watches.advance(now);
    answerViewings(now);
    Leadership.Standing standing = coordinator.leadership().standing(group.name());
    if (!prepare(standing, now)) {
      return;
    }
    GroupJournal current = memory.journal().orElseThrow();
    history.follow(current, memory.isOwn(), now);
    GroupView view = view(now, standing, current);
    lookForKeepers(view, current.owner());
    Step step = machine.step(view, current);
    if (memory.isOwn()) {
      if (!perform(step, view, current)) {
        return;
      }
      leaveItToTheBetterPlaced(view, step.journal());
      followHooks(now);
      if (memory.hasDurableEntries()) {
        memory.journal().ifPresent(saved -> memory.become(history.move(saved, now)));
      }
    } else {
      followHooks(now);
    }
    tell(step.decision(), view, memory.journal().orElseThrow());
  }

  /** In the order that {@link Step} demands; says whether the journal could be saved. */
  private boolean perform(Step step, GroupView view, GroupJournal before) {
    step.decision().actions().stream()
        .filter(Action.Gate.class::isInstance)
        .forEach(gate -> orders.perform(gate, view));
    if (!save(step, view, before)) {
      return false;
    }
    memory.become(step.journal());
    announcements.catchUp(before.published());
    step.decision().actions().stream()
        .filter(action -> !(action instanceof Action.Gate))
        .forEach(action -> orders.perform(action, view));
    return true;
  }

  /** Gets the journal to decide on, and tells the other keepers what is seen. */
  private boolean prepare(Leadership.Standing standing, long now) {
    Optional<Decision> obstacle = Optional.empty();
    try {
      if (memory.prepare(standing.leads(), board.current(group.name()), now)) {
        announcements.begin(memory.journal().orElseThrow().published());
      }
    } catch (IOException e) {
      obstacle = Optional.of(new Decision("no-journal", String.valueOf(e.getMessage()), List.of()));
    }
    Optional<GroupJournal> journal = memory.journal();
    journal.ifPresent(this::followMembers);
    if (!watches.isEmpty() && coordinator.shared()) {
      told = Testimony.write(watches.views(), now, options.policy().refusals(), told);
      coordinator.peers().share(group.name(), told);
    }
    if (journal.isEmpty() && obstacle.isEmpty()) {
      obstacle =
          Optional.of(
              new Decision(
                  "not-my-turn",
                  "nobody has begun the journal of this group: " + standing.reason(),
                  List.of()));
    }
    obstacle.ifPresent(decision -> report(decision, Optional.empty()));
    return journal.isPresent() && (memory.isOwn() || !standing.leads());
  }

  /** A keeper that alone cannot reach the primary is no good as the one that acts for it. */
  private void leaveItToTheBetterPlaced(GroupView view, GroupJournal journal) {
    List<String> others =
        journal
            .reign()
            .flatMap(reign -> view.at(reign.primary().address()))
            .map(
                node ->
                    Majority.betterPlaced(
                        view.panel(), node, view.nowNanos(), options.policy().downAfter()))
            .orElse(List.of());
    if (!others.isEmpty()) {
      coordinator
          .leadership()
          .stepDown(
              group.name(),
              Optional.of(others.getFirst()),
              "it cannot reach the primary, and " + String.join(", ", others) + " can");
    }
  }

  private boolean mayAct() {
    Leadership.Standing standing = coordinator.leadership().standing(group.name());
    return standing.leads()
        && (standing.untilNanos() == Long.MAX_VALUE
            || standing.untilNanos() - System.nanoTime() > 0);
  }

  private boolean save(Step step, GroupView view, GroupJournal before) {
    try {
      pool.take(before, step.journal());
      memory.save(step.journal());
      pool.giveBack(step.journal());
      return true;
    } catch (IOException e) {
      String reason =
          "nothing is changed, because the journal cannot be written: " + e.getMessage();
      memory.become(before);
      report(new Decision("no-journal", reason, List.of()), Optional.of(view));
      return false;
    }
  }

  private GroupView view(long now, Leadership.Standing standing, GroupJournal journal) {
    List<NodeView> nodes = watches.views();
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
        standing,
        Optional.empty(),
        nodes,
        replies,
        fleet.seenBy(group.name()),
        Testimony.panel(
            coordinator.peers().members(), coordinator.peers().others(group.name()), startedNanos),
        announcements.outputs(journal.published()),
        announcements.isDrained(journal.published(), traffic),
        memory.isOwn() ? pool.free(journal, now) : List.of(),
        hooks.consent());
  }

  /**
   * Who else is connected is asked only while a server carries a mark that is not this keeper's, or
   * none in reach carries one that is.
   */
  private void lookForKeepers(GroupView view, String owner) {
    boolean foreign =
        view.nodes().stream()
            .flatMap(node -> node.facts().stream())
            .flatMap(facts -> facts.mark().stream())
            .anyMatch(mark -> !mark.owner().equals(owner));
    boolean known =
        view.nodes().stream()
            .flatMap(node -> node.readableFacts().stream())
            .flatMap(facts -> facts.mark().stream())
            .anyMatch(mark -> mark.owner().equals(owner));
    watches.all().forEach(watch -> watch.lookForKeepers(foreign || !known));
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
    long entry = history.lastNumber(now);
    boolean news = entry > loggedEntry;
    loggedEntry = Math.max(entry, loggedEntry);
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
            memory.journal(),
            board.current(group.name()),
            memory.journal().map(history::recent).orElse(List.of()),
            differences());
    if (news || !decision.rule().equals(loggedRule)) {
      loggedRule = decision.rule();
      boolean alarming =
          ALARMING.contains(decision.rule())
              || (status.published().epoch().isAfter(Epoch.NONE)
                  && status.published().primary().isEmpty()
                  && status.published().retiring().isEmpty());
      LOG.atLevel(alarming ? Level.WARN : Level.INFO)
          .log("{}: {}: {}", group.name(), decision.rule(), decision.reason());
      decided.accept(status);
    }
  }

  /** Where the configuration and the journal do not say the same of the group's nodes. */
  private List<String> differences() {
    List<String> all = new ArrayList<>(watches.refused());
    memory.journal().ifPresent(j -> all.addAll(Membership.differences(group.nodes(), j)));
    return all;
  }
}
