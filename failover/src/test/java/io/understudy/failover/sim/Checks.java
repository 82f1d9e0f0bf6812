package io.understudy.failover.sim;

import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.Decision;
import io.understudy.failover.decide.Entry;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.failover.decide.Operation;
import io.understudy.failover.decide.Reign;
import io.understudy.failover.decide.Step;
import io.understudy.failover.view.GroupView;
import io.understudy.failover.view.NodeFacts;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.Role;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The invariants, judged by what is true in the world and not by what a keeper believes. */
final class Checks {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLISECOND = 1_000_000L;

  /** How long something must have been plain to see before a keeper is blamed for not seeing it. */
  static final long PLAIN = 2 * SECOND;

  private record Written(RunId by, long endOffset) {}

  private final World world;
  private final Map<String, Topology> newest = new HashMap<>();
  private final Map<String, RunId> primaryOfEpoch = new HashMap<>();
  private final Map<Long, Written> written = new HashMap<>();
  private final Set<Long> acknowledged = new HashSet<>();
  private final Set<Long> forgiven = new HashSet<>();
  private final Map<RunId, Long> observedOffset = new HashMap<>();
  private final List<Long> failoverNanos = new ArrayList<>();
  private final Set<RunId> begunBlank = new HashSet<>();

  /** By owner and epoch: whose data the primary of that reign held. */
  private final Map<String, String> origins = new HashMap<>();

  private boolean begun;

  /** Promotions that an operator forced; one may run long after the operation that gave it. */
  private final Set<Long> forcedOrders = new HashSet<>();

  /** Promoted by a planned change, which loses nothing whatever the limits are. */
  private final Set<RunId> switching = new HashSet<>();

  /** Promoted by their mark alone, so that how much they missed could not be known. */
  private final Set<RunId> unprovable = new HashSet<>();

  private final Map<Long, Long> acknowledgedNanos = new HashMap<>();
  private boolean operatorInterfered;
  private boolean journalRestored;
  private long orderedPromotionNanos = Long.MAX_VALUE;
  private long withoutPrimarySinceNanos = -1;
  private int lost;
  private int failovers;
  private int switchovers;
  private int alone;

  Checks(World world) {
    this.world = world;
  }

  int failovers() {
    return failovers;
  }

  int acknowledgedCount() {
    return acknowledged.size();
  }

  int aloneCount() {
    return alone;
  }

  int switchovers() {
    return switchovers;
  }

  int lostCount() {
    return lost;
  }

  /** After every event. I1: never two primaries behind endpoints at one instant. */
  void always() {
    RunId primary = null;
    world.coordinator.ifPresent(SimCoordinator::always);
    for (SimKeeper keeper : world.processes()) {
      RunId its =
          keeper
              .feed()
              .primary()
              .filter(p -> world.serverAt(p.address().port()).isRun(p.runId()))
              .map(Node::runId)
              .orElse(null);
      if (its != null && primary != null && !its.equals(primary)) {
        throw new Violation(
            "I1", "two primaries are published at once: " + primary + " and " + its);
      }
      primary = its != null ? its : primary;
    }
  }

  /** From now on the keeper must refuse to act, which is no failure to recover. */
  void journalRestored(SimKeeper keeper) {
    journalRestored = true;
    orderedPromotionNanos = Long.MAX_VALUE;
  }

