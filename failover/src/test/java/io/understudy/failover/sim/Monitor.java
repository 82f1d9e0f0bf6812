package io.understudy.failover.sim;

import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.failover.view.Replication;
import io.understudy.failover.view.ReplicationId;
import io.understudy.failover.view.Upstream;
import io.understudy.topology.Role;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What one simulated keeper observes of one server: a control connection and what it told. */
final class Monitor {
  static final long CADENCE_NANOS = 100_000_000L;
  static final long PATIENCE_NANOS = 300_000_000L;
  private static final long BETWEEN_PROBES_NANOS = 10_000_000L;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final SimKeeper keeper;
  final SimServer server;
  private final World world;
  private Reachability reachability = new Reachability.Unprobed();
  private @Nullable NodeFacts facts;
  private Network.Connection connection = new Network.Connection();
  private int connectedTo;
  private long unansweredSinceNanos = -1;
  private long probeInFlightSinceNanos = -1;
  private long lastAskedNanos = -BETWEEN_PROBES_NANOS;
  private int asked;
  private int answered;

  Monitor(SimKeeper keeper, SimServer server) {
    this.keeper = keeper;
    this.server = server;
    this.world = server.world;
  }

  NodeView view() {
    return new NodeView(server.address, reachability, Optional.ofNullable(facts));
  }

  Network.Connection connection() {
    return connection;
  }

  /** The incarnation the connection goes to; 0 when there is none. */
  int connectedTo() {
    return connectedTo;
  }

  /** Gives up the connection for a new one, without a verdict. */
  void reconnect() {
    connection.closed = true;
    connection = new Network.Connection();
    connectedTo = 0;
  }

  /** The regular turn, and the look at what was not answered. */
  void turn() {
    long now = world.time.nowNanos();
    if (unansweredSinceNanos >= 0
        && now - unansweredSinceNanos > PATIENCE_NANOS
        && !(reachability instanceof Reachability.Silent)) {
      become(new Reachability.Silent(unansweredSinceNanos));
      connection.closed = true;
      connection = new Network.Connection();
      connectedTo = 0;
    }
    ask();
  }

  /** What is known is older than a sleep of this process: everything is looked at anew. */
  void forget() {
    reachability = new Reachability.Unprobed();
    if (unansweredSinceNanos >= 0) {
      unansweredSinceNanos = world.time.nowNanos();
    }
  }

  /** Reads now, unless a reading is under way. */
  void probeNow() {
    long sinceNanos = world.time.nowNanos() - lastAskedNanos;
    boolean underWay = probeInFlightSinceNanos >= 0 && sinceNanos < CADENCE_NANOS;
    if (!underWay && sinceNanos >= BETWEEN_PROBES_NANOS) {
      ask();
    }
  }

  /** The server's process ended; the news takes the network's time. */
  void connectionEnded(int incarnation) {
    int life = keeper.life();
    Network.Connection old = connection;
    world.network.send(
        server.name,
        keeper.name(),
        old,
        () ->
            keeper.handle(
                life,
                () -> {
                  if (connectedTo == incarnation && old == connection) {
                    connectedTo = 0;
                    old.closed = true;
                    connection = new Network.Connection();
                    unansweredSinceNanos = -1;
                    become(new Reachability.Broken(world.time.nowNanos()));
                    ask();
                    keeper.decide();
                  }
                }));
  }

  private void ask() {
    long askedNanos = world.time.nowNanos();
    if (unansweredSinceNanos < 0) {
      unansweredSinceNanos = askedNanos;
    }
    probeInFlightSinceNanos = askedNanos;
    lastAskedNanos = askedNanos;
    int number = ++asked;
    int life = keeper.life();
    Network.Connection on = connection;
    world.network.send(
        keeper.name(),
        server.name,
        on,
        () -> {
          if (on.closed || on.killed) {
            return;
          }
          server.receive(
              connectedTo,
              () -> {
                server.named.put(on, keeper.owner());
                answer(life, number, askedNanos, on);
              },
              () ->
                  world.network.send(
                      server.name,
                      keeper.name(),
                      on,
                      () -> keeper.handle(life, () -> refused(number, on))));
        });
  }

  private void answer(int life, int number, long askedNanos, Network.Connection on) {
    int incarnation = server.incarnation;
    Reachability how;
    NodeFacts read = null;
    if (server.isDenying()) {
      how =
          switch (server.denial) {
            case NOAUTH -> new Reachability.NoAuth(world.time.nowNanos(), "NOAUTH");
            case NOPERM -> new Reachability.NoPerm(world.time.nowNanos(), "NOPERM");
          };
    } else if (server.isBusy()) {
      how = new Reachability.Busy(world.time.nowNanos(), world.time.nowNanos());
    } else {
      read = read(askedNanos);
      how = read();
    }
    NodeFacts result = read;
    world.network.send(
        server.name,
        keeper.name(),
        on,
        () ->
            keeper.handle(life, () -> answered(number, askedNanos, on, incarnation, how, result)));
  }

