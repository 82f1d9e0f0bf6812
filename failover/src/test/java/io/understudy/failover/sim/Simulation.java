package io.understudy.failover.sim;

import io.understudy.failover.decide.DurabilityPolicy;
import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.failover.decide.Upkeep;
import io.understudy.topology.Verification;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * One run of the simulated world from one seed: a start, faults, a healing, and the end, at which
 * everything must be well again. Every invariant is checked after every event.
 */
public final class Simulation {
  private static final long SECOND = 1_000_000_000L;
  private static final long FAULTS_FROM = 4 * SECOND;
  private static final long FAULTS_UNTIL = 24 * SECOND;
  private static final long HEALED_AT = 28 * SECOND;

  /** I10: after the faults end, all must be well within this. */
  static final long RECOVERY = 30 * SECOND;

  private static final long LOOK_EVERY = SECOND / 2;
  private static final int STEADY_LOOKS = 2;

  /** After so long an operator gives up on writes that nobody can prove to be there. */
  private static final long PATIENCE = 10 * SECOND;

  private Simulation() {}

  /**
   * What is simulated.
   *
   * @param machine makes the decision core
   * @param policy draws the policy from the seed
   * @param isReal whether the core is whole, so that replaying an entry must agree with it
   * @param without safeguards outside the core that are left out: "compare mark", "check lease
   *     before reply", "check run on connect"
   * @param trouble the kind of fault that every run concentrates on; drawn where it is empty
   * @param skipped faults that do not happen, by their number
   */
  public record Setting(
      Function<FailoverPolicy, GroupMachine> machine,
      Function<Random, FailoverPolicy> policy,
      boolean isReal,
      Set<String> without,
      Optional<String> trouble,
      Set<Integer> skipped) {

    /** The same without some faults. */
    Setting skipping(Set<Integer> others) {
      return new Setting(machine, policy, isReal, without, trouble, Set.copyOf(others));
    }

    /** The same, where every run concentrates on one kind of trouble. */
    Setting troubledBy(String kind) {
      return new Setting(machine, policy, isReal, without, Optional.of(kind), skipped);
    }

    /** The real thing. */
    public static Setting real() {
      return new Setting(
          GroupMachine::new, Simulation::drawPolicy, true, Set.of(), Optional.empty(), Set.of());
    }
  }

  /**
   * How a run ended.
   *
   * @param seed what it was made from
   * @param violation the first invariant that did not hold; empty when all did
   * @param trace what happened, if it was asked for
   * @param failovers how many primaries were published after the first
   * @param acknowledged how many writes were acknowledged to clients
   * @param lost how many of those were lost within the configured bound
   * @param switchovers how many of the primaries came by a planned change
   * @param faults how many faults were planned; their numbers begin with 1
   * @param byHand how many pauses, planned switchovers and the like were asked for and accepted
   * @param takeovers how often one of several keepers came to lead
   * @param inherited how often it found a change under way
   * @param alone how many writes a proxy acknowledged that had lost the coordinator
   */
  public record Result(
      long seed,
      Optional<Violation> violation,
      List<String> trace,
      int failovers,
      int acknowledged,
      int lost,
      int switchovers,
      int faults,
      int byHand,
      int takeovers,
      int inherited,
      int alone) {}

  /** A policy with short times, and limits that are sometimes tight. */
  public static FailoverPolicy drawPolicy(Random random) {
    FailoverPolicy base = FailoverPolicy.DEFAULT;
    return new FailoverPolicy(
        Duration.ofMillis(1_000 + random.nextInt(2_000)),
        Duration.ofSeconds(3),
        base.candidateWait(),
        random.nextInt(3) == 0 ? 2_000 : base.maxLagBytes(),
        Duration.ofSeconds(random.nextInt(3) == 0 ? 3 : 60),
        random.nextBoolean() ? base.onConflict() : FailoverPolicy.OnConflict.FRESHEST,
        random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 10,
        Duration.ofSeconds(10),
        base.maxOperating(),
        base.maxSuspectedShare(),
        Duration.ofMillis(500 + random.nextInt(1_500)),
        base.retryAfter(),
        base.refusals(),
        drawDurability(random),
        new Upkeep(Duration.ofSeconds(4)),
        Optional.empty());
  }

