package io.understudy.zookeeper;

import io.understudy.topology.Coordinator;
import io.understudy.topology.Publisher;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * This process's part in the agreement through ZooKeeper: a keeper's seat, or only a follower. It
 * is the one place of this module where threads and the clock come from.
 */
public final class ZookeeperCoordinator implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final ZookeeperConnection connection;
  private final List<ThreadTurns> threads = new ArrayList<>();
  private final Timing timing;
  private final ExecutorService answerers = Executors.newVirtualThreadPerTaskExecutor();
  private Optional<KeeperSeat> seat = Optional.empty();
  private Optional<ThreadTurns> seatThread = Optional.empty();
  private Optional<Followed> followed = Optional.empty();

  private ZookeeperCoordinator(ZookeeperConnection connection, Timing timing) {
    this.connection = connection;
    this.timing = timing;
  }

  /**
   * Connects, and takes this keeper's seat.
   *
   * @param hasOutputs whether this process also serves clients, so that a failover waits for it
   * @param traffic what those clients await
   * @throws IOException in one line: nobody answers, no permission, or another living process has
   *     this keeper's id; nothing is left running
   */
  public static ZookeeperCoordinator keeper(
      ZookeeperOptions options, KeeperIdentity identity, boolean hasOutputs, TrafficFeed traffic)
      throws IOException {
    ZookeeperCoordinator coordinator = open(options);
    try {
      var seat =
          new KeeperSeat(
              coordinator.connection,
              identity,
              coordinator.timing,
              System::nanoTime,
              coordinator.thread("zookeeper-keeper"));
      coordinator.seatThread = Optional.of(coordinator.threads.getLast());
      coordinator.sitDown(seat, identity);
      coordinator.seat = Optional.of(seat);
      coordinator.followed =
          Optional.of(coordinator.followed(identity.groups(), hasOutputs, traffic));
      seat.start();
      return coordinator;
    } catch (IOException | RuntimeException e) {
      coordinator.close();
      throw e;
    }
  }

  /**
   * Connects, to follow what keepers publish of the groups and to decide nothing.
   *
   * @param traffic what the clients of this process await
   * @throws IOException in one line: nobody answers, or no permission; nothing is left running
   */
  public static ZookeeperCoordinator follower(
      ZookeeperOptions options, List<String> groups, TrafficFeed traffic) throws IOException {
    ZookeeperCoordinator coordinator = open(options);
    coordinator.followed = Optional.of(coordinator.followed(groups, true, traffic));
    return coordinator;
  }

  private static ZookeeperCoordinator open(ZookeeperOptions options) throws IOException {
    return new ZookeeperCoordinator(
        ZookeeperConnection.open(options, CONNECT), new Timing(options.session()));
  }

  private Turns thread(String name) {
    var turns =
        new ThreadTurns(
            Executors.newSingleThreadScheduledExecutor(
                work -> {
                  var made = new Thread(work, name);
                  made.setDaemon(true);
                  return made;
                }));
    threads.add(turns);
    return turns;
  }

  private Followed followed(List<String> groups, boolean hasOutputs, TrafficFeed traffic) {
    return new Followed(
        connection,
        UUID.randomUUID().toString(),
        groups,
        Tree.PARTS,
        hasOutputs,
        traffic,
        timing,
        System::nanoTime,
        thread("zookeeper-follower"));
  }

  /** A node of an earlier life is removed when it has been silent for long enough. */
  private void sitDown(KeeperSeat seat, KeeperIdentity identity) throws IOException {
    var earlier = new EarlierLife(timing.silence());
    for (Optional<Store.Cell> now = seat.sitDown(); now.isPresent(); now = seat.sitDown()) {
      switch (earlier.see(now.get(), System.nanoTime())) {
        case UNDECIDED -> {}
        case SILENT -> seat.buryEarlierLife(now.get().version());
        case LIVES ->
            throw new IOException(
                "another living process is keeper "
                    + identity.id()
                    + " already; give this one an id of its own (failover.keeper.id)");
      }
      LockSupport.parkNanos(timing.beat().toNanos() / 2);
    }
  }

  /** The ports of a keeper. To be called once. */
  public Coordinator coordinator() {
    KeeperSeat mine = seat.orElseThrow();
    return new Coordinator(
        new ZookeeperJournal(connection),
        new ZookeeperArchive(connection),
        mine,
        publisher(mine::news),
        mine,
        true);
  }

  /** What carries operators' requests from one keeper to another. To be called once. */
  public Relay relay() {
    return new Relay(
        connection,
        seat.orElseThrow()::holder,
        timing,
        System::nanoTime,
        () -> UUID.randomUUID().toString(),
        thread("zookeeper-requests"),
        answerers);
  }

  /** What a process that only follows acts upon. To be called once. */
  public Publisher publisher() {
    return publisher(groups -> {});
  }

  private Publisher publisher(Consumer<Set<String>> news) {
    return new Publications(
        connection,
        followed.orElseThrow(),
        timing,
        System::nanoTime,
        thread("zookeeper-publisher"),
        news);
  }

  /**
   * Follows what is published of other groups from now on. Any thread; returns at once.
   *
   * @param groups all of them
   */
  public void follow(List<String> groups) {
    followed.ifPresent(f -> f.follow(groups));
  }

  /**
   * Is a keeper that was told of another configuration from now on. It takes part again as soon as
   * a majority was told the same. Any thread; returns at once.
   *
   * @param identity with the id and the members of before
   */
  public void become(KeeperIdentity identity) {
    seat.ifPresent(s -> s.become(identity));
  }

  /**
   * Is no keeper any more, and goes on to follow what the others publish. Another process may take
   * the seat when this returns. Blocks.
   */
  public void giveUpSeat() {
    seatThread.ifPresent(ThreadTurns::end);
    try {
      for (ThreadTurns thread : seatThread.stream().toList()) {
        var _ = thread.awaitEnd(CLOSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    seat.ifPresent(KeeperSeat::leave);
  }

  /** Gives everything up and ends the session. */
  @Override
  public void close() {
    threads.forEach(ThreadTurns::end);
    answerers.shutdownNow();
    try {
      for (ThreadTurns thread : threads) {
        if (!thread.awaitEnd(CLOSE)) {
          break;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    followed.ifPresent(Followed::leave);
    seat.ifPresent(KeeperSeat::leave);
    connection.close();
  }
}
