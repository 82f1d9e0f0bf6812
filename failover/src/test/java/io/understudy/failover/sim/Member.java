package io.understudy.failover.sim;

import io.understudy.failover.agree.Majority;
import io.understudy.failover.agree.Testimony;
import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.failover.decide.Step;
import io.understudy.failover.view.GroupView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one life of a keeper does as one of several: it decides only while it leads, on the journal
 * that it has read since; a save and a publication take a call each, and end its turn when they
 * fail.
 */
final class Member {
  /** As a keeper's group has them: an absence, and how often it is tried to read the journal. */
  private static final long LONGEST_ABSENCE_NANOS = 1_000_000_000L;

  private static final int ABSENCE_PARTS = 3;
  private static final long READ_EVERY_NANOS = 1_000_000_000L;

  /** A call that takes longer is trouble, for which a keeper is not blamed. */
  private static final long LONG_CALL_NANOS = 50_000_000L;

  private final World world;
  private final SimKeeper keeper;
  private final GroupMachine machine;
  final Seat seat;

  /** Whether it has read the journal since it leads, and may save it. */
  private boolean own;

  private boolean reading;
  private long nextReadNanos;
  private @Nullable GroupJournal durable;
  private long revision;

  /** Whether a call is under way that the keeper's thread waits for. */
  private boolean waiting;

  private long waitingSinceNanos;

  private boolean turnIsDue;
  private long lastTurnNanos;

  Member(World world, SimKeeper keeper, GroupMachine machine, Seat seat) {
    this.world = world;
    this.keeper = keeper;
    this.machine = machine;
    this.seat = seat;
    this.lastTurnNanos = world.time.nowNanos();
  }

  /** Whether it may answer an operator now. */
  boolean isFree() {
    return own && !waiting && seat.standing().leads();
  }

  /** Tells the others what is seen, and says whether it is this keeper's turn to decide. */
  boolean mayDecide(long now) {
    if (waiting) {
      turnIsDue = true;
      lastTurnNanos = now;
      if (now - waitingSinceNanos > LONG_CALL_NANOS) {
        keeper.lastTroubleNanos = now;
      }
      return false;
    }
    long longest =
        Math.min(LONGEST_ABSENCE_NANOS, world.policy.downAfter().toNanos() / ABSENCE_PARTS);
    boolean away = now - lastTurnNanos - GroupMachine.MAX_TURN.toNanos() > longest;
    lastTurnNanos = now;
    if (away) {
      keeper.lookAnew();
    }
    seat.share(
        Testimony.write(
            keeper.monitors.stream().map(Monitor::view).toList(),
            now,
            world.policy.refusals(),
            seat.told()));
    if (seat.standing().untilNanos() - now < world.policy.actionDeadline().toNanos()) {
      keeper.lastTroubleNanos = now; // it orders nothing whose answer its lease could not await
    }
    if (!seat.standing().leads()) {
      keeper.lastTroubleNanos = now;
      own = false;
      return false;
    }
    if (!own && !reading && now >= nextReadNanos) {
      read(now);
    }
    return own;
  }

  private void read(long now) {
    reading = true;
    nextReadNanos = now + READ_EVERY_NANOS;
    seat.read(this::takeOver, () -> reading = false);
  }

  private void takeOver(SimCoordinator.Saved saved) {
    reading = false;
    long now = world.time.nowNanos();
    if (!seat.standing().leads()) {
      return;
    }
    world.time.trace(keeper.name(), "takes over at revision " + saved.revision());
    keeper.become(
        saved
            .journal()
            .map(journal -> machine.takeOver(journal, now))
            .orElse(GroupJournal.empty(SimKeeper.GROUP, keeper.owner())));
    durable = saved.journal().orElse(null);
    revision = saved.revision();
    own = true;
    keeper.lastTroubleNanos = now;
    world.keepers.set(0, keeper);
    keeper.decide();
  }

  /** In the order that {@link Step} demands. */
  void perform(Step step, GroupView view) {
    for (Action action : step.decision().actions()) {
      if (action instanceof Action.Gate gate) {
        keeper.give(gate);
      }
    }
    if (world.faults.diesNow(keeper, "before saving")) {
      return;
    }
    GroupJournal before = keeper.journal();
    save(
        step.journal(),
        () -> world.checks.saved(keeper, before, step),
        () -> {
          if (world.faults.diesNow(keeper, "after saving")) {
            return;
          }
          List<Action> actions = new ArrayList<>();
          if (!seat.isConfirmed(before.published())) {
            actions.add(new Action.Publish(before.published()));
          }
          actions.addAll(step.decision().actions());
          performNext(actions, 0);
          leaveItToTheBetterPlaced(view);
        });
  }

  /** Saves if that is necessary, and goes on; where it fails, the journal is read again. */
  void save(GroupJournal next, Runnable saved, Runnable then) {
    GroupJournal before = keeper.journal();
    keeper.become(next);
    if (durable != null && !next.mustBeSaved(durable)) {
      saved.run();
      then.run();
      return;
    }
    beginWaiting();
    seat.save(
        next,
        revision,
        saved,
        result -> {
          waiting = false;
          if (result.isPresent()) {
            revision = result.getAsLong();
            durable = next;
            then.run();
          } else {
            world.time.trace(keeper.name(), "could not save the journal");
            keeper.become(before);
            own = false;
          }
          takeDueTurn();
        });
  }

  private void performNext(List<Action> actions, int from) {
    for (int i = from; i < actions.size(); i++) {
      Action action = actions.get(i);
      if (action instanceof Action.Publish publish) {
        beginWaiting();
        int next = i + 1;
        seat.publish(
            publish.topology(),
            () -> {
              waiting = false;
              performNext(actions, next);
              takeDueTurn();
            });
        return;
      }
      keeper.perform(action);
      boolean died =
          !(action instanceof Action.Probe) && world.faults.diesNow(keeper, "after " + action);
      if (died) {
        return;
      }
    }
  }

  private void beginWaiting() {
    waiting = true;
    waitingSinceNanos = world.time.nowNanos();
  }

  private void takeDueTurn() {
    if (turnIsDue && !waiting) {
      turnIsDue = false;
      keeper.decide();
    }
  }

  private void leaveItToTheBetterPlaced(GroupView view) {
    keeper
        .journal()
        .reign()
        .flatMap(reign -> view.at(reign.primary().address()))
        .map(
            node ->
                Majority.betterPlaced(
                    view.panel(), node, view.nowNanos(), world.policy.downAfter()))
        .filter(others -> !others.isEmpty())
        .ifPresent(others -> seat.stepDown(others.getFirst()));
  }
}