  /** I10, while faults last: what can plainly be failed over is, soon after downAfter. */
  void lookForNeglect() {
    SimKeeper keeper = world.keepers.getFirst();
    long now = world.time.nowNanos();
    long idle = world.refusesSettings ? SimServer.USUAL_PING_SECONDS * SECOND : 0;
    long doubt = world.policy.verification().map(v -> v.doubt().toNanos()).orElse(0L);
    long grace = world.policy.downAfter().toNanos() + idle + doubt + 2 * PLAIN;
    boolean several = world.keepers.size() > 1 || world.coordinator.isPresent();
    if (!isLost(keeper) || several || keeper.isGroupPaused()) {
      withoutPrimarySinceNanos = -1;
      return;
    }
    if (withoutPrimarySinceNanos < 0) {
      withoutPrimarySinceNanos = now;
    }
    long since = withoutPrimarySinceNanos - PLAIN;
    boolean coolingDown =
        failoverNanos.stream()
                .filter(at -> at > now - world.policy.failoverWindow().toNanos() - grace)
                .count()
            >= world.policy.maxFailovers();
    if (now - withoutPrimarySinceNanos < grace
        || keeper.lastTroubleNanos > since
        || coolingDown
        || WorldFacts.votersAreMissing(world, since)
        || WorldFacts.witnessesAreMissing(world, since)) {
      return;
    }
    Reign reign = keeper.journal().reign().orElseThrow();
    for (SimServer each : world.newcomers.members()) {
      boolean ready =
          each.isWell()
              && world.places.mayLead(each)
              && !keeper.isPaused(each.address)
              && each.listenedSince(since)
              && each.lastUpNanos > withoutPrimarySinceNanos - 2 * SECOND
              && each.role == Role.REPLICA
              && world.network.wasOpenSince(keeper.name(), each.name, since)
              && withinLimitsOf(keeper, reign, each);
      if (ready) {
        throw new Violation(
            "I10",
            "nothing was done for "
                + (now - withoutPrimarySinceNanos) / SECOND
                + " s although "
                + each.name
                + " could be primary");
      }
    }
  }

  private boolean withinLimitsOf(SimKeeper keeper, Reign reign, SimServer server) {
    return reign.seenOffset() - server.offset <= world.policy.maxLagBytes()
        && (server.replId.equals(reign.history().value())
            || WorldFacts.isHeir(keeper, reign, server));
  }

  /**
   * Whether the last published primary is dead, stopped or no primary, and no other was published.
   */
  private boolean isLost(SimKeeper keeper) {
    Reign reign = keeper.journal().reign().orElse(null);
    if (reign == null || !keeper.isRunning()) {
      return false;
    }
    SimServer server = world.serverAt(reign.primary().address().port());
    return !server.isRun(reign.primary().runId())
        || server.stopped
        || (server.role != Role.PRIMARY && server.lastDeniedNanos < world.time.nowNanos() - PLAIN);
  }

  // ---- writes

  void wrote(long id, SimServer server) {
    // What does not move the offset cannot be seen.
    long end = server.hasBacklog ? server.offset : Long.MAX_VALUE;
    written.put(id, new Written(server.runId, end));
  }

  void acknowledged(SimKeeper keeper, long id, SimServer server, Topology under) {
    RunId by = Objects.requireNonNull(written.get(id)).by();
    boolean published =
        keeper
            .feed()
            .primary()
            .or(() -> keeper.feed().retiring())
            .filter(p -> p.runId().equals(by))
            .isPresent();
    if (!published) {
      throw new Violation(
          "I1",
          "write "
              + id
              + " was acknowledged by "
              + by
              + " of epoch "
              + under.epoch()
              + " when it was not the published primary at "
              + server.name);
    }
    acknowledged.add(id);
    acknowledgedNanos.put(id, world.time.nowNanos());
  }

  /** Of a proxy elsewhere that goes on alone, and was judged. */
  void acknowledgedAlone(long id) {
    alone++;
    acknowledged.add(id);
    acknowledgedNanos.put(id, world.time.nowNanos());
  }

  /** Whether two reigns may overlap, because a person or an old journal made it so. */
  boolean isExcused() {
    return operatorInterfered || journalRestored;
  }

  /** An operator's own command replaced a node's data: what is lost by it is not the keeper's. */
  void operatorGaveUp(SimServer server) {
    operatorInterfered |= server.role == Role.PRIMARY;
  }

  // ---- publications

