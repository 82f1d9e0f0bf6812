package io.understudy.failover.hook;

import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.view.Consent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sees to one group's hooks: asks those before something, tells those after it, and keeps what was
 * answered for the next decision. Confined to the group's thread.
 */
public final class GroupHooks {
  /** How long after an objection to a failover the hooks are asked again. */
  private static final Duration ASK_AGAIN = Duration.ofSeconds(2);

  /** An objection to a switchover calls it off, at once. */
  private static final Duration SWITCHOVER_MEMORY = Duration.ofMinutes(1);

  private final HookRunner runner;
  private final Executor mailbox;
  private final Consumer<String> noted;
  private @Nullable GroupJournal last;
  private @Nullable Round round;

  /** One question to all hooks of a point. */
  private static final class Round {
    private final HookEvent event;
    private final long firstNanos;
    private long askedNanos;
    private long untilNanos;
    private int missing;
    private boolean answered;
    private Optional<String> objection = Optional.empty();
    private List<String> objections = new ArrayList<>();
    private Duration vetoFor = Duration.ZERO;

    Round(HookEvent event, long nowNanos) {
      this.event = event;
      this.firstNanos = nowNanos;
    }
  }

  /**
   * Begins with nothing asked.
   *
   * @param mailbox runs something on the group's thread
   * @param noted keeps what a hook answered, for people
   */
  public GroupHooks(HookRunner runner, Executor mailbox, Consumer<String> noted) {
    this.runner = runner;
    this.mailbox = mailbox;
    this.noted = noted;
  }

  /** What the next decision is to know; empty where no hook is asked before anything. */
  public Optional<Consent> consent() {
    boolean failovers = !runner.at(HookPoint.BEFORE_FAILOVER).isEmpty();
    boolean switchovers = !runner.at(HookPoint.BEFORE_SWITCHOVER).isEmpty();
    if (!failovers && !switchovers) {
      return Optional.empty();
    }
    Round now = round;
    return Optional.of(
        now == null
            ? new Consent(failovers, switchovers, 0, false, 0, Optional.empty())
            : new Consent(
                failovers,
                switchovers,
                now.event.operation(),
                now.answered,
                now.untilNanos,
                now.objection));
  }

  /**
   * Looks at what was decided.
   *
   * @param own whether this process acts for the group; otherwise another one calls the hooks
   */
  public void follow(GroupJournal now, boolean own, long nowNanos, long wallMillis) {
    GroupJournal before = last;
    if (!own) {
      last = null;
      round = null;
      return;
    }
    last = now;
    if (before != null) {
      HookEvents.ended(before, now, wallMillis).forEach(this::tell);
    }
    HookEvents.pending(now, wallMillis).ifPresent(event -> ask(event, nowNanos));
  }

  private void tell(HookEvent event) {
    for (Hook hook : runner.at(event.point())) {
      runner.call(hook, event, answer -> mailbox.execute(() -> noted.accept(words(event, answer))));
    }
  }

  private void ask(HookEvent event, long nowNanos) {
    Round before = round;
    boolean news = before == null || before.event.operation() != event.operation();
    Round now = before == null || news ? new Round(event, nowNanos) : before;
    round = now;
    if (!news && !isToBeAskedAgain(now, nowNanos)) {
      return;
    }
    List<Hook> hooks = runner.at(event.point());
    now.askedNanos = nowNanos;
    now.missing = hooks.size();
    now.objections = new ArrayList<>();
    now.vetoFor = Duration.ZERO;
    if (news) {
      now.answered = hooks.isEmpty();
      long longest = hooks.stream().mapToLong(hook -> hook.deadline().toNanos()).max().orElse(0);
      now.untilNanos = nowNanos + Math.min(longest, Consent.LONGEST_WAIT.toNanos());
    }
    Round asked = now;
    long askedNanos = nowNanos;
    for (Hook hook : hooks) {
      runner.call(
          hook, event, answer -> mailbox.execute(() -> answered(asked, askedNanos, hook, answer)));
    }
  }

  private static boolean isToBeAskedAgain(Round round, long nowNanos) {
    return round.event.point() == HookPoint.BEFORE_FAILOVER
        && round.missing == 0
        && round.objection.isPresent()
        && nowNanos - round.untilNanos < 0
        && nowNanos - round.askedNanos > ASK_AGAIN.toNanos();
  }

  private void answered(Round asked, long askedNanos, Hook hook, HookAnswer answer) {
    noted.accept(words(asked.event, answer));
    if (asked != round || asked.askedNanos != askedNanos) {
      return; // too late: nobody waits for it any more
    }
    if (hook.veto() && answer.kind() == HookAnswer.Kind.OBJECTED) {
      asked.objections.add(
          hook.name() + (answer.words().isEmpty() ? " objects" : ": " + answer.words()));
      asked.vetoFor = longer(asked.vetoFor, hook.vetoFor());
      decided(asked); // the others cannot change it any more
    }
    asked.missing--;
    if (asked.missing == 0) {
      decided(asked);
    }
  }

  private static void decided(Round asked) {
    asked.answered = true;
    asked.objection =
        asked.objections.isEmpty()
            ? Optional.empty()
            : Optional.of(String.join("; ", asked.objections));
    boolean failover = asked.event.point() == HookPoint.BEFORE_FAILOVER;
    asked.untilNanos = asked.firstNanos + (failover ? asked.vetoFor : SWITCHOVER_MEMORY).toNanos();
  }

  private static Duration longer(Duration left, Duration right) {
    return left.compareTo(right) >= 0 ? left : right;
  }

  private static String words(HookEvent event, HookAnswer answer) {
    return event.point().word() + ": " + answer.describe();
  }

  /**
   * Asks whether a node may be added or removed.
   *
   * @param then gets what speaks against it, on the group's thread; at once where nobody is asked
   */
  public void askMembership(
      MembershipQuestion question,
      GroupJournal journal,
      long wallMillis,
      Consumer<List<String>> then) {
    List<Hook> hooks = runner.at(question.point());
    if (hooks.isEmpty()) {
      then.accept(List.of());
      return;
    }
    HookEvent event = HookEvents.membership(question, journal, wallMillis);
    List<String> objections = new ArrayList<>();
    int[] missing = {hooks.size()};
    for (Hook hook : hooks) {
      runner.call(
          hook,
          event,
          answer ->
              mailbox.execute(
                  () -> {
                    noted.accept(words(event, answer));
                    if (hook.veto() && answer.kind() == HookAnswer.Kind.OBJECTED) {
                      objections.add(hook.name() + " objects: " + answer.words());
                    }
                    missing[0]--;
                    if (missing[0] == 0) {
                      then.accept(objections);
                    }
                  }));
    }
  }
}
