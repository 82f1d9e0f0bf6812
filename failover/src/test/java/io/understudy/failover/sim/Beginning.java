package io.understudy.failover.sim;

import io.understudy.topology.Role;
import java.util.List;
import java.util.Random;

/** How the servers of a run stand when its keepers start. */
final class Beginning {
  private static final long WRITE_BYTES = Dataset.Command.Write.BYTES;

  private final World world;
  private final Random random;

  Beginning(World world) {
    this.world = world;
    this.random = world.time.random();
  }

  void start() {
    SimServer first = world.servers.get(random.nextInt(world.servers.size()));
    switch (random.nextInt(20)) {
      case 0, 1 -> bare();
      case 2 -> twoOfOneHistory(first);
      case 3 -> twoWithDifferentData(first);
      default -> {
        boot(first, "group", 1);
        replicas(first, List.of(first));
      }
    }
  }

  /** All are primaries, and all are empty. */
  private void bare() {
    for (SimServer server : world.servers) {
      server.boot(new Dataset(), world.newReplId(), 0, Role.PRIMARY, "", 0);
    }
  }

  /**
   * Somebody made a replica a primary by hand, and left the old one. Either, both, or none has
   * written since.
   */
  private void twoOfOneHistory(SimServer first) {
    boot(first, "group", 3);
    SimServer second = another(first);
    second.boot(first.data.copy(), world.newReplId(), first.offset, Role.PRIMARY, "", 0);
    second.formerReplId = first.replId;
    second.formerEnd = first.offset + 1;
    first.hasBacklog = true;
    second.hasBacklog = true;
    write(first, random.nextBoolean() ? 2 : 0);
    write(second, random.nextInt(3) == 0 ? 2 : 0);
    replicas(random.nextBoolean() ? first : second, List.of(first, second));
  }

  private void twoWithDifferentData(SimServer first) {
    boot(first, "group", 3);
    SimServer second = another(first);
    boot(second, "other", 3);
    replicas(random.nextBoolean() ? first : second, List.of(first, second));
    if (random.nextBoolean()) {
      // The operator reads what the keeper says, and does it.
      world.time.after(
          world.time.millis(1_000, 9_000),
          () -> {
            if (second.isWell()) {
              second.trace("an operator says REPLICAOF " + first.name);
              world.checks.operatorGaveUp(second);
              second.replicaOf(first.address.host(), first.address.port());
            }
          });
    }
  }

  private void boot(SimServer server, String origin, int writes) {
    var data = new Dataset();
    data.origin = origin;
    for (int i = 0; i < writes; i++) {
      data.writes.add(world.clients.newId());
    }
    server.boot(data, world.newReplId(), writes * WRITE_BYTES, Role.PRIMARY, "", 0);
  }

  private void write(SimServer server, int writes) {
    for (int i = 0; i < writes; i++) {
      server.execute(new Dataset.Command.Write(world.clients.newId()));
    }
  }

  private SimServer another(SimServer first) {
    List<SimServer> others = world.servers.stream().filter(s -> s != first).toList();
    return others.get(random.nextInt(others.size()));
  }

  private void replicas(SimServer of, List<SimServer> primaries) {
    for (SimServer server : world.servers) {
      if (!primaries.contains(server)) {
        server.boot(
            new Dataset(),
            world.newReplId(),
            0,
            Role.REPLICA,
            of.address.host(),
            of.address.port());
      }
    }
  }
}
