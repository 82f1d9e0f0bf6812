package io.understudy.failover.sim;

import io.understudy.failover.agree.Testimony;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.view.Outputs;
import io.understudy.failover.view.Panel;
import io.understudy.topology.Leadership;
import io.understudy.topology.Peers;
import io.understudy.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A simulated keeper's side of the coordinator: its beats and its lease, what it hears of the
 * others, what it publishes, and what the outputs of its process follow.
 */
final class Seat {
  /** A look whether an output awaits nothing any more. */
  private static final long LOOK_NANOS = 5_000_000L;

  private static final long GATHER_NANOS = 2_000_000L;

  /** What a member last told, when that was new, and when it was last heard of. */
  private record Heard(String told, long sinceNanos, long heardNanos) {}

  /** A publication that outputs may not have seen: its number, and when every lease is over. */
  private record Pending(int number, long untilNanos) {}

  private final World world;
  private final SimKeeper keeper;
  private final SimCoordinator coordinator;
  private final Map<String, Heard> others = new TreeMap<>();
  private SimCoordinator.@Nullable Session session;
  private SimCoordinator.Lead lead = new SimCoordinator.Lead(null, -1);
  private long leaseUntilNanos = -1;
  private boolean givenUp;
  private String told = "";
  private boolean beatIsDue;

  private Topology board = Topology.unknown(SimKeeper.GROUP);
  private int processed = -1;
  private int drained = -1;
  private long boardUntilNanos = -1;
  private boolean renewing;
  private Topology confirmed = Topology.unknown(SimKeeper.GROUP);
  private @Nullable Pending pending;
  private @Nullable Pending draining;

  /** Of one life of a keeper. */
  Seat(World world, SimKeeper keeper, SimCoordinator coordinator) {
    this.world = world;
    this.keeper = keeper;
    this.coordinator = coordinator;
  }

  void begin() {
    int mine = keeper.life();
    world.time.after(world.time.between(0, coordinator.beatNanos()), () -> beats(mine));
    world.time.after(world.time.between(0, coordinator.proxyBeatNanos()), () -> renews(mine));
  }

  // ---- calls

  /** One call: exactly one of the two comes, and a call that was given up may still be done. */
  private <T> void call(Supplier<T> work, Consumer<T> answer, Runnable failed) {
    int mine = keeper.life();
    SimCoordinator.Session of = session;
    boolean[] over = new boolean[1];
    world.time.after(
        coordinator.leaseNanos(),
        () ->
            keeper.handle(
                mine,
                () -> {
                  if (!over[0]) {
                    over[0] = true;
                    failed.run();
                  }
                }));
    world.network.send(
        keeper.name(),
        SimCoordinator.NAME,
        new Network.Connection(),
        () -> {
          if (!coordinator.answers() || (of != null && !coordinator.isAlive(of))) {
            return;
          }
          T result = work.get();
          world.network.send(
              SimCoordinator.NAME,
              keeper.name(),
              new Network.Connection(),
              () ->
                  keeper.handle(
                      mine,
                      () -> {
                        if (!over[0]) {
                          over[0] = true;
                          answer.accept(result);
                        }
                      }));
        });
  }

  // ---- beats

  private void beats(int mine) {
    if (keeper.isRunning() && keeper.life() == mine) {
      keeper.handle(mine, this::beat);
      world.time.after(coordinator.beatNanos(), () -> beats(mine));
    }
  }

  private void beat() {
    beatIsDue = false;
    long sentNanos = world.time.nowNanos();
    SimCoordinator.Session known = session;
    if (known != null && !coordinator.isAlive(known)) {
      // The client library says that the session is over.
      session = null;
    }
    String view = told;
    call(
        () -> coordinator.beat(keeper, view),
        taken -> {
          session = taken.session();
          leaseUntilNanos = Math.max(leaseUntilNanos, sentNanos + coordinator.leaseNanos());
          learn(taken.lead());
        },
        () -> {});
  }

  /** Tells the others what is seen, soon. */
  void share(String view) {
    if (!view.equals(told)) {
      told = view;
      if (!beatIsDue) {
        beatIsDue = true;
        int mine = keeper.life();
        world.time.after(GATHER_NANOS, () -> keeper.handle(mine, this::beat));
      }
    }
  }

  String told() {
    return told;
  }

  void hear(String from, String view) {
    long now = world.time.nowNanos();
    Heard before = others.get(from);
    boolean same = before != null && before.told().equals(view);
    long sinceNanos = before != null && same ? before.sinceNanos() : now;
    others.put(from, new Heard(view, sinceNanos, now));
    if (!same) {
      keeper.decide();
    }
  }

  void learn(SimCoordinator.Lead news) {
    if (news.number() > lead.number()) {
      lead = news;
      givenUp = false;
      keeper.decide();
    }
  }

  Panel panel(long awakeSinceNanos) {
    if (!world.asksMajority) {
      return Panel.ALONE;
    }
    long now = world.time.nowNanos();
    List<Peers.Shared> fresh = new ArrayList<>();
    others.forEach(
        (name, heard) -> {
          if (now - heard.heardNanos() <= coordinator.freshNanos()) {
            fresh.add(new Peers.Shared(name, heard.told(), heard.sinceNanos(), heard.heardNanos()));
          }
        });
    return Testimony.panel(coordinator.members.size(), fresh, awakeSinceNanos);
  }

