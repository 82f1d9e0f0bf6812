package io.understudy.failover.sim;

import io.understudy.topology.Durability;
import io.understudy.topology.Node;
import io.understudy.topology.Topology;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Clients that write unique ids through the proxy that lives in each keeper's process. */
final class Clients {
  /** The proxies' side of the network, which may see more than the keeper's. */
  static final String PROXY = "proxy";

  private static final int CLIENTS = 2;

  /** How often a proxy asks whether enough have a write, before it says that they have not. */
  private static final int MOST_QUESTIONS = 20;

  /** A connection on which nothing comes for so long is given up. */
  private static final long CONNECTION_LIFE_NANOS = 3_000_000_000L;

  private final World world;

  /** Hardly a write: the primary then says little to its replicas. */
  private final boolean idle;

  /** Writes that were sent and have no answer, and when they were sent. */
  private final Map<SimKeeper, Map<Long, Long>> awaited = new HashMap<>();

  private long nextId = 1;
  private boolean running = true;

  Clients(World world) {
    this.world = world;
    this.idle = world.time.random().nextInt(6) == 0;
  }

  void start() {
    for (SimKeeper keeper : world.processes()) {
      for (int i = 0; i < CLIENTS; i++) {
        next(keeper);
      }
    }
  }

  void stop() {
    running = false;
  }

  private void next(SimKeeper keeper) {
    world.time.after(
        idle ? world.time.millis(1_000, 8_000) : world.time.millis(10, 90),
        () -> {
          if (running) {
            int life = keeper.life();
            keeper.handle(life, () -> write(keeper));
            next(keeper);
          }
        });
  }

  long newId() {
    return nextId++;
  }

  private void write(SimKeeper keeper) {
    Topology current = keeper.feed();
    Node primary = current.primary().orElse(null);
    if (primary == null) {
      return;
    }
    SimServer server = world.serverAt(primary.address().port());
    long id = newId();
    int life = keeper.life();
    awaited.computeIfAbsent(keeper, k -> new HashMap<>()).put(id, world.time.nowNanos());
    var connection = new Network.Connection();
    world.network.send(
        PROXY,
        server.name,
        connection,
        () ->
            server.receive(
                0,
                () -> {
                  boolean right = server.runId.equals(primary.runId()) || !world.checksRunOnConnect;
                  if (!right || !server.takesWrites()) {
                    world.network.send(server.name, PROXY, connection, () -> answered(keeper, id));
                    return;
                  }
                  server.execute(new Dataset.Command.Write(id));
                  world.checks.wrote(id, server);
                  world.network.send(
                      server.name,
                      PROXY,
                      connection,
                      () -> {
                        if (world.policy.durability().isPresent()) {
                          keeper.handle(life, () -> confirm(keeper, current, server, id, 0));
                          return;
                        }
                        answered(keeper, id);
                        keeper.handle(life, () -> replied(keeper, current, server, id));
                      });
                },
                () -> answered(keeper, id)));
  }

  /** A write was executed: it is not acknowledged before enough have it. */
  private void confirm(SimKeeper keeper, Topology under, SimServer server, long id, int asked) {
    Topology now = keeper.feed();
    Durability terms = now.durability().orElse(null);
    if (asked > MOST_QUESTIONS || !now.honours(under) || terms == null) {
      answered(keeper, id);
      return;
    }
    int life = keeper.life();
    int incarnation = server.incarnation;
    var connection = new Network.Connection();
    world.network.send(
        PROXY,
        server.name,
        connection,
        () ->
            server.receive(
                incarnation,
                () -> {
                  if (!server.takesWrites()) {
                    answered(keeper, id);
                    return;
                  }
                  server.execute(new Dataset.Command.Ping());
                  long upTo = server.offset;
                  // WAIT with a short timeout.
                  world.time.after(
                      world.time.millis(1, 40),
                      () ->
                          server.receive(
                              incarnation,
                              () -> {
                                int holders = server.holders(upTo);
                                long attachments = server.attachments;
                                world.network.send(
                                    server.name,
                                    PROXY,
                                    connection,
                                    () ->
                                        keeper.handle(
                                            life,
                                            () -> {
                                              if (keeper.feed().honours(under)
                                                  && isDurable(
                                                      keeper, terms, holders, attachments)) {
                                                answered(keeper, id);
                                                replied(keeper, under, server, id);
                                              } else {
                                                confirm(keeper, under, server, id, asked + 1);
                                              }
                                            }));
                              },
                              () -> answered(keeper, id)));
                },
                () -> answered(keeper, id)));
  }

  private boolean isDurable(SimKeeper keeper, Durability asked, int holders, long attachments) {
    boolean same = keeper.feed().durability().filter(asked::equals).isPresent();
    long counted = world.countsAttachments ? attachments : asked.attachments();
    return same && asked.confirms() && holders >= asked.required(counted);
  }

  private void answered(SimKeeper keeper, long id) {
    Optional.ofNullable(awaited.get(keeper)).ifPresent(ids -> ids.remove(id));
  }

  /** Whether no write of this keeper's clients is under way. */
  boolean isDrained(SimKeeper keeper) {
    Map<Long, Long> ids = awaited.getOrDefault(keeper, Map.of());
    long oldest = world.time.nowNanos() - CONNECTION_LIFE_NANOS;
    return ids.values().stream().noneMatch(sentNanos -> sentNanos > oldest);
  }

  private void replied(SimKeeper keeper, Topology under, SimServer server, long id) {
    Topology now = keeper.feed();
    boolean current = now.honours(under);
    keeper.clientReplied(under.primary().orElseThrow().runId());
    if (current || !world.checksLeaseBeforeReply) {
      world.checks.acknowledged(keeper, id, server, under);
    }
  }
}
