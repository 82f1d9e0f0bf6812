package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.decide.DurabilityPolicy;
import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.Placement;
import io.understudy.failover.hook.Hook;
import io.understudy.failover.journal.LocalJournal;
import io.understudy.failover.link.Credentials;
import io.understudy.failover.observe.Cadence;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.topology.Address;
import io.understudy.topology.Topology;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** A keeper with one group of real servers, and what it published, for tests. */
final class Watched implements AutoCloseable {
  static final String GROUP = "orders";

  private final Path folder;
  private final LocalJournal journal;
  private final Keeper keeper;
  private boolean closed;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final List<Topology> published = new CopyOnWriteArrayList<>();
  private final List<GroupStatus> decisions = new CopyOnWriteArrayList<>();

  private Watched(Path folder, KeeperSettings settings, List<Address> nodes) throws IOException {
    this.folder = folder;
    journal = LocalJournal.open(folder);
    keeper =
        Keeper.start(
            KeeperOptions.alone(journal)
                .withPolicy(settings.policy)
                .withCadence(settings.cadence)
                .withHooks(settings.hooks),
            List.of(
                new GroupOptions(
                    GROUP,
                    nodes,
                    Placement.NONE,
                    settings.credentials,
                    Optional.empty(),
                    settings.policy.durability())),
            TrafficFeed.NONE);
    keeper.onDecision(decisions::add);
    keeper.feed().subscribe(GROUP, published::add);
  }

  /** What a test may set. */
  record KeeperSettings(
      FailoverPolicy policy, Cadence cadence, Optional<Credentials> credentials, List<Hook> hooks) {
    static final KeeperSettings QUICK =
        new KeeperSettings(
            downAfter(Duration.ofSeconds(1)),
            new Cadence(
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                Duration.ofMillis(400),
                Duration.ofSeconds(1),
                Duration.ofMillis(100),
                Cadence.DEFAULT.turnEvery()),
            Optional.empty(),
            List.of());

    KeeperSettings with(Hook hook) {
      return new KeeperSettings(policy, cadence, credentials, List.of(hook));
    }

    KeeperSettings with(Credentials other) {
      return new KeeperSettings(policy, cadence, Optional.of(other), hooks);
    }

    KeeperSettings with(DurabilityPolicy durability) {
      return new KeeperSettings(
          policy.withDurability(Optional.of(durability)), cadence, credentials, hooks);
    }

    KeeperSettings with(FailoverPolicy.OnConflict onConflict) {
      return new KeeperSettings(
          policy(policy.downAfter(), onConflict), cadence, credentials, hooks);
    }

    /** As patient with nodes that are missing at a start as a keeper is that nobody tuned. */
    KeeperSettings withUsualStartWait() {
      return new KeeperSettings(
          policy(policy.downAfter(), FailoverPolicy.DEFAULT.startWait(), policy.onConflict()),
          cadence,
          credentials,
          hooks);
    }

    private static FailoverPolicy downAfter(Duration downAfter) {
      return policy(downAfter, FailoverPolicy.OnConflict.REFUSE);
    }

    private static FailoverPolicy policy(Duration downAfter, FailoverPolicy.OnConflict onConflict) {
      return policy(downAfter, Duration.ofSeconds(2), onConflict);
    }

    private static FailoverPolicy policy(
        Duration downAfter, Duration startWait, FailoverPolicy.OnConflict onConflict) {
      FailoverPolicy usual = FailoverPolicy.DEFAULT;
      return new FailoverPolicy(
          downAfter,
          startWait,
          usual.candidateWait(),
          usual.maxLagBytes(),
          usual.maxLagTime(),
          onConflict,
          usual.maxFailovers(),
          usual.failoverWindow(),
          usual.maxOperating(),
          usual.maxSuspectedShare(),
          usual.actionDeadline(),
          usual.retryAfter());
    }
  }

  /** Starts a keeper with a journal of its own. */
  static Watched over(List<RedisServer> servers) {
    return over(servers, KeeperSettings.QUICK);
  }

  static Watched over(List<RedisServer> servers, KeeperSettings settings) {
    return at(servers.stream().map(RedisServer::address).toList(), settings);
  }

