package io.understudy.failover.sim;

import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.Outcome;
import io.understudy.failover.view.EpochMark;
import io.understudy.topology.Role;
import java.util.Optional;

/**
 * One order of a simulated keeper in flight: first the mark is watched and read, then the
 * transaction is sent. Its end is told exactly once.
 */
final class Delivery {
  private final World world;
  private final SimKeeper keeper;
  private final Action.Order order;
  private final int mine;
  private final Network.Connection on;
  private final SimServer server;
  private final int incarnation;
  private boolean over;
  private boolean sentForGood;

  Delivery(World world, SimKeeper keeper, Action.Order order) {
    this.world = world;
    this.keeper = keeper;
    this.order = order;
    this.mine = keeper.life();
    Monitor monitor = keeper.monitorOf(order.node());
    this.server = monitor.server;
    this.on = monitor.connection();
    this.incarnation = monitor.connectedTo();
  }

  void begin() {
    if (incarnation == 0 || !server.runId.equals(order.node().runId())) {
      // An outcome always comes in a later turn.
      world.time.after(
          0,
          () ->
              keeper.handle(
                  mine, () -> end(new Outcome.Rejected("the connection is to another run"))));
      return;
    }
    world.time.after(
        world.policy.actionDeadline().toNanos(),
        () ->
            keeper.handle(
                mine,
                () ->
                    end(
                        sentForGood
                            ? new Outcome.Unknown("no reply within the deadline")
                            : new Outcome.Rejected("no reply to WATCH within the deadline"))));
    toServer(this::watched);
  }

  private void toServer(Runnable work) {
    world.network.send(
        keeper.name(),
        server.name,
        on,
        () -> {
          if (!on.killed) {
            server.receive(incarnation, killable(work), this::reset);
          }
        });
  }

  private Runnable killable(Runnable work) {
    return () -> {
      if (!on.killed) {
        work.run();
      }
    };
  }

  private void reset() {
    back(
        () ->
            end(
                sentForGood
                    ? new Outcome.Unknown("the connection ended")
                    : new Outcome.Rejected("the connection ended before EXEC")));
  }

  private void back(Runnable work) {
    world.network.send(server.name, keeper.name(), on, () -> keeper.handle(mine, work));
  }

  private void watched() {
    if (server.isBusy() || server.isDenying()) {
      back(() -> end(new Outcome.Rejected(server.isBusy() ? "BUSY" : server.denial.name())));
      return;
    }
    Optional<EpochMark> mark = server.data.mark;
    long version = server.markVersion;
    back(
        () -> {
          if (over) {
            return;
          }
          if (!mark.equals(order.expected()) && world.comparesMark) {
            end(new Outcome.Rejected("the mark is " + mark + ", not " + order.expected()));
            return;
          }
          if (!keeper.mayAct()) {
            end(new Outcome.Rejected("the lease ended before the order was sent"));
            return;
          }
          sentForGood = true;
          world.rememberConnection(keeper.name(), server, on);
          toServer(() -> exec(version));
        });
  }

  private void exec(long version) {
    if (server.isBusy() || server.isDenying()) {
      back(() -> end(new Outcome.Rejected(server.isBusy() ? "BUSY" : server.denial.name())));
      return;
    }
    if (server.isLoading()) {
      back(() -> end(new Outcome.Rejected("LOADING")));
      return;
    }
    if (server.markVersion != version && world.comparesMark) {
      back(() -> end(new Outcome.Rejected("EXEC nil: the mark changed")));
      return;
    }
    if (order instanceof Action.Mark && server.role == Role.REPLICA) {
      back(() -> end(new Outcome.Rejected("READONLY")));
      return;
    }
    run();
    back(() -> end(new Outcome.Done("OK")));
  }

  private void run() {
    world.checks.executes(keeper, order, server);
    switch (order) {
      case Action.Gate g -> server.replicaOf("127.0.0.1", 0);
      case Action.Attach attach -> {
        server.replicaOf(attach.primary().address().host(), attach.primary().address().port());
        attach.minReplicas().ifPresent(least -> server.minReplicas = least);
      }
      case Action.Fence fence -> server.minReplicas = Action.Fence.MIN_REPLICAS;
      case Action.Unfence unfence -> server.minReplicas = unfence.minReplicas();
      case Action.Promote promote -> {
        promote.minReplicas().ifPresent(least -> server.minReplicas = least);
        server.replicaOfNoOne();
        server.pingSeconds = world.refusesSettings ? server.pingSeconds : 1;
        // The mark is a write, and the last of the transaction: it alone is refused.
        if (!server.cannotSave()) {
          server.execute(new Dataset.Command.SetMark(promote.mark()));
        }
      }
      case Action.Mark mark -> {
        server.execute(new Dataset.Command.SetMark(mark.mark()));
        server.pingSeconds = world.refusesSettings ? server.pingSeconds : 1;
      }
    }
    world.checks.executed(keeper, order, server);
  }

  private void end(Outcome outcome) {
    if (!over) {
      over = true;
      world.time.trace(keeper.name(), order.describe() + " -> " + outcome);
      keeper.ended(order, outcome);
    }
  }

  /** Ends every connection on which an order in doubt may have gone out. */
  static void settle(World world, SimKeeper keeper, Action.Settle settle) {
    Monitor monitor = keeper.monitorOf(settle.node());
    SimServer server = monitor.server;
    int mine = keeper.life();
    int incarnation = monitor.connectedTo();
    monitor.reconnect();
    var fresh = new Network.Connection();
    world.time.after(
        world.policy.actionDeadline().toNanos(),
        () ->
            keeper.handle(
                mine, () -> keeper.ended(settle, new Outcome.Unknown("no reply to CLIENT KILL"))));
    world.network.send(
        keeper.name(),
        server.name,
        fresh,
        () ->
            server.receive(
                incarnation,
                () -> {
                  boolean sameRun = server.runId.equals(settle.node().runId());
                  if (server.isBusy() || server.isDenying() || !sameRun) {
                    return;
                  }
                  world.killConnections(keeper, server);
                  world.network.send(
                      server.name,
                      keeper.name(),
                      fresh,
                      () ->
                          keeper.handle(
                              mine, () -> keeper.ended(settle, new Outcome.Done("killed"))));
                },
                () -> {}));
  }
}
