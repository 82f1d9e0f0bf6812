package io.understudy.failover.sim;

import io.understudy.failover.decide.Request;
import io.understudy.topology.Node;
import io.understudy.topology.Role;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.Verifier;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A proxy in a process of its own that follows the keeper, loses the coordinator for good at some
 * time, and goes on for as long as the primary's replicas bear it out.
 */
final class Remote {
  private static final long SECOND = 1_000_000_000L;
  private static final long ASK_EVERY = SECOND / 5;

  /** After so long a question counts as lost, and another is asked. */
  private static final long GIVE_UP = 2 * SECOND;

  private final World world;

  /** The keeper whose outputs it shares its view with, until it is cut off. */
  private final SimKeeper keeper;

  private final Verifier verifier = new Verifier();
  private boolean cutOff;
  private long askedNanos = -GIVE_UP;
  private boolean asking;
  private Topology known = Topology.unknown(SimKeeper.GROUP);
  private int incarnation;

  Remote(World world) {
    this.world = world;
    this.keeper = world.keepers.getFirst();
  }

  /** Begins, where outputs may go on alone. */
  void start() {
    if (world.policy.verification().isPresent() && world.keepers.size() == 1) {
      Runnable depose = world.skippable(this::depose);
      world.time.after(
          world.time.between(3 * SECOND, 20 * SECOND),
          () -> {
            cutOff = true;
            world.time.trace(Clients.PROXY, "elsewhere has lost the coordinator");
            write();
            world.time.after(world.time.millis(100, 3_000), depose);
          });
      ask();
    }
  }

  /**
   * The worst for a proxy that goes on alone: an operator makes another node primary, and the
   * keeper cannot reach the old one, which may not notice that its replicas leave.
   */
  private void depose() {
    SimServer old = primary();
    // An old journal comes back only where some server tells that it is old.
    boolean mayHide = world.faults.theme != Faults.Theme.OLD_JOURNAL;
    if (old == null || !world.faults.active || !mayHide) {
      return;
    }
    long length = world.time.millis(3_000, 6_000);
    for (SimKeeper each : world.processes()) {
      cutFor(each.name(), old.name, length);
      cutFor(old.name, each.name(), length);
    }
    boolean unnoticed = world.time.random().nextBoolean();
    boolean slow = world.time.random().nextBoolean();
    long askedIn = world.time.millis(50, 600);
    for (SimServer other : world.servers) {
      if (unnoticed && other != old) {
        world.time.after(askedIn, () -> cutFor(other.name, old.name, length));
      }
    }
    if (slow) {
      long until = askedIn + world.time.millis(0, 300);
      world.time.after(
          askedIn / 2, () -> cutFor(old.name, Clients.PROXY, until + 300_000_000L - askedIn / 2));
    }
    world.time.after(
        askedIn,
        () ->
            known.replicas().stream()
                .findFirst()
                .ifPresent(
                    to ->
                        world
                            .keepers
                            .getFirst()
                            .ask(new Request.ForcedFailover(to.address(), "an operator"))));
  }

  private void cutFor(String from, String to, long nanos) {
    world.network.cut(from, to);
    world.time.after(nanos, () -> world.network.heal(from, to));
  }

  private boolean isVouched() {
    return !cutOff && keeper.isRunning() && keeper.feed().honours(known);
  }

  private boolean believes() {
    return verifier.holds(world.time.nowNanos());
  }

  private void ask() {
    if (!cutOff && !keeper.feed().equals(known)) {
      known = keeper.feed();
      incarnation = known.primary().map(this::incarnationOf).orElse(0);
    }
    SimServer server = primary();
    boolean due = !asking || world.time.nowNanos() - askedNanos > GIVE_UP;
    if (server != null && due) {
      asking = true;
      askedNanos = world.time.nowNanos();
      long sentNanos = askedNanos;
      var connection = new Network.Connection();
      world.network.send(
          Clients.PROXY,
          server.name,
          connection,
          () ->
              server.receive(
                  incarnation,
                  () -> {
                    String info = info(server);
                    waitsFor(server);
                    world.network.send(
                        server.name, Clients.PROXY, connection, () -> answered(sentNanos, info));
                  },
                  () -> asking = false));
    }
    world.time.after(ASK_EVERY, this::ask);
  }

  /** What WAIT does: a primary, and no replica, asks its replicas how far they are. */
  private static void waitsFor(SimServer server) {
    boolean asks = server.role == Role.PRIMARY && server.hasBacklog && !server.isBusy();
    if (asks && !server.feeding.isEmpty()) {
      server.execute(new Dataset.Command.Ping());
    }
  }

  private void answered(long sentNanos, String info) {
    asking = false;
    long now = world.time.nowNanos();
    verifier.answered(known, isVouched(), world.countsFromSending ? sentNanos : now, now, info);
  }

  private int incarnationOf(Node primary) {
    SimServer server = world.serverAt(primary.address().port());
    return server.isRun(primary.runId()) ? server.incarnation : 0;
  }

  /** The server that it takes for the primary; null if there is none, or another run is there. */
  private @Nullable SimServer primary() {
    return known
        .primary()
        .filter(p -> incarnation != 0)
        .map(p -> world.serverAt(p.address().port()))
        .orElse(null);
  }

  private void write() {
    SimServer server = primary();
    if (server != null && believes() && world.faults.active) {
      long id = world.clients.newId();
      var connection = new Network.Connection();
      Topology under = known;
      world.network.send(
          Clients.PROXY,
          server.name,
          connection,
          () ->
              server.receive(
                  incarnation,
                  () -> {
                    RunId by = server.runId;
                    if (server.takesWrites()) {
                      server.execute(new Dataset.Command.Write(id));
                      world.checks.wrote(id, server);
                      world.network.send(
                          server.name,
                          Clients.PROXY,
                          connection,
                          () -> {
                            if (believes()) {
                              acknowledged(id, by, under);
                            }
                          });
                    }
                  },
                  () -> {}));
    }
    world.time.after(world.time.millis(20, 120), this::write);
  }

  /**
   * I1: when another node is primary, only what that holds may still be acknowledged. I4 looks at
   * what was acknowledged while another was being promoted.
   */
  private void acknowledged(long id, RunId by, Topology under) {
    for (SimKeeper each : world.processes()) {
      boolean lacking =
          each.feed()
              .primary()
              .filter(p -> !p.runId().equals(by))
              .map(p -> world.serverAt(p.address().port()))
              .filter(other -> !other.data.writes.contains(id))
              .isPresent();
      if (lacking && !world.checks.isExcused()) {
        throw new Violation(
            "I1",
            "write "
                + id
                + " was acknowledged by "
                + by
                + " of epoch "
                + under.epoch()
                + " without the coordinator, when another node was primary, which lacks it");
      }
    }
    world.checks.acknowledgedAlone(id);
  }

  private String info(SimServer server) {
    var text =
        new StringBuilder("role:")
            .append(server.role == Role.PRIMARY ? "master" : "slave")
            .append("\nmaster_replid:")
            .append(server.replId)
            .append("\nmaster_repl_offset:")
            .append(server.offset);
    int number = 0;
    for (ReplicaLink link : server.shown) {
      text.append(
          String.format(
              Locale.ROOT,
              "\nslave%d:ip=127.0.0.1,port=%d,state=%s,offset=%d,lag=0",
              number++,
              link.port(),
              link.isSyncing() ? "wait_bgsave" : "online",
              world.looksAtOffsets ? link.acknowledged : server.offset + 1));
    }
    return text.toString();
  }
}
