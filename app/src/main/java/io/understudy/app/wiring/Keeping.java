package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.rest.GroupReport;
import io.understudy.app.wiring.takeover.LocalPublisher;
import io.understudy.app.wiring.takeover.LocalStanding;
import io.understudy.app.wiring.takeover.Predecessor;
import io.understudy.failover.GroupOptions;
import io.understudy.failover.GroupStatus;
import io.understudy.failover.Keeper;
import io.understudy.failover.decide.Answer;
import io.understudy.failover.decide.Decision;
import io.understudy.failover.decide.Entry;
import io.understudy.failover.decide.MemberChange;
import io.understudy.failover.decide.Membership;
import io.understudy.failover.decide.Request;
import io.understudy.failover.journal.JournalStore;
import io.understudy.failover.journal.LocalJournal;
import io.understudy.failover.publish.TopologyBoard;
import io.understudy.topology.Address;
import io.understudy.topology.Coordinator;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import io.understudy.topology.TrafficFeed;
import io.understudy.zookeeper.KeeperIdentity;
import io.understudy.zookeeper.Relay;
import io.understudy.zookeeper.ZookeeperCoordinator;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of the running program that knows who is primary: a keeper that decides alone, one of
 * several that decide together, or a follower of those.
 */
final class Keeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.app");

  /** How often is tried to read a journal that cannot be read. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Optional<Keeper> keeper;
  private final TopologyBoard board;
  private final AutoCloseable ground;
  private final Optional<Seat> seat;
  private Optional<LocalPublisher> publisher = Optional.empty();
  private Optional<Predecessor> predecessor = Optional.empty();
  private Optional<ZookeeperCoordinator> zookeeper = Optional.empty();

  /** Present where clients are served and ZooKeeper may be lost. */
  private Optional<Verifying> verifying = Optional.empty();

  private Optional<KeeperIdentity> identity = Optional.empty();
  private volatile boolean seatGivenUp;

  /** This keeper among several. */
  private record Seat(String id, Relay relay) {}

  private Keeping(
      Optional<Keeper> keeper, TopologyBoard board, AutoCloseable ground, Optional<Seat> seat) {
    this.keeper = keeper;
    this.board = board;
    this.ground = ground;
    this.seat = seat;
  }

  /**
   * Starts what the configuration asks for.
   *
   * @param predecessor the process that this one takes over from
   * @throws StartException in one line; nothing is left running
   */
  static Keeping start(
      Configuration configuration,
      TrafficFeed traffic,
      Certificates certificates,
      Optional<Predecessor> predecessor)
      throws StartException {
    return switch (configuration.failover().coordinator()) {
      case LOCAL -> local(configuration, traffic, certificates, predecessor);
      case ZOOKEEPER -> {
        free(predecessor);
        ZookeeperCoordinator zookeeper =
            connected(
                () ->
                    ZookeeperCoordinator.keeper(
                        Options.zookeeper(configuration),
                        Options.identity(configuration),
                        !configuration.proxy().listeners().isEmpty(),
                        traffic));
        String id = configuration.failover().keeper().orElseThrow().id();
        Coordinator coordinator = zookeeper.coordinator();
        var seat = new Seat(id, zookeeper.relay());
        Keeping keeping =
            keeper(configuration, coordinator, traffic, zookeeper, Optional.of(seat), certificates);
        keeping.zookeeper = Optional.of(zookeeper);
        keeping.identity = Optional.of(Options.identity(configuration));
        keeping.verify(configuration, certificates);
        yield keeping;
      }
      case FOLLOW -> {
        free(predecessor);
        ZookeeperCoordinator zookeeper =
            connected(
                () ->
                    ZookeeperCoordinator.follower(
                        Options.zookeeper(configuration),
                        Options.groupNames(configuration),
                        traffic));
        var publisher = zookeeper.publisher();
        var board = new TopologyBoard(publisher::isUpToDate, System::nanoTime);
        publisher.follow(board::publish);
        Keeping keeping = new Keeping(Optional.empty(), board, zookeeper, Optional.empty());
        keeping.zookeeper = Optional.of(zookeeper);
        keeping.verify(configuration, certificates);
        yield keeping;
      }
    };
  }

  /** Lets clients' requests go on without ZooKeeper, where what is published allows that. */
  private void verify(Configuration configuration, Certificates certificates) {
    if (!configuration.proxy().listeners().isEmpty()) {
      var begun = new Verifying(board, certificates, System::nanoTime);
      begun.follow(configuration.groups());
      verifying = Optional.of(begun);
    }
  }

  private static void free(Optional<Predecessor> predecessor) throws StartException {
    if (predecessor.isPresent()) {
      try {
        predecessor.get().free();
      } catch (IOException e) {
        throw new StartException("--takeover: " + e.getMessage(), e);
      }
    }
  }

  /** A keeper that decides alone: at once, or when its predecessor has ended. */
  private static Keeping local(
      Configuration configuration,
      TrafficFeed traffic,
      Certificates certificates,
      Optional<Predecessor> predecessor)
      throws StartException {
    LocalStanding standing =
        new LocalStanding(
            System::nanoTime,
            predecessor.map(
                old ->
                    "process "
                        + old.process()
                        + " decides until it has ended: this one takes over from it"));
    LocalPublisher publisher = new LocalPublisher(System::nanoTime, standing::news);
    LocalJournal journal = openFolder(configuration, predecessor.isPresent());
    Coordinator coordinator =
        new Coordinator(
            journal, journal.archive(), standing, publisher, standing, predecessor.isPresent());
    Keeping keeping =
        keeper(configuration, coordinator, traffic, journal, Optional.empty(), certificates);
    keeping.publisher = Optional.of(publisher);
    keeping.predecessor = predecessor;
    if (predecessor.isPresent()) {
      try {
        predecessor.get().follow(publisher, traffic, System::nanoTime);
      } catch (IOException e) {
        keeping.close();
        throw new StartException("--takeover: " + e.getMessage(), e);
      }
      List<String> groups = Options.groupNames(configuration);
      Thread heir =
          new Thread(
              () -> succeed(predecessor.get(), journal, groups, publisher, standing), "heir");
      heir.setDaemon(true);
      heir.start();
    }
    return keeping;
  }

  /** Waits for the predecessor's end, and decides from then on. */
  private static void succeed(
      Predecessor predecessor,
      LocalJournal journal,
      List<String> groups,
      LocalPublisher publisher,
      LocalStanding standing) {
    try {
      journal.awaitLock();
    } catch (ClosedChannelException e) {
      LOG.debug("this process ended first", e);
      return;
    } catch (IOException e) {
      LOG.error("requests wait, because this process cannot decide: {}", e.getMessage());
      return;
    }
    String said = "";
    for (Optional<String> obstacle = catchUp(journal, groups, publisher);
        obstacle.isPresent();
        obstacle = catchUp(journal, groups, publisher)) {
      if (!obstacle.get().equals(said)) {
        said = obstacle.get();
        LOG.error("requests wait, because this process cannot decide: {}; tried again", said);
      }
      LockSupport.parkNanos(RETRY.toNanos());
    }
    publisher.endFollowing();
    standing.lead();
    LOG.info("process {} has ended: this one decides from now on", predecessor.process());
  }

  /**
   * Nothing that was promoted meanwhile may be unknown here before the first request goes on.
   *
   * @return why it cannot be known
   */
  private static Optional<String> catchUp(
      LocalJournal journal, List<String> groups, LocalPublisher publisher) {
    try {
      for (String group : groups) {
        JournalStore.read(journal, group).ifPresent(read -> publisher.handOn(read.published()));
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Keeping keeper(
      Configuration configuration,
      Coordinator coordinator,
      TrafficFeed traffic,
      AutoCloseable ground,
      Optional<Seat> seat,
      Certificates certificates)
      throws StartException {
    List<GroupOptions> groups = Options.groups(configuration, configuration.groups(), certificates);
    Keeper keeper = Keeper.start(Options.keeper(configuration, coordinator), groups, traffic);
    return new Keeping(Optional.of(keeper), keeper.board(), ground, seat);
  }

  private static LocalJournal openFolder(Configuration configuration, boolean isAnothers)
      throws StartException {
    Path folder = configuration.failover().stateDirectory();
    try {
      return isAnothers ? LocalJournal.behind(folder) : LocalJournal.open(folder);
    } catch (IOException e) {
      throw new StartException("failover.state: " + e.getMessage(), e);
    }
  }

  /** Something that connects to ZooKeeper. */
  private interface Connecting {
    ZookeeperCoordinator connect() throws IOException;
  }

  private static ZookeeperCoordinator connected(Connecting connecting) throws StartException {
    try {
      return connecting.connect();
    } catch (IOException e) {
      throw new StartException("failover.zookeeper: " + e.getMessage(), e);
    }
  }

  /** What carries requests to other keepers and theirs to this one; empty where it is alone. */
  Optional<Relay> relay() {
    return seat.map(Seat::relay);
  }

  /**
   * Hands a request to the process that acts for a group. Blocks.
   *
   * @param deadline how long that may take
   * @return the answer; empty when no other process acts for it, or none is known
   * @throws IOException in one line: there is no answer
   */
  Optional<String> handOver(String group, String request, Duration deadline) throws IOException {
    if (predecessor.isPresent()) {
      return predecessor.get().ask(group, request, deadline);
    }
    return seat.isPresent() ? seat.get().relay().ask(group, request, deadline) : Optional.empty();
  }

  /** This keeper's name among several. */
  Optional<String> id() {
    return seat.map(Seat::id);
  }

  /** What is published of the groups. */
  TopologyFeed feed() {
    return board;
  }

  /** Whether the coordinator vouches for a publication now, and not only the primary's replicas. */
  boolean isVouchedFor(Topology topology) {
    return board.isVouchedFor(topology);
  }

  /**
   * Decides nothing any more where several keepers agree, and follows what they publish. Blocks.
   */
  void giveUpSeat() {
    if (seat.isPresent() && zookeeper.isPresent() && !seatGivenUp) {
      keeper.ifPresent(Keeper::close);
      zookeeper.get().giveUpSeat();
      seatGivenUp = true;
    }
  }

  /** Whether it has done so: it cannot be had again. */
  boolean hasGivenUpSeat() {
    return seatGivenUp;
  }

  /** Where this process decides alone, what a successor is to follow. */
  Optional<LocalPublisher> publisher() {
    return publisher;
  }

  /** Tells the keeper how to log in to a group from now on. */
  void login(Configuration.Group group) {
    keeper.ifPresent(
        k -> {
          if (k.groups().contains(group.name())) {
            k.login(group.name(), Options.credentials(group));
          }
        });
  }

  /**
   * Looks after one more group, or follows it.
   *
   * @throws IllegalArgumentException in one line, when one of its nodes is another group's
   */
  void add(Configuration.Group group, Configuration.Zones zones, Certificates certificates)
      throws StartException {
    if (keeper.isPresent() && !seatGivenUp) {
      keeper.get().add(Options.group(group, zones, certificates));
    }
  }

  /**
   * Does as a configuration says from now on. Blocks.
   *
   * @param anew the groups that are looked after in another way
   * @param names the groups that clients are led to or finish in
   */
  void follow(Configuration configuration, List<GroupOptions> anew, List<String> names) {
    zookeeper.ifPresent(z -> z.follow(names));
    verifying.ifPresent(v -> v.follow(configuration.groups()));
    if (keeper.isEmpty() || seatGivenUp) {
      return;
    }
    Keeper own = keeper.get();
    own.follow(Options.keeper(configuration, own.options().coordinator()), anew);
    if (identity.isPresent() && zookeeper.isPresent()) {
      KeeperIdentity next = Options.identity(configuration);
      if (!next.equals(identity.get())) {
        zookeeper.get().become(next);
        identity = Optional.of(next);
      }
    }
  }

  /**
   * Looks after a group no more, and does not follow it.
   *
   * @param left the groups that clients are led to or finish in
   */
  void remove(String group, List<String> left) {
    zookeeper.ifPresent(z -> z.follow(left));
    verifying.ifPresent(v -> v.forget(group));
    keeper.ifPresent(k -> k.remove(group));
    board.forget(group);
  }

  /** The nodes that a group of the configuration has now, but for standbys at work. */
  List<Address> members(Configuration.Group group) {
    return status(group.name())
        .journal()
        .map(
            journal ->
                Membership.of(group.nodes(), journal).stream()
                    .filter(
                        node ->
                            journal.memberChange(node).flatMap(MemberChange::standsFor).isEmpty())
                    .toList())
        .orElse(group.nodes());
  }

  /** Everything known of a group; of a follower, what is published. */
  GroupStatus status(String group) {
    GroupStatus status = keeper.map(k -> k.status(group)).orElseGet(() -> followed(group));
    Decision decision = status.decision();
    return verifying
        .flatMap(v -> v.remark(group))
        .map(
            remark ->
                status.with(
                    new Decision(
                        decision.rule(), decision.reason() + "; " + remark, decision.actions())))
        .orElse(status);
  }

  /**
   * How this process's clients get along without ZooKeeper, or would; empty where it is as usual.
   */
  Optional<String> outlook(String group) {
    return verifying.flatMap(v -> v.outlook(group));
  }

  /** Whether what this process's clients are led by is known to be the newest. */
  GroupReport.Publication publication(String group) {
    Topology newest = board.current(group);
    if (board.isVouchedFor(newest)) {
      return GroupReport.Publication.CURRENT;
    }
    return board.isBelieved(newest)
        ? GroupReport.Publication.BELIEVED
        : GroupReport.Publication.DOUBTFUL;
  }

  private GroupStatus followed(String group) {
    Topology published = board.current(group);
    boolean waits =
        !board.isCurrent(published) && verifying.flatMap(v -> v.remark(group)).isEmpty();
    return new GroupStatus(
        group,
        new Decision(
            "follow",
            "this process does what keepers elsewhere publish"
                + (waits ? "; now nothing is known to be the newest, and requests wait" : ""),
            List.of()),
        Optional.empty(),
        Optional.empty(),
        published,
        List.of(),
        List.of());
  }

  /**
   * What was done for a group; empty where nobody decides. Blocks.
   *
   * @param most how many entries at most
   */
  List<Entry> history(String group, int most) throws IOException {
    return keeper.isPresent() ? keeper.get().history(group, most) : List.of();
  }

  /** One entry of a group's history. Blocks. */
  Optional<Entry> entry(String group, long number) throws IOException {
    return keeper.isPresent() ? keeper.get().entry(group, number) : Optional.empty();
  }

  /** Whether a keeper is in this process, and not only a follower. */
  boolean decides() {
    return keeper.isPresent();
  }

  /** Asks the keeper of this process; a follower has none, and says so. */
  CompletableFuture<Answer> ask(String group, Request request, boolean trial) {
    return keeper
        .map(k -> k.ask(group, request, trial))
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new IOException("this process only follows; ask a keeper")));
  }

  /** Calls {@code listener} for each decision; never, where keepers elsewhere decide. */
  TopologyFeed.Subscription onDecision(Consumer<GroupStatus> listener) {
    return keeper.map(k -> k.onDecision(listener)).orElse(() -> {});
  }

  @Override
  public void close() {
    verifying.ifPresent(Verifying::close);
    keeper.ifPresent(Keeper::close);
    try {
      ground.close();
    } catch (Exception e) {
      // The folder's lock ends with the process at the latest.
      LOG.warn("the state folder could not be closed", e);
    }
  }
}
