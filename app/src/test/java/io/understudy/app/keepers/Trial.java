package io.understudy.app.keepers;

import io.understudy.failover.GroupOptions;
import io.understudy.failover.GroupStatus;
import io.understudy.failover.Keeper;
import io.understudy.failover.KeeperOptions;
import io.understudy.failover.decide.Decision;
import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.decide.Request;
import io.understudy.failover.observe.Cadence;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import io.understudy.topology.Topology;
import io.understudy.topology.TrafficFeed;
import io.understudy.zookeeper.EmbeddedZookeeper;
import io.understudy.zookeeper.KeeperIdentity;
import io.understudy.zookeeper.ZookeeperCoordinator;
import io.understudy.zookeeper.ZookeeperOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A ZooKeeper ensemble, three keepers and three servers, all of it real. */
final class Trial implements AutoCloseable {
  static final String GROUP = "orders";
  static final List<String> MEMBERS = List.of("k1", "k2", "k3");
  private static final Duration SESSION = Duration.ofSeconds(4);
  private static final int ANSWER_SECONDS = 30;
  private static final Cadence CADENCE =
      new Cadence(
          Duration.ofMillis(100),
          Duration.ofMillis(500),
          Duration.ofMillis(400),
          Duration.ofSeconds(1),
          Duration.ofMillis(100),
          Cadence.DEFAULT.turnEvery());

  final ReplicaSet servers;
  final List<Member> keepers = new ArrayList<>();
  private final List<Member> strangers = new ArrayList<>();
  private final List<Ports.Reserved> ports = new ArrayList<>();
  private final List<Path> folders = new ArrayList<>();
  private final List<Optional<EmbeddedZookeeper>> ensemble = new ArrayList<>();

  private Trial(int zookeepers, int replicas) throws IOException {
    for (int i = 0; i < zookeepers; i++) {
      ports.add(Ports.reserve());
      folders.add(Files.createTempDirectory("understudy-zookeeper-"));
      ensemble.add(Optional.empty());
    }
    for (int i = 0; i < zookeepers; i++) {
      startZookeeper(i);
    }
    servers = ReplicaSet.start(ServerVersion.usual(), replicas);
  }

  /** Starts everything, and waits until the group is whole. */
  static Trial start(int zookeepers) {
    try {
      var trial = new Trial(zookeepers, 2);
      for (String id : MEMBERS) {
        trial.startKeeper(id);
      }
      trial.awaitWhole(trial.servers.primary(), trial.servers.replicas());
      return trial;
    } catch (IOException e) {
      throw new AssertionError("the trial cannot start", e);
    }
  }

  void startZookeeper(int index) throws IOException {
    List<Address> all = addresses();
    ensemble.set(
        index,
        Optional.of(
            all.size() == 1
                ? EmbeddedZookeeper.alone(all.getFirst(), folders.getFirst())
                : EmbeddedZookeeper.member(index + 1, all, folders.get(index))));
  }

  void stopZookeeper(int index) {
    ensemble.get(index).ifPresent(EmbeddedZookeeper::close);
    ensemble.set(index, Optional.empty());
  }

  private List<Address> addresses() {
    return ports.stream().map(p -> new Address("127.0.0.1", p.port())).toList();
  }

  /** A keeper of the same servers that looks for the others below another prefix. */
  Member startElsewhere(String prefix) throws IOException {
    var member = new Member("k1", List.of("k1"), prefix);
    strangers.add(member);
    return member;
  }

  ZookeeperOptions options(String prefix) {
    return new ZookeeperOptions(
        addresses().stream().map(Address::toString).collect(Collectors.joining(",")),
        prefix,
        Optional.empty(),
        Optional.empty(),
        SESSION);
  }

  private static FailoverPolicy policy() {
    FailoverPolicy usual = FailoverPolicy.DEFAULT;
    return new FailoverPolicy(
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        usual.candidateWait(),
        usual.maxLagBytes(),
        usual.maxLagTime(),
        usual.onConflict(),
        usual.maxFailovers(),
        usual.failoverWindow(),
        usual.maxOperating(),
        usual.maxSuspectedShare(),
        Duration.ofMillis(700),
        usual.retryAfter());
  }

  /** A keeper, and what it published and decided. */
  final class Member implements AutoCloseable {
    final String id;
    final List<Topology> seen = new CopyOnWriteArrayList<>();
    final List<GroupStatus> decisions = new CopyOnWriteArrayList<>();
    private final ZookeeperCoordinator zookeeper;
    final Keeper keeper;
    private final AtomicBoolean closing = new AtomicBoolean();