  void published(SimKeeper keeper, Topology topology) {
    Topology before = newest.get(keeper.owner());
    boolean goesBack =
        before != null
            && (journalRestored
                ? topology.primary().isPresent() && before.epoch().isAfter(topology.epoch())
                : !topology.isAfter(before));
    if (goesBack) {
      throw new Violation("I2", topology + " was published after " + before);
    }
    if (journalRestored && topology.primary().isEmpty()) {
      return;
    }
    newest.put(keeper.owner(), topology);
    Node primary = topology.primary().orElse(null);
    if (primary == null) {
      return;
    }
    String reign = keeper.owner() + topology.epoch();
    RunId known = primaryOfEpoch.putIfAbsent(reign, primary.runId());
    if (known != null && !known.equals(primary.runId())) {
      throw new Violation(
          "I2", "epoch " + topology.epoch() + " has two primaries: " + known + " and " + primary);
    }
    if (known == null) {
      newReign(keeper, topology, primary);
    }
    boolean durable =
        keeper
            .durable()
            .map(GroupJournal::published)
            .filter(
                p ->
                    p.equals(topology)
                        // Another keeper may lead by now, and publish what follows.
                        || (world.coordinator.isPresent() && p.isAfter(topology)))
            .isPresent();
    if (!durable) {
      throw new Violation("I2", topology + " was published before it was durable");
    }
  }

  /** I4: what a new primary misses was not seen by the keeper, or is within the limit. */
  private void newReign(SimKeeper keeper, Topology topology, Node primary) {
    SimServer server = world.serverAt(primary.address().port());
    if (topology.epoch().isAfter(new Epoch(1))) {
      failovers++;
    }
    if (!server.runId.equals(primary.runId())) {
      return;
    }
    if (server.data.isEmpty()) {
      begunBlank.add(server.runId);
    }
    origins.put(keeper.owner() + topology.epoch(), server.data.origin);
    boolean switched = switching.remove(server.runId);
    switchovers += switched ? 1 : 0;
    long missing = 0;
    for (long id : acknowledged) {
      if (server.data.writes.contains(id) || !forgiven.add(id)) {
        continue;
      }
      lost++;
      if (acknowledgedNanos.getOrDefault(id, 0L) > orderedPromotionNanos && !operatorInterfered) {
        throw new Violation(
            "I4", "write " + id + " was acknowledged after its loss had been decided");
      }
      if (world.policy.durability().isPresent() && isDurabilityBinding()) {
        throw new Violation("I4", "write " + id + " was acknowledged as durable and is lost");
      }
      Written write = Objects.requireNonNull(written.get(id));
      if (switched && !operatorInterfered) {
        throw new Violation("I5", "write " + id + " is lost by a switchover");
      }
      if (write.endOffset() <= observedOffset.getOrDefault(write.by(), 0L)) {
        missing += Dataset.Command.Write.BYTES;
      }
    }
    long limit =
        world.policy.maxLagBytes() + (keeperWasRestarted() ? GroupJournal.UNSAVED_BYTES : 0);
    orderedPromotionNanos = Long.MAX_VALUE;
    boolean excused =
        operatorInterfered
            || WorldFacts.allWereBlank(world, server)
            || unprovable.contains(server.runId);
    operatorInterfered = false;
    if (missing > limit && !excused) {
      throw new Violation(
          "I4",
          missing
              + " bytes of acknowledged writes that the keeper had seen are lost in epoch "
              + topology.epoch());
    }
  }

  /** An operator may give anything up, and two keepers that do not know each other may too. */
  private boolean isDurabilityBinding() {
    return !operatorInterfered && !journalRestored && world.keepers.size() == 1;
  }

  private boolean keeperWasRestarted() {
    return world.keepers.getFirst().life() > 1 || world.coordinator.isPresent();
  }

  /** What a keeper was told; the most it can be held responsible for. */
  void observed(SimKeeper keeper, NodeFacts facts) {
    boolean reigns =
        world.keepers.contains(keeper)
            && keeper
                .journal()
                .reign()
                .filter(r -> r.primary().runId().equals(facts.runId()))
                .isPresent();
    if (reigns && facts.upstream().isEmpty()) {
      observedOffset.merge(facts.runId(), facts.replication().offset(), Math::max);
    }
  }

  // ---- decisions and orders

