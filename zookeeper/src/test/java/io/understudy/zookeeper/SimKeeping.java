package io.understudy.zookeeper;

import io.understudy.testkit.sim.VirtualTime;
import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.Journal;
import io.understudy.topology.Leadership;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A simulated process with the real seat, journal, publications and follower, and what drives them
 * in place of a group's rules: while it leads, it withdraws and replaces the primary now and then.
 */
final class SimKeeping {
  static final String GROUP = "orders";
  private static final Duration TURN = Duration.ofMillis(100);

  final SimProcess process;
  final Optional<KeeperSeat> seat;
  private final Followed followed;
  private final Optional<Publications> publications;
  private final Optional<Journal> journal;
  private final VirtualTime time;
  private final AgreementWorld world;
  private Topology board = Topology.unknown(GROUP);
  private @Nullable Topology mine;
  private long revision;

  SimKeeping(AgreementWorld world, SimProcess process, List<String> members, String id) {
    this.world = world;
    this.time = world.time;
    this.process = process;
    Store store = world.zookeeper.client(process);
    Timing timing = world.timing;
    followed =
        new Followed(
            store,
            process.name,
            List.of(GROUP),
            world.fewGroups,
            true,
            TrafficFeed.NONE,
            timing,
            process::nanoTime,
            process.thread());
    if (!members.contains(id)) {
      seat = Optional.empty();
      publications = Optional.empty();
      journal = Optional.empty();
      followed.start(this::follow);
      return;
    }
    var identity = new KeeperIdentity(id, members, "same", List.of(GROUP), "simulated");
    seat =
        Optional.of(
            new KeeperSeat(
                store, identity, world.keeperTiming(id), process::nanoTime, process.thread()));
    publications =
        Optional.of(
            new Publications(
                store,
                followed,
                world.publisherTiming(),
                process::nanoTime,
                process.thread(),
                groups -> {}));
    journal = Optional.of(new ZookeeperJournal(store));
    publications.get().follow(this::follow);
    seat.get().start();
    process.thread().every(TURN, this::turn);
  }

  /** What a follower's outputs act on; empty when they must not act. */
  Optional<Topology> actsOn() {
    return process.isAlive()
            && !process.isPaused()
            && followed.isUpToDate()
            && board.primary().isPresent()
        ? Optional.of(board)
        : Optional.empty();
  }

  boolean leads() {
    return process.isAlive()
        && !process.isPaused()
        && seat.filter(s -> s.standing(GROUP).leads()).isPresent();
  }

  private void follow(Topology topology) {
    if (topology.isAfter(board)) {
      board = topology;
    } else if (board.epoch().equals(topology.epoch())
        && board.version() == topology.version()
        && !board.equals(topology)) {
      throw new AssertionError("two publications of one number: " + board + ", " + topology);
    }
  }

  /** One turn, as a keeper's group has it. */
  private void turn() {
    Leadership.Standing standing = seat.orElseThrow().standing(GROUP);
    if (!standing.leads()) {
      mine = null;
      return;
    }
    try {
      if (mine == null) {
        takeOver();
      } else if (mine.primary().isPresent()) {
        if (world.stepsDown && time.random().nextInt(40) == 0) {
          seat.get().stepDown(GROUP, Optional.empty(), "simulated");
          mine = null;
        } else if (time.random().nextInt(12) == 0) {
          become(next(mine.epoch(), mine.version() + 1, Optional.empty()));
        }
      } else {
        replace();
      }
    } catch (IOException e) {
      time.trace(process.name, "gives up this turn: " + e.getMessage());
      mine = null;
    }
  }

  private void takeOver() throws IOException {
    Optional<Journal.Saved> saved = journal.orElseThrow().load(GROUP);
    if (saved.isEmpty()) {
      Topology first = next(Epoch.NONE, 1, Optional.empty());
      revision = journal.get().save(GROUP, text(first), 0);
      mine = first;
    } else {
      mine =
          TopologyText.read(saved.get().text().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      revision = saved.get().revision();
    }
    time.trace(process.name, "takes over at " + mine.epoch() + "." + mine.version());
    publications.orElseThrow().publish(mine);
  }

  private void replace() throws IOException {
    OptionalLong held = publications.orElseThrow().heldUntilNanos(GROUP);
    boolean letGo = held.isEmpty() || held.getAsLong() - process.nanoTime() <= 0;
    if (!letGo && !world.isWithout("wait for outputs")) {
      return;
    }
    Topology before = mine;
    if (before == null) {
      return;
    }
    Topology after = next(before.epoch().next(), 0, Optional.of(process.name));
    save(after);
    Leadership.Standing now = seat.orElseThrow().standing(GROUP);
    if (!now.leads()) {
      throw new IOException("the lease ended before the order was sent");
    }
    world.promoted(after.epoch(), process.name);
    publications.get().publish(after);
  }

  private void become(Topology next) throws IOException {
    save(next);
    publications.orElseThrow().publish(next);
  }

  private void save(Topology next) throws IOException {
    revision = journal.orElseThrow().save(GROUP, text(next), revision);
    mine = next;
  }

  private static String text(Topology topology) {
    return new String(TopologyText.write(topology), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static Topology next(Epoch epoch, long version, Optional<String> primary) {
    return new Topology(
        GROUP,
        epoch,
        version,
        primary.map(p -> new Node(new Address("127.0.0.1", 7001), new RunId(p + epoch))),
        List.of(),
        "simulated");
  }
}
