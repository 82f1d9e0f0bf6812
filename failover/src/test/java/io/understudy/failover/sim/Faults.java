package io.understudy.failover.sim;

import io.understudy.failover.decide.Operation;
import io.understudy.failover.decide.Request;
import io.understudy.topology.Address;
import io.understudy.topology.Role;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** What goes wrong in one run, drawn from its seed. */
final class Faults {
  private static final long SECOND = 1_000_000_000L;
  private static final List<SimServer.Restart> RESTARTS = List.of(SimServer.Restart.values());
  private static final List<Theme> SPECIAL =
      List.copyOf(EnumSet.complementOf(EnumSet.of(Theme.MIXED)));

  private final World world;
  private final Random random;
  private final Optional<Theme> trouble;
  boolean active;
  private boolean crashesAtSteps;
  Theme theme = Theme.MIXED;
  private boolean restored;
  private long fromNanos;

  /** What a run concentrates on: some weaknesses show only when one kind of trouble repeats. */
  enum Theme {
    MIXED,
    EMPTY_RESTARTS,
    OPERATOR,
    LAG,
    FREEZE,
    LOST_REPLIES,
    OLD_JOURNAL,
    FIRST_REPLICA,
    SWITCHOVER,
    VOTERS
  }

  Faults(World world, Optional<String> trouble) {
    this.world = world;
    this.random = world.time.random();
    this.trouble = trouble.map(Theme::valueOf);
  }

