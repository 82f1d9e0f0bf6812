package io.understudy.failover.sim;

import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.testkit.sim.VirtualTime;
import io.understudy.topology.Address;
import io.understudy.topology.Verification;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Everything of one simulated run. */
final class World {
  private static final int FIRST_PORT = 7_001;

  /** In one of so many worlds several keepers agree. */
  private static final int AGREEING = 5;

  final VirtualTime time;
  final Network network;
  final FailoverPolicy policy;
  final List<SimServer> servers = new ArrayList<>();

  /** Those that decide: one, or of several that agree whoever led last; perhaps an intruder. */
  final List<SimKeeper> keepers = new ArrayList<>();

  final Checks checks;
  final Faults faults;
  final Clients clients;
  final Newcomers newcomers;
  final Operator operator;
  final Remote remote;
  final Places places;

  /** A server beside the group's; nothing happens to it but by its keeper. */
  final Optional<SimServer> standby;

  /** Whether a restarted primary loses its replication id, as Redis 6.0 does. */
  final boolean forgetsHistory;

  /** Whether the keeper's user may not change the servers' ping period. */
  final boolean refusesSettings;

  /** After so long without a byte a link ends; above the ping period, as servers want it. */
  final long replTimeoutNanos;

  /** A primary that nobody follows for so long frees its backlog. */
  final long backlogTtlNanos;

  /** What the executor and the proxy guard, beside the decision core. */
  final boolean comparesMark;

  final boolean checksLeaseBeforeReply;
  final boolean checksRunOnConnect;
  final boolean countsAttachments;
  final boolean countsFromSending;
  final boolean looksAtOffsets;

  /** The same of keepers that agree. */
  final boolean asksMajority;

  final boolean waitsForOutputs;

  /** What the keepers agree through, where several look after the group. */
  final Optional<SimCoordinator> coordinator;

  private final Map<String, List<Network.Connection>> connections = new HashMap<>();
  private final boolean real;
  private final Set<Integer> skipped;
  private int replIds;
  private int faultsPlanned;

  World(Simulation.Setting setting, long seed, boolean tracing) {
    this.time = new VirtualTime(seed, tracing);
    this.network = new Network(time);
    this.forgetsHistory = time.random().nextInt(3) == 0;
    this.refusesSettings = time.random().nextInt(6) == 0;
    this.replTimeoutNanos = refusesSettings ? 15_000_000_000L : 6_000_000_000L;
    this.backlogTtlNanos = time.random().nextInt(6) == 0 ? 3_000_000_000L : 3_600_000_000_000L;
    FailoverPolicy drawn = setting.policy().apply(time.random());
    this.comparesMark = !setting.without().contains("compare mark");
    this.checksLeaseBeforeReply = !setting.without().contains("check lease before reply");
    this.checksRunOnConnect = !setting.without().contains("check run on connect");
    this.countsAttachments = !setting.without().contains("count attachments");
    this.asksMajority = !setting.without().contains("ask the majority");
    this.waitsForOutputs = !setting.without().contains("wait for outputs");
    this.countsFromSending = !setting.without().contains("count from sending");
    this.looksAtOffsets = !setting.without().contains("look at offsets");
    this.checks = new Checks(this);
    this.real = setting.isReal();
    this.skipped = setting.skipped();
    int nodes = 2 + time.random().nextInt(3);
    for (int i = 0; i < nodes; i++) {
      servers.add(new SimServer(this, new Address("127.0.0.1", FIRST_PORT + i)));
    }
    // Not drawn from the run's own source, so that a run without it is the same as ever.
    this.standby =
        seed % 6 == 5
            ? Optional.of(new SimServer(this, new Address("127.0.0.1", FIRST_PORT + nodes)))
            : Optional.empty();
    this.places = new Places(this, seed);
    this.policy = places.of(verifying(drawn, seed));
    Function<FailoverPolicy, GroupMachine> machine = setting.machine();
    boolean intruded = time.random().nextInt(6) == 0;
    this.coordinator =
        seed % AGREEING == 2 && !intruded
            ? Optional.of(new SimCoordinator(this, seed, machine))
            : Optional.empty();
    keepers.add(
        coordinator
            .map(c -> c.members.getFirst())
            .orElseGet(() -> new SimKeeper(this, "keeper", machine.apply(policy))));
    if (intruded) {
      keepers.add(new SimKeeper(this, "intruder", machine.apply(policy)));
    }
    this.clients = new Clients(this);
    this.faults = new Faults(this, setting.trouble());
    this.newcomers = new Newcomers(this, seed);
    this.operator = new Operator(this, seed);
    this.remote = new Remote(this);
  }

  /** Not drawn either: in some worlds outputs that lost the coordinator may go on. */
  private static FailoverPolicy verifying(FailoverPolicy drawn, long seed) {
    return seed % 7 == 2 && drawn.durability().isEmpty()
        ? drawn.withVerification(Optional.of(Verification.USUAL))
        : drawn;
  }

  /** Every keeper process, with the proxy in it. */
  List<SimKeeper> processes() {
    return coordinator.map(c -> c.members).orElse(keepers);
  }

  SimServer serverAt(int port) {
    int index = port - FIRST_PORT;
    return index < servers.size() ? servers.get(index) : standby.orElseThrow();
  }

  /** Whether the decision core is whole, so that replay must agree with it. */
  boolean isReal() {
    return real;
  }

  /** A fault that a run may leave out; they are numbered as they are planned. */
  Runnable skippable(Runnable fault) {
    int number = ++faultsPlanned;
    return () -> {
      if (!skipped.contains(number)) {
        time.trace("fault " + number, "begins");
        fault.run();
      }
    };
  }

  int faultsPlanned() {
    return faultsPlanned;
  }

  String newReplId() {
    return String.format(Locale.ROOT, "history%04d", ++replIds);
  }

  void rememberConnection(String keeper, SimServer server, Network.Connection connection) {
    connections.computeIfAbsent(keeper + server.runId, k -> new ArrayList<>()).add(connection);
  }

  /** {@code CLIENT KILL}: nothing more is read from them, and the keeper sees them end. */
  void killConnections(SimKeeper keeper, SimServer server) {
    for (SimKeeper each : coordinator.isPresent() ? processes() : List.of(keeper)) {
      // All that bear the keepers' name, those that only watch too.
      List<Network.Connection> all =
          new ArrayList<>(connections.getOrDefault(each.name() + server.runId, List.of()));
      if (each != keeper) {
        all.addAll(server.named.keySet());
      }
      for (Network.Connection connection : all) {
        if (!connection.killed) {
          connection.killed = true;
          each.connectionKilled(server, connection);
        }
      }
    }
  }
}