  static Watched at(List<Address> nodes, KeeperSettings settings) {
    try {
      return at(Files.createTempDirectory("understudy-journal-"), nodes, settings);
    } catch (IOException e) {
      throw new AssertionError("cannot make a folder", e);
    }
  }

  /** Starts a keeper on a folder that an earlier one may have left. */
  static Watched at(Path folder, List<Address> nodes, KeeperSettings settings) {
    try {
      return new Watched(folder, settings, nodes);
    } catch (IOException e) {
      throw new AssertionError("cannot open the journal", e);
    }
  }

  Keeper keeper() {
    return keeper;
  }

  Path folder() {
    return folder;
  }

  GroupStatus status() {
    return keeper.status(GROUP);
  }

  GroupJournal journal() {
    return status().journal().orElseThrow();
  }

  Topology current() {
    return keeper.feed().current(GROUP);
  }

  List<Topology> published() {
    return published;
  }

  /** The names of the rules that held, in order, without repetition. */
  List<String> rules() {
    return decisions.stream().map(d -> d.decision().rule()).toList();
  }

  Watched awaitPrimary(RedisServer server) {
    await(
        server + " is published as primary",
        () -> current().primary().filter(p -> p.address().equals(server.address())).isPresent());
    return this;
  }

  Watched awaitAnyPrimary() {
    await("a primary is published", () -> current().primary().isPresent());
    return this;
  }

  /** Waits until a primary of a later epoch is published, and says which server it is. */
  RedisServer awaitSuccessor(long afterEpoch, List<RedisServer> among) {
    await(
        "an epoch after " + afterEpoch + " is published",
        () -> current().epoch().number() > afterEpoch && current().primary().isPresent());
    return serverAt(current().primary().orElseThrow().address(), among);
  }

  private static RedisServer serverAt(Address address, List<RedisServer> among) {
    return among.stream()
        .filter(server -> server.address().equals(address))
        .findFirst()
        .orElseThrow(() -> new AssertionError(address + " is not one of " + among));
  }

  /** How the keeper sees a server. */
  Reachability reachability(RedisServer server) {
    return reachability(server.address());
  }

  Reachability reachability(Address address) {
    return status()
        .view()
        .flatMap(view -> view.at(address))
        .map(NodeView::reachability)
        .orElseGet(Reachability.Unprobed::new);
  }

  /** Waits until a rule holds. */
  Watched awaitRule(String rule) {
    await("the rule " + rule + " holds", () -> status().decision().rule().equals(rule));
    return this;
  }

  /** Waits until one node is primary and all others replicate from it. */
  Watched awaitWhole(RedisServer primary, List<RedisServer> others) {
    awaitPrimary(primary);
    for (RedisServer other : others) {
      await(
          other + " replicates from " + primary,
          () ->
              other.info("role").equals("slave")
                  && other.info("master_port").equals(Integer.toString(primary.address().port()))
                  && other.info("master_link_status").equals("up"));
    }
    assertThat(primary.info("role")).isEqualTo("master");
    await("all are published", () -> current().replicas().size() == others.size());
    return this;
  }

  /** From now on, ends the keeper at the first decision by {@code rule}. */
  void closeAtRule(String rule) {
    var unused =
        keeper.onDecision(
            status -> {
              if (status.decision().rule().equals(rule) && closing.compareAndSet(false, true)) {
                Thread.ofPlatform().start(this::closeAll);
              }
            });
  }

  /** Ends the keeper before the test ends. */
  void end() {
    close();
  }

  boolean isClosed() {
    return closing.get();
  }

  void await(String what, Callable<Boolean> condition) {
    try {
      Eventually.holds(what, condition);
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "\n" + status().decision() + "\n" + rules() + "\n" + status().view(), e);
    }
  }

  @Override
  public void close() {
    closing.set(true);
    closeAll();
  }

  private synchronized void closeAll() {
    if (closed) {
      return;
    }
    closed = true;
    keeper.close();
    try {
      journal.close();
    } catch (IOException e) {
      throw new AssertionError("cannot close the journal", e);
    }
  }
}