  /** The same, and outputs that lost the coordinator may go on. */
  public static FailoverPolicy drawVerifyingPolicy(Random random) {
    return drawPolicy(random)
        .withDurability(Optional.empty())
        .withVerification(Optional.of(Verification.USUAL));
  }

  /** The same, and every write must be durable. */
  public static FailoverPolicy drawDurablePolicy(Random random) {
    FailoverPolicy drawn = drawPolicy(random);
    return drawn.durability().isPresent()
        ? drawn
        : drawn.withDurability(Optional.of(new DurabilityPolicy(1, Duration.ofSeconds(1))));
  }

  private static Optional<DurabilityPolicy> drawDurability(Random random) {
    return random.nextInt(3) == 0
        ? Optional.of(new DurabilityPolicy(random.nextInt(4) == 0 ? 2 : 1, Duration.ofSeconds(1)))
        : Optional.empty();
  }

  /** Runs one seed. */
  public static Result run(long seed, Setting setting, boolean tracing) {
    var world = new World(setting, seed, tracing);
    Optional<Violation> violation = Optional.empty();
    try {
      play(world);
    } catch (Violation v) {
      violation = Optional.of(v);
      world.time.trace("VIOLATED", String.valueOf(v.getMessage()));
    } catch (RuntimeException e) {
      violation = Optional.of(new Violation("defect", String.valueOf(e)));
      world.time.trace("VIOLATED", String.valueOf(e));
    }
    return new Result(
        seed,
        violation,
        world.time.lines(),
        world.checks.failovers(),
        world.checks.acknowledgedCount(),
        world.checks.lostCount(),
        world.checks.switchovers(),
        world.faultsPlanned(),
        world.operator.accepted(),
        world.coordinator.map(SimCoordinator::takeovers).orElse(0),
        world.coordinator.map(SimCoordinator::inherited).orElse(0),
        world.checks.aloneCount());
  }

  private static void play(World world) {
    world.time.afterEach(world.checks::always);
    startServers(world);
    if (world.coordinator.isPresent()) {
      world.processes().forEach(SimKeeper::start);
    } else {
      world.keepers.getFirst().start();
    }
    world.clients.start();
    world.faults.plan(FAULTS_FROM, FAULTS_UNTIL);
    world.newcomers.plan(FAULTS_FROM, FAULTS_UNTIL);
    world.operator.plan(FAULTS_FROM, FAULTS_UNTIL);
    world.coordinator.ifPresent(c -> c.plan(FAULTS_FROM, FAULTS_UNTIL));
    world.remote.start();
    watch(world);
    world.time.runUntil(HEALED_AT);
    world.faults.healAll();
    world.operator.stop();
    world.coordinator.ifPresent(SimCoordinator::heal);
    world.newcomers.bringAllBack();
    world.time.trace("world", "all faults are over");
    long deadline = HEALED_AT + RECOVERY;
    int steady = 0;
    while (steady < STEADY_LOOKS && world.time.nowNanos() < deadline) {
      world.time.runUntil(world.time.nowNanos() + LOOK_EVERY);
      steady = WorldFacts.unwell(world).isEmpty() ? steady + 1 : 0;
      if (world.time.nowNanos() > HEALED_AT + PATIENCE && steady == 0) {
        world.faults.forceIfUnproven();
      }
    }
    // A last look with the writers still, so that the data can be compared.
    world.clients.stop();
    world.time.runUntil(world.time.nowNanos() + 2 * SECOND);
    world.checks.atTheEnd();
  }

  private static void watch(World world) {
    world.checks.lookForNeglect();
    world.newcomers.lookForShortHands();
    world.time.after(LOOK_EVERY, () -> watch(world));
  }

  /** A primary and its replicas, as an operator would have set them up; or as they come. */
  private static void startServers(World world) {
    Random random = world.time.random();
    new Beginning(world).start();
    world.newcomers.startStandby();
    SimServer spared = world.servers.get(random.nextInt(world.servers.size()));
    for (SimServer server : world.servers) {
      if (random.nextInt(8) == 0 && server != spared) {
        server.priority = 0;
      }
    }
  }
}
