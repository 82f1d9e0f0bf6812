package io.understudy.failover.sim;

import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.failover.decide.Operation;
import io.understudy.topology.Role;
import io.understudy.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What several simulated keepers of one group agree through: sessions that expire, who leads, a
 * journal that is replaced by compare-and-set, and publications; and what goes wrong with it.
 *
 * <p>It is a plain model with one order of writes. The real seat, journal and publications run on a
 * simulated ensemble in the module {@code zookeeper}; what runs here is the real decision of each
 * keeper, and the real weighing of what the others see.
 *
 * <p>Draws its faults from a source of its own.
 */
final class SimCoordinator {
  /** Its end of the network. */
  static final String NAME = "zookeeper";

  static final String OWNER = "owner-of-keepers";

  private static final long SECOND = 1_000_000_000L;
  private static final long MILLISECOND = 1_000_000L;

  /** A group whose preferred keeper does not take it is taken by any after so many beats. */
  private static final int PATIENT_BEATS = 3;

  /** One life of a keeper as the coordinator knows it, and how far its outputs are. */
  static final class Session {
    final SimKeeper keeper;
    final int life;
    long heardNanos;
    boolean expired;

    /** Its keeper did not beat, and the others removed its place; the session may still live. */
    boolean buried;

    /**
     * The number of the publication that its outputs act on, and up to which nothing is awaited.
     */
    int processed = -1;

    int drained = -1;

    Session(SimKeeper keeper, long nowNanos) {
      this.keeper = keeper;
      this.life = keeper.life();
      this.heardNanos = nowNanos;
    }
  }

  /**
   * The journal as it is read.
   *
   * @param revision 0 where nothing was saved
   */
  record Saved(Optional<GroupJournal> journal, long revision) {}

  /**
   * Who leads.
   *
   * @param by whose life; null for nobody
   * @param number grows with each change, so that older news is known as such
   */
  record Lead(@Nullable Session by, int number) {}

  /** What a sign of life is answered with. */
  record Beat(Session session, Lead lead) {}

  /** What an output gets that wants its lease renewed. */
  record Renewal(boolean current, int number, Topology newest) {}

  final List<SimKeeper> members = new ArrayList<>();
  private final World world;
  private final Random random;
  private final long sessionNanos;
  private final List<Session> sessions = new ArrayList<>();
  private Lead lead = new Lead(null, 0);
  private long unledSinceNanos = -1;
  private @Nullable GroupJournal journal;
  private long revision;
  private Topology published = Topology.unknown(SimKeeper.GROUP);
  private int number;
  private boolean quorum = true;
  private boolean over;
  private int takeovers;
  private int inherited;

  SimCoordinator(World world, long seed, Function<FailoverPolicy, GroupMachine> machine) {
    this.world = world;
    this.random = new Random(seed * 41 + 13);
    // A lease is half of it, and must leave time for an order to be answered.
    this.sessionNanos = world.policy.actionDeadline().toNanos() * 4 + SECOND;
    int count = random.nextInt(3) == 0 ? 2 : 3;
    for (int i = 1; i <= count; i++) {
      members.add(new SimKeeper(world, "keeper" + i, machine.apply(world.policy), this));
    }
  }

  // ---- times, as parts of a session's

  long leaseNanos() {
    return sessionNanos / 2;
  }

  long beatNanos() {
    return sessionNanos / 12;
  }

  long freshNanos() {
    return sessionNanos / 4;
  }

  long proxyLeaseNanos() {
    return sessionNanos / 4;
  }

  long proxyBeatNanos() {
    return sessionNanos / 24;
  }

  long proxySilenceNanos() {
    return proxyLeaseNanos() * 5 / 4;
  }

  private long silenceNanos() {
    return leaseNanos() * 5 / 4;
  }

  int majority() {
    return members.size() / 2 + 1;
  }

  // ---- what happened

  /** How often a keeper came to lead. */
  int takeovers() {
    return takeovers;
  }

  /** How often it found a change under way in the journal. */
  int inherited() {
    return inherited;
  }