  /** I9, and I12: the entry of a change, replayed, gives the same decision. */
  void decided(SimKeeper keeper, GroupView view, GroupJournal before, Step step) {
    Decision decision = step.decision();
    boolean changes =
        decision.actions().stream()
            .anyMatch(a -> a instanceof Action.Order || a instanceof Action.Publish);
    if (!changes) {
      return;
    }
    Choices.judge(world, view, before, step, begun);
    begun |= decision.actions().stream().anyMatch(Choices::makesPrimary);
    Reign reign = before.reign().orElse(null);
    if (reign != null && Choices.beginsFailover(before, step)) {
      SimServer primary = world.serverAt(reign.primary().address().port());
      if (primary.isRun(reign.primary().runId())) {
        world.coordinator.ifPresent(c -> c.beginsFailover(primary));
      }
    }
    if (step.journal().entries().isEmpty()) {
      throw new Violation("I12", "no entry for " + decision);
    }
    Entry entry = step.journal().entries().getLast();
    long last = before.entries().isEmpty() ? 0 : before.entries().getLast().number();
    if (entry.number() <= last) {
      throw new Violation("I12", "no new entry for " + decision);
    }
    if (world.isReal() && !GroupMachine.replay(entry).equals(decision)) {
      throw new Violation("I12", "replayed: " + GroupMachine.replay(entry) + ", not " + decision);
    }
  }

  /** What a step decided is durable: from now on a promotion in it may be sent. */
  void saved(SimKeeper keeper, GroupJournal before, Step step) {
    if (Choices.beginsFailover(before, step)) {
      // When it was decided: where several agree, a save takes a while.
      budget(step.journal().failoverMillis().getLast() * MILLISECOND);
    }
    boolean forced = step.journal().operation().filter(op -> op.forcedTo().isPresent()).isPresent();
    for (Action action : step.decision().actions()) {
      if (action instanceof Action.Promote promote && forced) {
        forcedOrders.add(promote.id());
      }
    }
    if (step.decision().actions().stream().anyMatch(a -> a instanceof Action.Promote)
        && keeper == world.keepers.getFirst()) {
      orderedPromotionNanos = Math.min(orderedPromotionNanos, world.time.nowNanos());
    }
  }

  /** I11: so many failovers per window. */
  private void budget(long now) {
    // The core counts by a wall clock of milliseconds.
    failoverNanos.removeIf(at -> at <= now - world.policy.failoverWindow().toNanos() + MILLISECOND);
    failoverNanos.add(now);
    if (failoverNanos.size() > world.policy.maxFailovers() && world.keepers.size() == 1) {
      throw new Violation("I11", failoverNanos.size() + " failovers within the window");
    }
  }

  void sends(SimKeeper keeper, Action.Order order) {
    if (keeper.isGroupPaused()) {
      throw new Violation("I9", "an order is sent while the group is paused");
    }
    if (keeper.isPaused(order.node().address())) {
      throw new Violation("I9", order.describe() + " is sent while that node is paused");
    }
  }

  /** I3, when an order runs: its reign is the journal's, or the journal knows that it may run. */
  void executes(SimKeeper keeper, Action.Order order, SimServer server) {
    world.newcomers.executes(order, server);
    GroupJournal durable = keeper.durable().orElse(null);
    if (durable == null) {
      return;
    }
    boolean known = durable.orders().stream().anyMatch(o -> o.order().id() == order.id());
    boolean gate = order instanceof Action.Gate;
    boolean judged = keeper.isRunning() || world.coordinator.isPresent();
    if (!known && !gate && !Newcomers.isRemoved(order, durable) && judged) {
      boolean alsoInMemory =
          keeper == world.keepers.getFirst()
              && keeper.journal().orders().stream().anyMatch(o -> o.order().id() == order.id());
      if (!alsoInMemory) {
        throw new Violation(
            "I3", order.describe() + " runs, and the journal does not know that it still may");
      }
    }
    Optional<Epoch> on = server.data.mark.map(m -> m.epoch());
    Optional<Epoch> expected = order.expected().map(m -> m.epoch());
    if (on.isPresent() && expected.isPresent() && on.get().isAfter(expected.get())) {
      throw new Violation(
          "I3",
          order.describe()
              + " was decided in epoch "
              + expected.get()
              + " and runs on a server of epoch "
              + on.get());
    }
    if (order instanceof Action.Promote promote) {
      promotes(keeper, promote, server);
    }
  }