  Leadership.Standing standing() {
    long now = world.time.nowNanos();
    long heard =
        others.values().stream()
            .filter(h -> now - h.heardNanos() <= coordinator.freshNanos())
            .count();
    if (heard + 1 < coordinator.majority()) {
      return new Leadership.Standing(false, now, "too few keepers are there");
    }
    if (now >= leaseUntilNanos) {
      return new Leadership.Standing(false, now, "its lease has run out");
    }
    boolean leads = session != null && lead.by() == session && !givenUp;
    return new Leadership.Standing(leads, leads ? leaseUntilNanos : now, leads ? "leads" : "not");
  }

  void stepDown(String inFavourOf) {
    if (!givenUp) {
      givenUp = true;
      world.time.trace(keeper.name(), "gives the group up in favour of " + inFavourOf);
      handOver(inFavourOf);
    }
  }

  private void handOver(String to) {
    SimCoordinator.Session mine = session;
    if (mine != null && givenUp) {
      call(
          () -> {
            coordinator.handOver(mine, to);
            return true;
          },
          done -> {},
          () -> handOver(to));
    }
  }

  // ---- the journal

  void read(Consumer<SimCoordinator.Saved> answer, Runnable failed) {
    confirmed = Topology.unknown(SimKeeper.GROUP);
    call(() -> coordinator.read(keeper), answer, failed);
  }

  /** Replaces the journal; {@code saved} is told when it is durable, {@code answer} hears of it. */
  void save(GroupJournal next, long follows, Runnable saved, Consumer<OptionalLong> answer) {
    call(
        () -> {
          OptionalLong revision = coordinator.save(next, follows);
          if (revision.isPresent()) {
            saved.run();
          }
          return revision;
        },
        answer,
        () -> answer.accept(OptionalLong.empty()));
  }

  // ---- publications

  boolean isConfirmed(Topology topology) {
    return topology.equals(confirmed);
  }

  /** Publishes; goes on when that is certain, and when it is certain that it is not. */
  void publish(Topology topology, Runnable then) {
    if (topology.primary().isEmpty()) {
      accept(topology); // the outputs of this process need not wait for others
    }
    call(
        () -> coordinator.publish(keeper, topology),
        number -> {
          if (number.isPresent()) {
            confirmed = topology;
            accept(topology);
            var mine =
                new Pending(
                    number.getAsInt(), world.time.nowNanos() + coordinator.proxySilenceNanos());
            pending = topology.primary().isPresent() ? null : mine;
            draining = topology.retiring().isPresent() ? mine : null;
          }
          then.run();
        },
        then);
  }

  Outputs outputs(Topology newest) {
    if (!world.waitsForOutputs) {
      return Outputs.OWN;
    }
    if (!isConfirmed(newest)) {
      return new Outputs(true, OptionalLong.of(Long.MAX_VALUE));
    }
    Pending each = pending;
    if (each == null) {
      return new Outputs(true, OptionalLong.empty());
    }
    boolean over =
        world.time.nowNanos() >= each.untilNanos()
            || (reachesCoordinator() && coordinator.allProcessed(each.number()));
    return new Outputs(true, over ? OptionalLong.empty() : OptionalLong.of(each.untilNanos()));
  }

  boolean isDrained(Topology newest) {
    Pending each = draining;
    return isConfirmed(newest)
        && world.clients.isDrained(keeper)
        && (each == null
            || (reachesCoordinator()
                && coordinator.allDrained(
                    each.number(), world.time.nowNanos() >= each.untilNanos())));
  }

  private boolean reachesCoordinator() {
    return coordinator.answers()
        && !world.network.isCut(keeper.name(), SimCoordinator.NAME)
        && !world.network.isCut(SimCoordinator.NAME, keeper.name());
  }

  // ---- the outputs of this process

  /** What they act on; unknown when their lease is over. */
  Topology feed() {
    return world.time.nowNanos() < boardUntilNanos ? board : Topology.unknown(SimKeeper.GROUP);
  }

  private void accept(Topology topology) {
    board = topology.isAfter(board) ? topology : board;
  }

  private void renews(int mine) {
    if (keeper.isRunning() && keeper.life() == mine) {
      keeper.handle(mine, this::follow);
      world.time.after(coordinator.proxyBeatNanos(), () -> renews(mine));
    }
  }

  /** Renews the lease, and takes what is new. */
  void follow() {
    SimCoordinator.Session mine = session;
    if (renewing || mine == null) {
      return;
    }
    renewing = true;
    long sentNanos = world.time.nowNanos();
    boolean idle = board.retiring().isEmpty() || world.clients.isDrained(keeper);
    drained = idle ? processed : drained;
    int acted = processed;
    int awaited = drained;
    call(
        () -> coordinator.renew(mine, acted, awaited),
        renewal -> {
          renewing = false;
          if (renewal.current()) {
            boardUntilNanos = sentNanos + coordinator.proxyLeaseNanos();
            if (drained < processed) {
              int life = keeper.life();
              world.time.after(LOOK_NANOS, () -> keeper.handle(life, this::follow));
            }
          } else {
            accept(renewal.newest());
            processed = renewal.number();
            follow();
          }
        },
        () -> renewing = false);
  }
}