  Optional<GroupJournal> journal() {
    return Optional.ofNullable(journal);
  }

  // ---- what it does for keepers

  /** Whether it answers anybody. */
  boolean answers() {
    return quorum;
  }

  boolean isAlive(Session session) {
    return !session.expired && world.time.nowNanos() - session.heardNanos <= sessionNanos;
  }

  /** A sign of life; an earlier life of the keeper is forgotten by its first. */
  Beat beat(SimKeeper keeper, String told) {
    long now = world.time.nowNanos();
    for (Session each : sessions) {
      each.expired |= now - each.heardNanos > sessionNanos;
      if (each.keeper == keeper) {
        each.expired |= each.buried || each.life != keeper.life();
      } else {
        each.buried |= now - each.heardNanos > silenceNanos();
      }
    }
    sessions.removeIf(s -> s.expired);
    Session session = sessions.stream().filter(s -> s.keeper == keeper).findFirst().orElse(null);
    if (session == null) {
      session = new Session(keeper, now);
      sessions.add(session);
    }
    session.heardNanos = now;
    claim(session, now);
    for (SimKeeper other : members) {
      if (other != keeper) {
        toSeat(other, seat -> seat.hear(keeper.name(), told));
      }
    }
    return new Beat(session, lead);
  }

  private void claim(Session session, long now) {
    Session by = lead.by();
    if (by != null && isAlive(by) && !by.buried) {
      return;
    }
    if (unledSinceNanos < 0) {
      unledSinceNanos = now;
    }
    boolean preferred = session.keeper == members.getFirst();
    boolean enough =
        sessions.stream().filter(s -> now - s.heardNanos <= freshNanos()).count() >= majority();
    if (enough && (preferred || now - unledSinceNanos > PATIENT_BEATS * beatNanos())) {
      lead(session);
    }
  }

  private void lead(@Nullable Session session) {
    var news = new Lead(session, lead.number() + 1);
    lead = news;
    unledSinceNanos = session == null ? world.time.nowNanos() : -1;
    world.time.trace(NAME, session == null ? "nobody leads" : session.keeper.name() + " leads");
    for (SimKeeper each : members) {
      toSeat(each, seat -> seat.learn(news));
    }
  }

  /** A leader gives the group up, to one that it names. */
  void handOver(Session from, String to) {
    if (lead.by() == from) {
      lead(
          sessions.stream()
              .filter(s -> s.keeper.name().equals(to) && isAlive(s))
              .findFirst()
              .orElse(null));
    }
  }

  /** News for a keeper; they take a while, and are lost where the path is cut. */
  private void toSeat(SimKeeper member, Consumer<Seat> news) {
    int life = member.life();
    world.network.send(
        NAME,
        member.name(),
        new Network.Connection(),
        () -> member.handle(life, () -> member.seat().ifPresent(news)));
  }

  Saved read(SimKeeper by) {
    takeovers++;
    if (journal != null && journal.operation().isPresent()) {
      inherited++;
      Operation op = journal.operation().get();
      world.time.trace(by.name(), "finds " + op.kind() + " in " + op.phase());
    }
    return new Saved(journal(), revision);
  }

  /** Replaces the journal that was read or saved under a revision, and no other. */
  OptionalLong save(GroupJournal next, long follows) {
    if (revision != follows) {
      return OptionalLong.empty();
    }
    journal = next;
    revision++;
    return OptionalLong.of(revision);
  }

  /** Publishes what is newer than what is published; says under which number. */
  OptionalInt publish(SimKeeper by, Topology topology) {
    if (topology.equals(published)) {
      return OptionalInt.of(number);
    }
    if (!topology.isAfter(published)) {
      return OptionalInt.empty();
    }
    published = topology;
    number++;
    world.checks.published(by, topology);
    members.forEach(each -> toSeat(each, Seat::follow));
    return OptionalInt.of(number);
  }

  Renewal renew(Session session, int processed, int drained) {
    if (processed == number) {
      session.processed = processed;
      session.drained = drained;
    }
    return new Renewal(processed == number, number, published);
  }