  /** I6 and I8, when a promotion runs. */
  private void promotes(SimKeeper keeper, Action.Promote promote, SimServer server) {
    if (forcedOrders.contains(promote.id())) {
      operatorInterfered = true;
      return;
    }
    boolean blank = WorldFacts.allWereBlank(world, server);
    world.places.promotes(server, blank);
    if (server.priority == 0 && WorldFacts.lastSeenPriority(keeper, server) == 0 && !blank) {
      throw new Violation("I6", server.name + " has priority 0 and is promoted");
    }
    if (server.isLoading() || (server.link != null && server.link.isSyncing())) {
      throw new Violation("I6", server.name + " is being filled and is promoted");
    }
    Reign reign = keeper.journal().reign().orElse(null);
    if (reign != null && WorldFacts.unrelated(server, reign)) {
      unprovable.add(server.runId);
    }
    if (reign == null || blank || begunBlank.contains(reign.primary().runId())) {
      return;
    }
    if (server.data.isEmpty()) {
      throw new Violation("I6", server.name + " holds nothing and is promoted");
    }
    String origin = origins.get(keeper.owner() + reign.epoch());
    if (origin != null && !origin.equals(server.data.origin)) {
      throw new Violation("I6", server.name + " holds other data and is promoted");
    }
    Rivals.judge(world, keeper, server, reign, acknowledged);
    PlainSight.primaryWasAlive(world, keeper, promote, reign);
  }

  void executed(SimKeeper keeper, Action.Order order, SimServer server) {
    if (order instanceof Action.Promote) {
      switching.remove(server.runId);
      keeper
          .journal()
          .operation()
          .filter(op -> op.kind() == Operation.Kind.SWITCHOVER)
          .ifPresent(op -> switching.add(server.runId));
    }
    if (order instanceof Action.Promote && server.role != Role.PRIMARY) {
      throw new Violation("I3", keeper.name() + " promoted " + server.name + " in vain");
    }
  }

  /** I7, when a replica is about to give up its data for an image. */
  void replicaWipes(SimServer replica, SimServer from, Dataset image) {
    PlainSight.replicaWipes(world, replica, from, image);
  }

  // ---- the end

  /** I10, and that nothing acknowledged is missing that was not reported lost before. */
  void atTheEnd() {
    if (journalRestored) {
      return;
    }
    if (world.keepers.getFirst().journal().wish().isPresent()) {
      throw new Violation("I5", "an operator's wish was neither done nor dropped");
    }
    Optional<String> unwell = WorldFacts.unwell(world);
    if (unwell.isPresent()) {
      if (nobodyQualifies() || Choices.isConflict(world) || WorldFacts.neverBegan(world)) {
        return;
      }
      throw new Violation("I10", "30 s after the last fault: " + unwell.get());
    }
    SimKeeper keeper = world.keepers.getFirst();
    SimServer primary = world.serverAt(keeper.feed().primary().orElseThrow().address().port());
    for (SimServer other : world.servers) {
      if (!other.data.sameAs(primary.data)) {
        throw new Violation("I10", other.name + " holds other data than " + primary.name);
      }
    }
    for (long id : acknowledged) {
      if (!primary.data.writes.contains(id) && !forgiven.contains(id) && !operatorInterfered) {
        throw new Violation(
            "I4", "write " + id + " was acknowledged and is missing, and no failover lost it");
      }
    }
  }

  /** Staying down is right when every node left is one that must not be promoted. */
  private boolean nobodyQualifies() {
    SimKeeper keeper = world.keepers.getFirst();
    Reign reign = keeper.journal().reign().orElse(null);
    boolean waiting =
        keeper
            .journal()
            .operation()
            .filter(o -> o.kind() == Operation.Kind.FAILOVER)
            .filter(o -> o.phase() == Operation.Phase.CHOOSE)
            .isPresent();
    if (!waiting) {
      return false;
    }
    return world.newcomers.members().stream()
        .allMatch(
            s ->
                !world.places.mayLead(s)
                    || s.data.isEmpty()
                    || reign == null
                    || tooStale(s, keeper, reign)
                    || WorldFacts.unrelated(s, reign));
  }

  private boolean tooStale(SimServer server, SimKeeper keeper, Reign reign) {
    long seen =
        Math.max(reign.seenOffset(), observedOffset.getOrDefault(reign.primary().runId(), 0L));
    boolean behind = seen - server.offset > world.policy.maxLagBytes();
    return behind || !Rivals.withinLimits(world, keeper, server);
  }
}