    Member(String id, List<String> members, String prefix) throws IOException {
      this.id = id;
      zookeeper =
          ZookeeperCoordinator.keeper(
              options(prefix),
              new KeeperIdentity(id, members, "same", List.of(GROUP), "a test"),
              true,
              TrafficFeed.NONE);
      keeper =
          Keeper.start(
              new KeeperOptions(zookeeper.coordinator(), policy(), CADENCE, 1),
              List.of(
                  GroupOptions.of(
                      GROUP, servers.nodes().stream().map(RedisServer::address).toList())),
              TrafficFeed.NONE);
      keeper.onDecision(decisions::add);
      keeper.feed().subscribe(GROUP, seen::add);
    }

    /** Asks for a change; what comes of it is to be seen. */
    void ask(Request request) throws Exception {
      var _ = keeper.ask(GROUP, request, false).get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    Topology current() {
      return keeper.feed().current(GROUP);
    }

    boolean isServing(RedisServer server) {
      Topology current = current();
      return current.primary().filter(p -> p.address().equals(server.address())).isPresent()
          && keeper.feed().isCurrent(current);
    }

    boolean leads() {
      return keeper.status(GROUP).view().filter(view -> view.standing().leads()).isPresent();
    }

    boolean isClosed() {
      return closing.get();
    }

    /** Ends it at the first decision by a rule, wherever that leaves the operation. */
    void closeAtRule(String rule) {
      closeAt(decision -> decision.rule().equals(rule));
    }

    /** Ends it at the first decision like this that it takes as the leader. */
    void closeAt(Predicate<Decision> point) {
      var _ =
          keeper.onDecision(
              status -> {
                if (point.test(status.decision())
                    && status.view().filter(v -> v.standing().leads()).isPresent()
                    && !closing.get()) {
                  Thread.ofPlatform().start(this::close);
                }
              });
    }

    @Override
    public void close() {
      if (closing.compareAndSet(false, true)) {
        keeper.close();
        zookeeper.close();
      }
    }

    @Override
    public String toString() {
      return id + " " + keeper.status(GROUP).decision() + " " + current();
    }
  }

  Member startKeeper(String id) throws IOException {
    keepers.removeIf(k -> k.id.equals(id));
    var member = new Member(id, MEMBERS, "/understudy");
    keepers.add(member);
    return member;
  }

  List<Member> living() {
    return keepers.stream().filter(k -> !k.isClosed()).toList();
  }

  Member leader() {
    Eventually.holds("somebody leads", () -> living().stream().anyMatch(Member::leads));
    return living().stream().filter(Member::leads).findFirst().orElseThrow();
  }

  /** Waits until every living keeper's outputs may use the primary, and the others replicate. */
  void awaitWhole(RedisServer primary, List<RedisServer> others) {
    await(
        "every keeper serves " + primary,
        () -> living().stream().allMatch(k -> k.isServing(primary)));
    for (RedisServer other : others) {
      await(
          other + " replicates from " + primary,
          () ->
              other.info("role").equals("slave")
                  && other.info("master_port").equals(Integer.toString(primary.address().port()))
                  && other.info("master_link_status").equals("up"));
    }
  }

  /** Waits until every living keeper serves one primary of a later epoch. */
  RedisServer awaitSuccessor(long afterEpoch) {
    await(
        "an epoch after " + afterEpoch + " is served by all",
        () ->
            living().stream()
                .allMatch(
                    k ->
                        k.current().epoch().number() > afterEpoch
                            && k.current().primary().isPresent()
                            && k.keeper.feed().isCurrent(k.current())));
    Address address = living().getFirst().current().primary().orElseThrow().address();
    return servers.nodes().stream()
        .filter(s -> s.address().equals(address))
        .findFirst()
        .orElseThrow();
  }

  /** Waits until every living keeper serves the same primary, whichever it is. */
  RedisServer awaitAnyPrimary() {
    await(
        "one primary is served by all",
        () ->
            servers.nodes().stream()
                .anyMatch(server -> living().stream().allMatch(k -> k.isServing(server))));
    return servers.nodes().stream()
        .filter(server -> living().getFirst().isServing(server))
        .findFirst()
        .orElseThrow();
  }

  void await(String what, java.util.concurrent.Callable<Boolean> condition) {
    try {
      Eventually.holds(what, condition);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + living(), e);
    }
  }

  @Override
  public void close() {
    strangers.forEach(Member::close);
    keepers.forEach(Member::close);
    for (int i = 0; i < ensemble.size(); i++) {
      stopZookeeper(i);
    }
    servers.close();
    ports.forEach(Ports.Reserved::close);
  }
}