  /** Whether all outputs that may have a lease act on nothing older. */
  boolean allProcessed(int upTo) {
    return sessions.stream().filter(this::isAlive).allMatch(s -> s.processed >= upTo);
  }

  /** Whether all outputs that may have a lease await no answer from before. */
  boolean allDrained(int upTo, boolean leasesAreOver) {
    return sessions.stream()
        .filter(this::isAlive)
        .allMatch(s -> s.drained >= upTo || (s.processed < upTo && leasesAreOver));
  }

  // ---- what goes wrong

  void plan(long fromNanos, long untilNanos) {
    int times = 1 + random.nextInt(4);
    for (int i = 0; i < times; i++) {
      long at = fromNanos + (long) (random.nextDouble() * (untilNanos - fromNanos));
      world.time.after(at - world.time.nowNanos(), world.skippable(this::strike));
    }
  }

  private long millis(int from, int to) {
    return (from + random.nextInt(to - from)) * MILLISECOND;
  }

  private void strike() {
    if (over) {
      return;
    }
    SimKeeper any = members.get(random.nextInt(members.size()));
    SimKeeper victim = random.nextBoolean() ? world.keepers.getFirst() : any;
    long length = millis(100, 9_000);
    switch (random.nextInt(7)) {
      case 0, 1 -> victim.sleepFor(length);
      case 2 -> {
        cutFor(victim.name(), NAME, length);
        if (random.nextBoolean()) {
          cutFor(NAME, victim.name(), length);
        }
      }
      case 3 -> cutFor(NAME, victim.name(), length);
      case 4 -> {
        victim.crash();
        world.time.after(
            length,
            () -> {
              if (!over) {
                victim.start();
              }
            });
      }
      case 5 -> {
        quorum(false);
        world.time.after(length, () -> quorum(true));
      }
      case 6 -> {
        SimServer server = world.servers.get(random.nextInt(world.servers.size()));
        cutFor(victim.name(), server.name, length);
        cutFor(server.name, victim.name(), length);
      }
      default -> throw new IllegalStateException("no such fault");
    }
  }

  private void cutFor(String from, String to, long nanos) {
    world.network.cut(from, to);
    world.time.after(nanos, () -> world.network.heal(from, to));
  }

  private void quorum(boolean there) {
    if (quorum == there) {
      return;
    }
    world.time.trace(NAME, there ? "has its majority again" : "loses its majority");
    quorum = there;
    if (there) {
      // A new leader of the ensemble gives every session its whole time again.
      sessions.forEach(s -> s.heardNanos = world.time.nowNanos());
    }
  }

  void heal() {
    over = true;
    quorum(true);
    for (SimKeeper each : members) {
      world.network.heal(each.name(), NAME);
      world.network.heal(NAME, each.name());
      each.start();
    }
  }

  // ---- what must hold

  /** After every event: at most one decides at any instant. */
  void always() {
    SimKeeper deciding = null;
    for (SimKeeper each : members) {
      if (each.leadsNow()) {
        if (deciding != null) {
          throw new Violation("I11", deciding.name() + " and " + each.name() + " both lead");
        }
        deciding = each;
      }
    }
  }

  /** I8: no failover begins while a majority of the keepers plainly reaches the primary. */
  void beginsFailover(SimServer primary) {
    long since = world.time.nowNanos() - Checks.PLAIN;
    boolean plain =
        primary.isWell() && primary.role == Role.PRIMARY && primary.listenedSince(since);
    long reach =
        members.stream()
            .filter(SimKeeper::isRunning)
            .filter(k -> k.awakeSinceNanos() < since)
            .filter(k -> world.network.wasOpenSince(k.name(), primary.name, since))
            .filter(k -> world.network.wasOpenSince(k.name(), NAME, since))
            .count();
    if (plain && reach >= majority()) {
      throw new Violation(
          "I8", primary.name + " is failed over, and " + reach + " keepers reach it");
    }
  }
}