  private Reachability read() {
    long now = world.time.nowNanos();
    if (now < server.loadingUntilNanos) {
      return new Reachability.Loading(now, OptionalLong.empty());
    }
    return server.cannotSave() && server.role == Role.PRIMARY
        ? new Reachability.Misconf(now, "MISCONF")
        : new Reachability.Answering(now);
  }

  private NodeFacts read(long askedNanos) {
    Optional<Upstream> upstream =
        server.role == Role.PRIMARY
            ? Optional.empty()
            : Optional.of(
                new Upstream(
                    server.upstreamHost,
                    server.upstreamPort,
                    server.link != null && server.link.isUp(),
                    server.link != null && server.link.isSyncing(),
                    server.link != null && server.link.isUp()
                        ? OptionalLong.of(
                            (world.time.nowNanos() - server.link.lastHeardNanos) / NANOS_PER_SECOND)
                        : OptionalLong.empty()));
    server.named.keySet().removeIf(each -> each.closed || each.killed);
    Set<String> owners = new TreeSet<>(server.named.values());
    return new NodeFacts(
        server.runId,
        server.role,
        new Replication(
            new ReplicationId(server.replId),
            server.formerReplId.equals(SimServer.NO_ID)
                ? Optional.empty()
                : Optional.of(new ReplicationId(server.formerReplId)),
            server.formerEnd,
            server.offset),
        upstream,
        server.isLoading(),
        server.priority,
        server.feeding.size() + server.strangers,
        server.data.keys(),
        OptionalLong.of(server.minReplicas),
        OptionalLong.of(server.pingSeconds),
        false,
        true,
        server.data.mark,
        Optional.of(owners),
        false,
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.of(server.attachments),
        Optional.empty(),
        "7.0.15",
        server.startedNanos,
        askedNanos);
  }

  private void answered(
      int number,
      long askedNanos,
      Network.Connection on,
      int incarnation,
      Reachability how,
      @Nullable NodeFacts read) {
    if (number <= answered || on != connection) {
      return;
    }
    answered = number;
    connectedTo = incarnation;
    unansweredSinceNanos = -1;
    probeInFlightSinceNanos = -1;
    if (how instanceof Reachability.Busy busy && reachability instanceof Reachability.Busy since) {
      become(new Reachability.Busy(since.sinceNanos(), busy.lastReplyNanos()));
    } else {
      become(how);
    }
    if (read != null) {
      facts = remembering(read, askedNanos);
      world.checks.observed(keeper, read);
    }
    keeper.decide();
  }

  /** Adds what this observer knows of the same run from before. */
  private NodeFacts remembering(NodeFacts read, long askedNanos) {
    NodeFacts before = facts != null && facts.runId().equals(read.runId()) ? facts : null;
    boolean up = read.isInSync();
    boolean grew = before != null && read.replication().offset() > before.replication().offset();
    return new NodeFacts(
        read.runId(),
        read.role(),
        read.replication(),
        read.upstream(),
        read.loading(),
        read.priority(),
        read.connectedReplicas(),
        read.keys(),
        read.minReplicasToWrite(),
        read.pingSeconds(),
        read.wantsPassword(),
        read.hasUpstreamPassword(),
        read.mark(),
        read.keepers(),
        NodeFacts.isProofOfSync(Optional.ofNullable(before), read),
        up
            ? OptionalLong.of(askedNanos)
            : before == null ? OptionalLong.empty() : before.linkUpNanos(),
        grew
            ? OptionalLong.of(askedNanos)
            : before == null ? OptionalLong.empty() : before.offsetGrewNanos(),
        read.attachments(),
        NodeFacts.Steady.after(Optional.ofNullable(before), read),
        read.version(),
        read.startedNanos(),
        askedNanos);
  }

  private void refused(int number, Network.Connection on) {
    if (number <= answered || on != connection) {
      return;
    }
    answered = number;
    unansweredSinceNanos = -1;
    probeInFlightSinceNanos = -1;
    long now = world.time.nowNanos();
    if (connectedTo != 0) {
      connectedTo = 0;
      connection.closed = true;
      connection = new Network.Connection();
      become(new Reachability.Broken(now));
      ask();
    } else if (reachability instanceof Reachability.Refused before) {
      become(new Reachability.Refused(before.sinceNanos(), now, before.times() + 1));
    } else {
      become(new Reachability.Refused(now, now, 1));
    }
    keeper.decide();
  }

  private void become(Reachability next) {
    if (world.time.isTracing() && next.getClass() != reachability.getClass()) {
      world.time.trace(keeper.name(), server.name + " " + next.describe(world.time.nowNanos()));
    }
    reachability = next;
  }
}