  /** Schedules the run's faults between two instants. */
  void plan(long fromNanos, long untilNanos) {
    active = true;
    this.fromNanos = fromNanos;
    crashesAtSteps = random.nextInt(4) == 0;
    theme = random.nextInt(3) > 0 ? Theme.MIXED : SPECIAL.get(random.nextInt(SPECIAL.size()));
    if (world.policy.durability().isPresent() && random.nextBoolean()) {
      theme = Theme.VOTERS;
    }
    theme = trouble.orElse(theme);
    int count = 1 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      long at = world.time.between(fromNanos, untilNanos);
      // Several faults close to each other find more than evenly spread ones.
      int burst = random.nextInt(3) == 0 ? 2 : 1;
      for (int j = 0; j < burst; j++) {
        long when = at + (j == 0 ? 0 : world.time.millis(0, 1_500));
        world.time.after(when - world.time.nowNanos(), world.skippable(this::strike));
      }
    }
    if (world.keepers.size() > 1) {
      SimKeeper intruder = world.keepers.get(1);
      boolean fromTheBeginning = random.nextInt(3) == 0;
      world.time.after(
          fromTheBeginning
              ? world.time.millis(0, 300)
              : world.time.between(fromNanos, untilNanos) - world.time.nowNanos(),
          () -> startIf(intruder));
      if (random.nextInt(4) == 0 && theme != Theme.OLD_JOURNAL) {
        // When nothing is left, no server tells whose the group is, or that a journal is old.
        world.time.after(
            world.time.between(fromNanos, untilNanos) - world.time.nowNanos(),
            () -> killAll(List.of(SimServer.Restart.EMPTY)));
      }
    }
  }

  void stop() {
    active = false;
  }

  private void strike() {
    if (!active) {
      return;
    }
    SimServer primary =
        world.servers.stream()
            .filter(s -> s.alive && s.role == Role.PRIMARY)
            .findFirst()
            .orElse(world.servers.getFirst());
    SimServer any = world.servers.get(random.nextInt(world.servers.size()));
    SimServer target = random.nextInt(3) > 0 ? primary : any;
    switch (theme) {
      case MIXED -> {}
      case EMPTY_RESTARTS -> {
        emptyRestartAtOnce(primary);
        return;
      }
      case OPERATOR -> {
        rogue(random.nextBoolean() ? primary : any);
        return;
      }
      case LAG -> {
        lag(any);
        return;
      }
      case FREEZE -> {
        freezeUntilReplaced(primary);
        return;
      }
      case LOST_REPLIES -> {
        stopWhileOrdered(primary);
        return;
      }
      case OLD_JOURNAL -> {
        restoreOldJournal(primary);
        return;
      }
      case FIRST_REPLICA -> {
        // Whoever is promoted then has no backlog, and others have what was before.
        killAll(List.of(SimServer.Restart.ALL_DATA, SimServer.Restart.OLD_SNAPSHOT));
        return;
      }
      case VOTERS -> {
        votersChange(primary);
        return;
      }
      case SWITCHOVER -> {
        if (random.nextInt(3) == 0 && any != primary) {
          // It falls behind, and its link is called up for a while yet.
          cutFor(primary.name, any.name, 2 * SECOND);
          world.time.after(world.time.millis(100, 600), () -> ask(any));
          return;
        }
        ask(any);
        if (random.nextBoolean()) {
          world.time.after(world.time.millis(0, 60), () -> disturb(primary, any));
        }
        return;
      }
    }
    if (random.nextInt(9) == 0) {
      hinder(target);
      return;
    }
    switch (random.nextInt(22)) {
      case 0, 1, 2 -> killAndRestart(target);
      case 3, 4 -> emptyRestartAtOnce(primary);
      case 5, 6, 7 -> stopAndWake(target);
      case 8 -> target.busyFor(world.time.millis(500, 6_000));
      case 9, 10 -> cutKeeper(target);
      case 11 -> cutReplication(target, any);
      case 12 -> isolate(target);
      case 13 -> keeperDies();
      case 14 -> world.keepers.getFirst().sleepFor(world.time.millis(100, 6_000));
      case 15 -> rogue(any);
      case 16 -> killAll(List.of(SimServer.Restart.ALL_DATA, SimServer.Restart.OLD_SNAPSHOT));
      case 17 -> slow();
      case 18 -> lag(any);
      case 19, 20, 21 -> ask(any);
      default -> throw new IllegalStateException("no such fault");
    }
  }

  /** Alive, and of no use to a keeper, or to clients. */
  private void hinder(SimServer server) {
    long length = world.time.millis(300, 8_000);
    switch (random.nextInt(3)) {
      case 0 -> server.cannotSaveFor(length);
      case 1 -> server.denyFor(SimServer.Denial.NOAUTH, length);
      case 2 -> server.denyFor(SimServer.Denial.NOPERM, length);
      default -> throw new IllegalStateException("no such hindrance");
    }
    if (random.nextInt(4) == 0) {
      world.time.after(world.time.millis(0, 3_000), () -> killIfActive(server));
    }
  }

  private void killIfActive(SimServer server) {
    if (active) {
      killAndRestart(server);
    }
  }

  /** Something happens while a switchover may be at any of its steps. */
  private void disturb(SimServer primary, SimServer any) {
    if (!active) {
      return;
    }
    switch (random.nextInt(6)) {
      case 0 -> killAndRestart(primary);
      case 1 -> killAndRestart(any);
      case 2 -> stopAndWake(random.nextBoolean() ? primary : any);
      case 3 -> cutFor(primary.name, any.name, world.time.millis(20, 2_000));
      case 4 -> keeperDies();
      case 5 -> {
        // Somebody writes to the primary directly.
        for (int i = 0; i < 40; i++) {
          world.time.after(
              world.time.millis(0, 400),
              () -> {
                if (primary.isWell() && primary.takesWrites()) {
                  primary.execute(new Dataset.Command.Write(world.clients.newId()));
                }
              });
        }
      }
      default -> throw new IllegalStateException("no such disturbance");
    }
  }

  private void ask(SimServer to) {
    if (!active) {
      return;
    }
    Optional<Address> target = random.nextBoolean() ? Optional.empty() : Optional.of(to.address);
    world
        .keepers
        .getFirst()
        .ask(
            random.nextInt(5) == 0
                ? new Request.ForcedFailover(to.address, "an operator")
                : new Request.Switchover(target, "an operator"));
  }

  private void killAndRestart(SimServer server) {
    server.kill();
    SimServer.Restart how = RESTARTS.get(random.nextInt(RESTARTS.size()));
    boolean asReplica = random.nextInt(3) == 0;
    if (random.nextInt(4) > 0) {
      world.time.after(world.time.millis(0, 8_000), () -> server.restart(how, asReplica));
    }
  }

  private void emptyRestartAtOnce(SimServer server) {
    server.kill();
    server.restart(SimServer.Restart.EMPTY, false);
  }

  private void stopAndWake(SimServer server) {
    server.stop();
    world.time.after(world.time.millis(50, 12_000), server::wake);
  }

  private void cutKeeper(SimServer server) {
    String keeper = world.keepers.getFirst().name();
    int which = random.nextInt(3);
    if (which != 1) {
      cutFor(keeper, server.name, world.time.millis(100, 8_000));
    }
    if (which != 0) {
      cutFor(server.name, keeper, world.time.millis(100, 8_000));
    }
  }

  private void cutReplication(SimServer a, SimServer b) {
    if (a != b) {
      long length = world.time.millis(200, 12_000);
      cutFor(a.name, b.name, length);
      if (random.nextBoolean()) {
        cutFor(b.name, a.name, length);
      }
    }
  }

  private void isolate(SimServer server) {
    long length = world.time.millis(500, 10_000);
    if (random.nextBoolean()) {
      cutFor(Clients.PROXY, server.name, length);
      cutFor(server.name, Clients.PROXY, length);
    }
    for (SimServer other : world.servers) {
      if (other != server) {
        cutFor(server.name, other.name, length);
        cutFor(other.name, server.name, length);
      }
    }
    if (random.nextBoolean()) {
      cutFor(world.keepers.getFirst().name(), server.name, length);
      cutFor(server.name, world.keepers.getFirst().name(), length);
    }
  }

  private void cutFor(String from, String to, long nanos) {
    world.network.cut(from, to);
    world.time.after(nanos, () -> world.network.heal(from, to));
  }

  private void keeperDies() {
    SimKeeper keeper = world.keepers.getFirst();
    keeper.crash();
    world.time.after(world.time.millis(10, 5_000), keeper::start);
  }

  private void rogue(SimServer server) {
    if (!server.isWell()) {
      return;
    }
    switch (random.nextInt(5)) {
      case 0 -> {
        server.trace("an operator says REPLICAOF NO ONE");
        server.replicaOfNoOne();
        for (int i = 0; i < 3; i++) {
          server.execute(new Dataset.Command.Write(world.clients.newId()));
        }
      }
      case 1 -> {
        SimServer other = world.servers.get(random.nextInt(world.servers.size()));
        if (other != server) {
          server.trace("an operator says REPLICAOF " + other.name);
          world.checks.operatorGaveUp(server);
          server.replicaOf(other.address.host(), other.address.port());
        }
      }
      case 2 -> {
        if (server.role == Role.PRIMARY) {
          server.trace("an operator deletes the mark");
          server.execute(new Dataset.Command.DeleteMark());
        }
      }
      case 3 -> {
        server.trace("an operator sets replica-priority " + (server.priority == 0 ? 100 : 0));
        server.priority = server.priority == 0 ? 100 : 0;
      }
      case 4 -> {
        if (theme == Theme.OPERATOR) {
          SimKeeper keeper = world.keepers.getFirst();
          keeper.pauseGroup("an operator asked for it");
          world.time.after(world.time.millis(1_000, 6_000), () -> keeper.pauseGroup(null));
        }
      }
      default -> throw new IllegalStateException("no such command");
    }
  }

  private void killAll(List<SimServer.Restart> ways) {
    for (SimServer server : world.servers) {
      world.time.after(
          world.time.millis(0, 300),
          () -> {
            if (!active) {
              return;
            }
            server.kill();
            SimServer.Restart how = ways.get(random.nextInt(ways.size()));
            boolean asReplica = random.nextBoolean();
            world.time.after(world.time.millis(0, 6_000), () -> server.restart(how, asReplica));
          });
    }
  }

  private void slow() {
    world.network.slowUntil(world.time.nowNanos() + world.time.millis(500, 4_000));
  }

  /** Replicas die, come back with less, fall behind, or are outnumbered; then the primary dies. */
  private void votersChange(SimServer primary) {
    int untilMillis = 500 + random.nextInt(3_500);
    long until = untilMillis * 1_000_000L;
    for (SimServer replica : world.servers) {
      if (replica == primary) {
        continue;
      }
      switch (random.nextInt(4)) {
        case 0 -> {
          replica.kill();
          world.time.after(
              world.time.millis(0, 1_500),
              () -> replica.restart(SimServer.Restart.OLD_SNAPSHOT, true));
        }
        case 1 -> cutFor(primary.name, replica.name, until + world.time.millis(0, 2_000));
        case 2 -> {
          long from = world.time.millis(0, untilMillis);
          world.time.after(
              from, () -> cutFor(primary.name, replica.name, world.time.millis(500, 6_000)));
        }
        case 3 -> {}
        default -> throw new IllegalStateException("no such change");
      }
    }
    if (random.nextBoolean()) {
      world.time.after(world.time.millis(0, untilMillis), primary::attachStranger);
    }
    if (random.nextInt(3) > 0) {
      world.time.after(
          until,
          () -> {
            if (active) {
              primary.kill();
              world.time.after(
                  world.time.millis(3_000, 9_000),
                  () -> primary.restart(SimServer.Restart.OLD_SNAPSHOT, false));
            }
          });
    }
  }

  /** One replica falls behind, and then the primary dies: the case for choosing well. */
  private void lag(SimServer replica) {
    SimServer primary =
        world.servers.stream()
            .filter(s -> s.alive && s.role == Role.PRIMARY)
            .findFirst()
            .orElse(null);
    if (primary == null || primary == replica) {
      return;
    }
    long length = random.nextBoolean() ? world.time.millis(500, 9_000) : world.time.millis(20, 200);
    cutFor(primary.name, replica.name, length);
    if (random.nextBoolean()) {
      // Nobody else is left to be promoted.
      world.servers.stream()
          .filter(s -> s != primary && s != replica)
          .forEach(s -> killFor(s, world.time.millis(4_000, 12_000)));
    }
    world.time.after(
        world.time.between(length / 2, length),
        () -> {
          if (!active) {
            return;
          }
          primary.kill();
          world.time.after(
              world.time.millis(2_000, 9_000),
              () -> primary.restart(SimServer.Restart.OLD_SNAPSHOT, false));
        });
  }

  private void killFor(SimServer server, long nanos) {
    server.kill();
    world.time.after(nanos, () -> server.restart(SimServer.Restart.ALL_DATA, true));
  }

  /** A primary that stops, and wakes about when another is being promoted. */
  private void freezeUntilReplaced(SimServer server) {
    server.stop();
    long patience = world.policy.downAfter().toNanos();
    world.time.after(patience + world.time.millis(-50, 700), server::wake);
    if (random.nextBoolean()) {
      world.time.after(patience - SECOND / 10, this::slow);
    }
  }

  /** Replicas that stop while orders are on their way to them, and carry them out much later. */
  private void stopWhileOrdered(SimServer primary) {
    killAndRestart(primary);
    if (random.nextBoolean()) {
      slow();
    }
    for (SimServer server : world.servers) {
      if (server != primary && random.nextInt(3) > 0) {
        long at = world.time.millis(0, random.nextBoolean() ? 150 : 1_500);
        world.time.after(
            at,
            () -> {
              if (active) {
                server.stop();
                world.time.after(world.time.millis(500, 6_000), server::wake);
              }
            });
      }
    }
  }

  /** The keeper's state comes back from a backup that is older than the last failover. */
  private void restoreOldJournal(SimServer primary) {
    SimKeeper keeper = world.keepers.getFirst();
    if (restored || world.coordinator.isPresent()) {
      return;
    }
    restored = true;
    var backup = keeper.durable();
    primary.stop();
    world.time.after(
        world.policy.downAfter().toNanos() + world.time.millis(1_000, 3_000),
        () -> {
          primary.wake();
          // With every server of the newest reign gone, no one could tell that the journal is old.
          boolean told =
              keeper
                  .feed()
                  .primary()
                  .filter(p -> world.serverAt(p.address().port()).isRun(p.runId()))
                  .isPresent();
          if (active && told) {
            keeper.crash();
            backup.ifPresent(keeper::restore);
            world.time.after(world.time.millis(10, 2_000), () -> startIf(keeper));
          }
        });
  }

  /** What an operator does who reads that acknowledged writes cannot be proven to be there. */
  void forceIfUnproven() {
    SimKeeper keeper = world.keepers.getFirst();
    boolean stuck =
        keeper
            .journal()
            .operation()
            .filter(op -> op.phase() == Operation.Phase.CHOOSE && op.forcedTo().isEmpty())
            .isPresent();
    if (world.policy.durability().isPresent() && stuck) {
      world.newcomers.members().stream()
          .filter(s -> s.isWell() && world.places.mayLead(s))
          .max(Comparator.comparingInt(s -> s.data.writes.size()))
          .ifPresent(s -> keeper.ask(new Request.ForcedFailover(s.address, "an operator")));
    }
  }

  /** A primary takes a new history: keepers may not be able to read it any more. */
  void firstReplicaAttaches(SimServer primary) {
    if (active && world.time.nowNanos() > fromNanos && random.nextInt(2) == 0) {
      primary.denyFor(SimServer.Denial.NOPERM, SECOND);
    }
  }

  /** Its first replica was filled: it may die before anybody has read what its history is. */
  void firstReplicaWasFilled(SimServer primary) {
    if (active && primary.isDenying()) {
      world.time.after(
          world.time.millis(1, 250),
          () -> {
            if (active) {
              primary.kill();
            }
          });
    }
  }

  /** Whether a keeper's process dies between two steps. */
  boolean diesNow(SimKeeper keeper, String where) {
    boolean busy = keeper.journal().operation().isPresent();
    if (!active || !crashesAtSteps || random.nextInt(busy ? 40 : 400) != 0) {
      return false;
    }
    world.time.trace(keeper.name(), "is about to die " + where);
    keeper.crash();
    world.time.after(world.time.millis(10, 3_000), () -> startIf(keeper));
    return true;
  }

  private void startIf(SimKeeper keeper) {
    if (active) {
      keeper.start();
    }
  }

  /** How long the disk takes this time. */
  long diskNanos(SimKeeper keeper) {
    if (active && random.nextInt(60) == 0) {
      keeper.lastTroubleNanos = world.time.nowNanos() + SECOND / 2;
      return world.time.millis(20, 500);
    }
    return world.time.between(200_000L, 4_000_000L);
  }

  /** Ends every fault: all processes run, all paths are open. */
  void healAll() {
    stop();
    for (SimServer a : world.servers) {
      a.wake();
      a.busyUntilNanos = -1;
      a.relent();
      for (SimServer b : world.servers) {
        world.network.heal(a.name, b.name);
      }
      world.network.heal(a.name, Clients.PROXY);
      world.network.heal(Clients.PROXY, a.name);
      for (SimKeeper keeper : world.processes()) {
        world.network.heal(a.name, keeper.name());
        world.network.heal(keeper.name(), a.name);
      }
      if (!a.alive) {
        a.restart(
            random.nextBoolean() ? SimServer.Restart.ALL_DATA : SimServer.Restart.OLD_SNAPSHOT,
            random.nextBoolean());
      }
    }
    if (world.keepers.size() > 1) {
      world.keepers.get(1).crash();
    }
    SimKeeper first = world.keepers.getFirst();
    first.pauseGroup(null);
    first.start();
  }
}
