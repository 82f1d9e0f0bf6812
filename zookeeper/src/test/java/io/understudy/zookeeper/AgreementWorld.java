package io.understudy.zookeeper;

import io.understudy.testkit.sim.VirtualTime;
import io.understudy.topology.Epoch;
import io.understudy.topology.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * One run of the real agreement on a simulated ensemble from one seed, with faults, and what must
 * hold after every event.
 */
final class AgreementWorld {
  private static final long SECOND = 1_000_000_000L;
  private static final long FAULTS_UNTIL = 20 * SECOND;
  private static final long END = 40 * SECOND;
  private static final int LAST_LOOKS = 200;
  private static final List<String> MEMBERS = List.of("a", "b", "c");

  final VirtualTime time;
  final Timing timing = new Timing(Duration.ofSeconds(6));
  final SimZookeeper zookeeper;

  /** Whether whoever leads gives the group up now and then. */
  final boolean stepsDown;

  /** Of no more groups than these, followers read all; else those whose parts were counted. */
  final int fewGroups;

  private final Set<String> without;
  private final Random random;
  private final List<SimKeeping> processes = new ArrayList<>();
  private final Map<Epoch, String> promotions = new HashMap<>();
  private Epoch newest = Epoch.NONE;
  private int lives;

  private AgreementWorld(long seed, Set<String> without, boolean tracing) {
    this.time = new VirtualTime(seed, tracing);
    this.random = time.random();
    this.without = without;
    this.stepsDown = seed % 4 == 0;
    this.fewGroups = seed / 4 % 2 == 0 ? 0 : 1;
    this.zookeeper = new SimZookeeper(time, timing);
  }

  /**
   * How a run ended.
   *
   * @param violation empty when everything held
   * @param promotions how many primaries were made
   */
  record Result(long seed, Optional<String> violation, int promotions, List<String> trace) {}

  static Result run(long seed, Set<String> without, boolean tracing) {
    var world = new AgreementWorld(seed, without, tracing);
    Optional<String> violation = Optional.empty();
    try {
      world.play();
    } catch (AssertionError e) {
      violation = Optional.of(String.valueOf(e.getMessage()));
    }
    return new Result(seed, violation, world.promotions.size(), world.time.lines());
  }

  boolean isWithout(String safeguard) {
    return without.contains(safeguard);
  }

  /** One keeper that believes in a longer lease than the others do. */
  Timing keeperTiming(String id) {
    return isWithout("lease shorter than silence") && id.equals("a")
        ? new Timing(timing.session().multipliedBy(3))
        : timing;
  }

  Timing publisherTiming() {
    return isWithout("wait as long as a proxy's lease")
        ? new Timing(Duration.ofMillis(600))
        : timing;
  }

  private void play() {
    time.afterEach(this::check);
    MEMBERS.forEach(this::start);
    start("proxy");
    int faults = 2 + random.nextInt(6);
    for (int i = 0; i < faults; i++) {
      time.after(time.between(2 * SECOND, FAULTS_UNTIL), this::strike);
    }
    time.runUntil(FAULTS_UNTIL + 10 * SECOND);
    zookeeper.quorum(true);
    processes.forEach(p -> zookeeper.cut(p.process, false));
    processes.forEach(p -> p.process.wake());
    time.runUntil(END);
    requireWell();
  }

  private void start(String id) {
    var process = new SimProcess(time, id + "." + ++lives);
    processes.add(new SimKeeping(this, process, MEMBERS, id));
  }

  private SimKeeping any() {
    return processes.get(random.nextInt(processes.size()));
  }

  private SimKeeping aLeader() {
    return processes.stream().filter(SimKeeping::leads).findFirst().orElseGet(this::any);
  }

  private void strike() {
    SimKeeping victim = random.nextBoolean() ? aLeader() : any();
    long length = time.millis(100, 9_000);
    switch (random.nextInt(6)) {
      case 0, 1 -> victim.process.pause(length);
      case 2, 3 -> {
        zookeeper.cut(victim.process, true);
        time.after(length, () -> zookeeper.cut(victim.process, false));
      }
      case 4 -> {
        victim.process.die();
        processes.remove(victim);
        String id = victim.process.name.substring(0, victim.process.name.indexOf('.'));
        time.after(time.millis(10, 5_000), () -> start(id));
      }
      case 5 -> {
        zookeeper.quorum(false);
        time.after(length, () -> zookeeper.quorum(true));
      }
      default -> throw new IllegalStateException("no such fault");
    }
  }

  /** An order runs: nobody may still act on what was before. */
  void promoted(Epoch epoch, String by) {
    time.trace(by, "promotes in epoch " + epoch);
    String other = promotions.putIfAbsent(epoch, by);
    if (other != null && !other.equals(by)) {
      throw new AssertionError(other + " and " + by + " both promoted in epoch " + epoch);
    }
    newest = epoch.isAfter(newest) ? epoch : newest;
    if (newest.isAfter(epoch)) {
      throw new AssertionError(by + " promotes in epoch " + epoch + " after " + newest);
    }
  }

  private void check() {
    List<SimKeeping> leaders = processes.stream().filter(SimKeeping::leads).toList();
    if (leaders.size() > 1) {
      throw new AssertionError(
          "two lead at once: " + leaders.stream().map(l -> l.process.name).toList());
    }
    for (SimKeeping each : processes) {
      Optional<Topology> acted = each.actsOn();
      if (acted.isPresent() && newest.isAfter(acted.get().epoch())) {
        throw new AssertionError(
            each.process.name
                + " still acts on the primary of epoch "
                + acted.get().epoch()
                + " although one was made in epoch "
                + newest);
      }
    }
  }

  /** Some time after the last fault one leads, and every output follows. */
  private void requireWell() {
    boolean led = false;
    boolean followed = false;
    // The primary is replaced all the time, and a keeper may be late once: within some seconds
    // both.
    for (int i = 0; i < LAST_LOOKS && !(led && followed); i++) {
      time.runUntil(time.nowNanos() + SECOND / 20);
      led |= processes.stream().anyMatch(SimKeeping::leads);
      followed |= processes.stream().allMatch(p -> p.actsOn().isPresent());
    }
    if (!led || !followed) {
      throw new AssertionError(
          "long after the last fault: somebody leads: " + led + ", all follow: " + followed);
    }
  }
}
