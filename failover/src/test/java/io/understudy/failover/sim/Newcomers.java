package io.understudy.failover.sim;

import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.MemberChange;
import io.understudy.failover.decide.Request;
import io.understudy.topology.Address;
import io.understudy.topology.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * An operator who removes nodes from the group, does something else with their servers, and adds
 * them again; and what must hold of such servers meanwhile.
 *
 * <p>Draws from a source of its own, so that a run without it is the same as ever.
 */
final class Newcomers {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLISECOND = 1_000_000L;

  /** A keeper may decide by what it read so long ago. */
  private static final long STALE = 3 * SECOND;

  /** Well above the grace, and what may be between a death and its notice. */
  private static final long LOST = 6 * SECOND;

  private static final String BY = "an operator";
  private static final String SOMEBODY = "somebody else's";

  private final World world;
  private final Random random;
  private final boolean active;
  private boolean over;
  private long shortHandedNanos;

  /** Since when a server's data are somebody else's, and nobody said that they may be replaced. */
  private final Map<SimServer, Long> precious = new HashMap<>();

  Newcomers(World world, long seed) {
    this.world = world;
    this.random = new Random(seed * 31 + 7);
    this.active = random.nextInt(5) == 0 && world.keepers.size() == 1;
  }

  /** The servers that are nodes of the group, as its keeper sees it. */
  List<SimServer> members() {
    return world.servers.stream().filter(this::isMember).toList();
  }

  private boolean isMember(SimServer server) {
    GroupJournal journal = world.keepers.getFirst().journal();
    return journal
        .memberChange(server.address)
        .filter(change -> change.kind() != MemberChange.Kind.MEMBER)
        .isEmpty();
  }

  void startStandby() {
    world.standby.ifPresent(s -> s.boot(new Dataset(), world.newReplId(), 0, Role.PRIMARY, "", 0));
  }

  /** Whether a node is the standby, and has nothing to do with the group now. */
  boolean isIdleStandby(Address node, GroupJournal journal) {
    return world.standby.filter(s -> s.address.equals(node)).isPresent()
        && journal.memberChange(node).isEmpty();
  }

  List<Address> freeStandbys(GroupJournal journal) {
    return world.standby.map(s -> s.address).filter(a -> isIdleStandby(a, journal)).stream()
        .toList();
  }

  /** I10: a replica that is lost for long is replaced, where a standby is free. */
  void lookForShortHands() {
    long now = world.time.nowNanos();
    SimKeeper keeper = keeper();
    SimServer standby = world.standby.orElse(null);
    boolean calm =
        world.keepers.size() == 1
            && keeper.isRunning()
            && !keeper.isGroupPaused()
            && keeper.lastTroubleNanos < now - LOST
            && keeper.journal().operation().isEmpty()
            && keeper
                .feed()
                .primary()
                .map(p -> world.serverAt(p.address().port()))
                .filter(p -> p.isWell() && p.listenedSince(now - LOST))
                .filter(p -> world.network.wasOpenSince(keeper.name(), p.name, now - LOST))
                .isPresent();
    SimServer lost =
        members().stream()
            .filter(s -> !s.alive && s.killedNanos < now - LOST)
            .filter(s -> !keeper.isPaused(s.address))
            .findFirst()
            .orElse(null);
    if (standby == null || !calm || lost == null) {
      shortHandedNanos = now;
    } else if (now - shortHandedNanos > LOST && isIdleStandby(standby.address, keeper.journal())) {
      throw new Violation("I10", lost.name + " is lost for long, and the standby is idle");
    }
  }

  void plan(long fromNanos, long untilNanos) {
    if (!active) {
      return;
    }
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      long at = fromNanos + (long) (random.nextDouble() * (untilNanos - fromNanos));
      world.time.after(at - world.time.nowNanos(), world.skippable(this::remove));
    }
  }

  private long millis(int from, int to) {
    return (from + random.nextInt(to - from)) * MILLISECOND;
  }

  private void remove() {
    SimServer server = world.servers.get(random.nextInt(world.servers.size()));
    if (over || !keeper().ask(new Request.RemoveNode(server.address, BY))) {
      return;
    }
    boolean used = random.nextBoolean();
    if (used) {
      world.time.after(millis(10, 1_000), () -> useOtherwise(server));
    }
    world.time.after(millis(200, 6_000), () -> add(server, random.nextInt(4) == 0));
  }

  private void useOtherwise(SimServer server) {
    if (over || isMember(server)) {
      return;
    }
    server.kill();
    server.restart(SimServer.Restart.EMPTY, false);
    world.time.after(
        100 * MILLISECOND,
        () -> {
          if (!over && server.isWell() && server.data.isEmpty() && !isMember(server)) {
            server.trace("gets somebody else's data");
            server.data.origin = SOMEBODY;
            for (int i = 0; i < 3; i++) {
              server.execute(new Dataset.Command.Write(world.clients.newId()));
            }
            precious.put(server, world.time.nowNanos());
          }
        });
  }

  private boolean add(SimServer server, boolean replaceData) {
    boolean added = keeper().add(server, new Request.AddNode(server.address, replaceData, BY));
    if (added && replaceData) {
      precious.remove(server);
    }
    return added;
  }

  /** Who removes a node is told that its server is left as it is, whatever still reaches it. */
  static boolean isRemoved(Action.Order order, GroupJournal journal) {
    return isRemoved(order.node().address(), journal);
  }

  static boolean isRemoved(Address node, GroupJournal journal) {
    return journal
        .memberChange(node)
        .filter(change -> change.kind() == MemberChange.Kind.REMOVED)
        .isPresent();
  }

  /** I7: an order that runs on a server must not cost it data that are not the group's. */
  void executes(Action.Order order, SimServer server) {
    Long since = precious.get(server);
    if (since == null || !server.data.origin.equals(SOMEBODY)) {
      return;
    }
    boolean known = world.time.nowNanos() - since > STALE && keeper().lastTroubleNanos < since;
    if (known) {
      throw new Violation(
          "I7", order.describe() + " runs although the data there are somebody else's");
    }
  }

  /** At the end every server is to be a node again. */
  void bringAllBack() {
    over = true;
    List<SimServer> others =
        world.servers.stream()
            .filter(s -> !isMember(s))
            .filter(
                s ->
                    keeper()
                        .journal()
                        .memberChange(s.address)
                        .filter(c -> c.kind() == MemberChange.Kind.JOINING && c.replaceData())
                        .isEmpty())
            .toList();
    others.forEach(server -> add(server, true));
    if (!others.isEmpty() || world.coordinator.isPresent()) {
      world.time.after(SECOND / 2, this::bringAllBack);
    }
  }

  private SimKeeper keeper() {
    return world.keepers.getFirst();
  }
}
