package io.understudy.failover.sim;

import io.understudy.failover.view.Upstream;
import io.understudy.topology.Address;
import io.understudy.topology.Role;
import io.understudy.topology.RunId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A simulated redis-server: one address, one process after another. */
final class SimServer {
  /** How a process starts again. */
  enum Restart {
    EMPTY,
    OLD_SNAPSHOT,
    ALL_DATA
  }

  /** Why a server does not listen to a keeper, although it serves its clients. */
  enum Denial {
    NOAUTH,
    NOPERM
  }

  /** A file; one of a primary without a backlog does not say whose history it is. */
  private record Snapshot(Dataset data, String replId, long offset, boolean tellsHistory) {}

  private record Backlogged(long endOffset, Dataset.Command command) {}

  static final int USUAL_PING_SECONDS = 10;

  static final String NO_ID = "0000";
  private static final int MAX_BACKLOG = 2_000;

  final World world;
  final Address address;
  final String name;

  boolean alive;
  boolean stopped;
  boolean booting;
  long busyUntilNanos = -1;
  long loadingUntilNanos = -1;
  private long cannotSaveUntilNanos = -1;
  private long deniedUntilNanos = -1;

  /** What it tells keepers while it denies them everything. */
  Denial denial = Denial.NOAUTH;

  /** When it last denied keepers anything: then it may be well, and they cannot know or act. */
  long lastDeniedNanos = -1;

  RunId runId = new RunId("none");
  int incarnation;
  int priority = 100;

  /** {@code min-replicas-to-write}; writes are refused while there are fewer. */
  long minReplicas;

  /** {@code repl-ping-replica-period}. */
  int pingSeconds = USUAL_PING_SECONDS;

  /** How often a replica attached since this process began. */
  long attachments;

  /** Attached programs that acknowledge whatever they are sent, and hold nothing. */
  int strangers;

  private int ticks;

  /** When it last was anything but well, for invariants that hold of well servers only. */
  long lastTroubleNanos = -1;

  long startedNanos = -1;
  long killedNanos = -1;

  Dataset data = new Dataset();
  long markVersion;
  Role role = Role.PRIMARY;
  String replId = NO_ID;
  String formerReplId = NO_ID;
  long formerEnd = -1;
  long offset;
  private final Deque<Backlogged> backlog = new ArrayDeque<>();

  /** Without one, its offset stands still, and its history changes with the first replica. */
  boolean hasBacklog;

  private long lastFollowedNanos;
  final List<ReplicaLink> feeding = new ArrayList<>();

  /** Those that it calls its replicas: of one that left it may not know yet. */
  final List<ReplicaLink> shown = new ArrayList<>();

  /** The control connections, by the owner whose name they carry, as CLIENT LIST shows them. */
  final Map<Network.Connection, String> named = new LinkedHashMap<>();

  String upstreamHost = "";
  int upstreamPort;
  @Nullable ReplicaLink link;
  boolean everUp;

  /** Whose data it was filled with last. */
  RunId filledBy = new RunId("none");

  long lastUpNanos = -1;
  private int attachment;

  private @Nullable Snapshot snapshot;
  private final List<Runnable> inbox = new ArrayList<>();

  SimServer(World world, Address address) {
    this.world = world;
    this.address = address;
    this.name = "node" + (address.port() % 10);
  }

  // ---- the process

  void boot(Dataset with, String id, long at, Role as, String host, int port) {
    alive = true;
    stopped = false;
    incarnation++;
    runId = new RunId(String.format(Locale.ROOT, "%s-run%d", name, incarnation));
    data = with;
    markVersion++;
    replId = id;
    formerReplId = NO_ID;
    formerEnd = -1;
    offset = at;
    role = as;
    upstreamHost = host;
    upstreamPort = port;
    backlog.clear();
    hasBacklog = false;
    lastFollowedNanos = world.time.nowNanos();
    attachments = 0;
    strangers = 0;
    named.clear();
    shown.clear();
    everUp = false;
    lastUpNanos = -1;
    startedNanos = world.time.nowNanos();
    lastTroubleNanos = startedNanos;
    int mine = incarnation;
    world.time.after(world.time.millis(0, 999), () -> tick(mine));
    world.time.after(world.time.millis(500, 4_000), () -> save(mine));
    if (role == Role.REPLICA) {
      connect(0);
    }
  }

  void kill() {
    if (!alive) {
      return;
    }
    trace("killed");
    alive = false;
    stopped = false;
    busyUntilNanos = -1;
    loadingUntilNanos = -1;
    relent();
    killedNanos = world.time.nowNanos();
    lastTroubleNanos = killedNanos;
    inbox.clear();
    dropLink();
    for (ReplicaLink each : List.copyOf(feeding)) {
      each.end();
    }
    feeding.clear();
    world.processes().forEach(k -> k.connectionEnded(this));
  }

  void restart(Restart how, boolean asReplica) {
    if (alive || booting) {
      return;
    }
    booting = true;
    Snapshot old = snapshot;
    Dataset exact = data;
    String exactId = replId;
    long exactOffset = offset;
    boolean tells = tellsHistory();
    String host = upstreamHost.isEmpty() ? Upstream.GATE_HOST : upstreamHost;
    int port = upstreamPort;
    world.time.after(
        world.time.millis(13, 60),
        () -> {
          booting = false;
          trace("starts again, " + how + (asReplica ? ", as replica of " + port : ""));
          Snapshot loaded =
              switch (how) {
                case EMPTY -> null;
                case OLD_SNAPSHOT -> old;
                case ALL_DATA -> new Snapshot(exact, exactId, exactOffset, tells);
              };
          start(loaded, asReplica, host, port);
        });
  }

  private void start(@Nullable Snapshot loaded, boolean asReplica, String host, int port) {
    if (loaded == null) {
      boot(
          new Dataset(), world.newReplId(), 0, asReplica ? Role.REPLICA : Role.PRIMARY, host, port);
      return;
    }
    Dataset copy = loaded.data().copy();
    if (!loaded.tellsHistory() || (world.forgetsHistory && !asReplica)) {
      Role as = asReplica ? Role.REPLICA : Role.PRIMARY;
      boot(copy, world.newReplId(), 0, as, asReplica ? host : "", asReplica ? port : 0);
    } else if (asReplica) {
      boot(copy, loaded.replId(), loaded.offset(), Role.REPLICA, host, port);
    } else {
      boot(copy, world.newReplId(), loaded.offset(), Role.PRIMARY, "", 0);
      formerReplId = loaded.replId();
      formerEnd = loaded.offset() + 1;
      hasBacklog = true;
    }
    if (world.time.random().nextInt(4) == 0) {
      loadingUntilNanos = world.time.nowNanos() + world.time.millis(100, 2_000);
      lastTroubleNanos = loadingUntilNanos;
    }
  }

  private void save(int mine) {
    if (alive && incarnation == mine) {
      if (!stopped && !isLoading()) {
        snapshot = new Snapshot(data.copy(), replId, offset, tellsHistory());
      }
      world.time.after(world.time.millis(1_000, 6_000), () -> save(mine));
    }
  }

  void stop() {
    if (alive && !stopped) {
      trace("stopped (SIGSTOP)");
      stopped = true;
    }
  }

  void wake() {
    if (alive && stopped) {
      trace("continues (SIGCONT)");
      stopped = false;
      lastTroubleNanos = world.time.nowNanos();
      List<Runnable> waiting = new ArrayList<>(inbox);
      inbox.clear();
      // Connections are served in no particular order.
      java.util.Collections.shuffle(waiting, world.time.random());
      waiting.forEach(Runnable::run);
      if (link != null) {
        link.lastHeardNanos = world.time.nowNanos();
      }
    }
  }

  void busyFor(long nanos) {
    if (alive) {
      trace("busy with a script");
      busyUntilNanos = world.time.nowNanos() + nanos;
      lastTroubleNanos = busyUntilNanos;
    }
  }

  /** Its disk is full: it refuses writes, and says MISCONF to a PING while it is primary. */
  void cannotSaveFor(long nanos) {
    if (alive) {
      trace("cannot save");
      cannotSaveUntilNanos = world.time.nowNanos() + nanos;
    }
  }

  boolean cannotSave() {
    return world.time.nowNanos() < cannotSaveUntilNanos;
  }

  /** Somebody changed the keepers' password or rights. */
  void denyFor(Denial what, long nanos) {
    if (alive) {
      trace("denies keepers everything: " + what);
      denial = what;
      deniedUntilNanos = world.time.nowNanos() + nanos;
      lastDeniedNanos = deniedUntilNanos;
    }
  }

  boolean isDenying() {
    return world.time.nowNanos() < deniedUntilNanos;
  }

  /** Can save again, and denies nothing. */
  void relent() {
    cannotSaveUntilNanos = -1;
    if (isDenying()) {
      deniedUntilNanos = -1;
      lastDeniedNanos = world.time.nowNanos();
    }
  }

  /** Whether a keeper could know and order it ever since. */
  boolean listenedSince(long sinceNanos) {
    return lastTroubleNanos < sinceNanos && lastDeniedNanos < sinceNanos;
  }

  boolean isBusy() {
    return world.time.nowNanos() < busyUntilNanos;
  }

  boolean isLoading() {
    return world.time.nowNanos() < loadingUntilNanos || (link != null && link.isLoading());
  }

  /** Whether it takes a client's write. */
  boolean takesWrites() {
    return role == Role.PRIMARY
        && !isBusy()
        && !isLoading()
        && !cannotSave()
        && feeding.stream().filter(ReplicaLink::isUp).count() >= minReplicas;
  }

  boolean isRun(RunId run) {
    return alive && runId.equals(run);
  }

  boolean isWell() {
    return alive && !stopped && !isBusy() && !isLoading();
  }

  /**
   * Runs what arrived on a connection to the incarnation {@code to}; 0 means whichever is there.
   */
  void receive(int to, Runnable work, Runnable reset) {
    if (!alive || (to != 0 && to != incarnation)) {
      reset.run();
    } else if (stopped) {
      int mine = incarnation;
      inbox.add(() -> receive(mine, work, reset));
    } else {
      work.run();
    }
  }

  // ---- orders and commands

  void execute(Dataset.Command command) {
    data.apply(command);
    if (command instanceof Dataset.Command.SetMark
        || command instanceof Dataset.Command.DeleteMark) {
      markVersion++;
    }
    if (hasBacklog) {
      offset += command.bytes();
      append(command);
    }
  }

  private boolean tellsHistory() {
    return role == Role.REPLICA || hasBacklog;
  }

  private void append(Dataset.Command command) {
    backlog.addLast(new Backlogged(offset, command));
    while (backlog.size() > MAX_BACKLOG) {
      backlog.removeFirst();
    }
    for (ReplicaLink each : List.copyOf(feeding)) {
      each.feed(command, offset);
    }
  }

  /** From the upstream's stream. */
  void replicate(Dataset.Command command, long endOffset) {
    data.apply(command);
    if (command instanceof Dataset.Command.SetMark
        || command instanceof Dataset.Command.DeleteMark) {
      markVersion++;
    }
    offset = endOffset;
    append(command);
  }

  void replicaOfNoOne() {
    if (role == Role.PRIMARY) {
      return;
    }
    trace("becomes primary at offset " + offset);
    dropLink();
    role = Role.PRIMARY;
    upstreamHost = "";
    upstreamPort = 0;
    formerReplId = replId;
    formerEnd = offset + 1;
    replId = world.newReplId();
    endFeeding();
  }

  void replicaOf(String host, int port) {
    if (role == Role.REPLICA && upstreamHost.equals(host) && upstreamPort == port) {
      return;
    }
    trace("becomes replica of " + (port == 0 ? "nothing" : "node" + port % 10));
    dropLink();
    role = Role.REPLICA;
    upstreamHost = host;
    upstreamPort = port;
    endFeeding();
    connect(0);
  }

  /** Somebody attaches a program that is no node of the group. */
  void attachStranger() {
    if (isWell()) {
      trace("a stranger attaches");
      makeBacklog();
      attachments++;
      strangers++;
    }
  }

  /** How many attached say that they have everything up to an offset: what WAIT counts. */
  int holders(long upTo) {
    return strangers
        + (int) feeding.stream().filter(l -> l.isUp() && l.acknowledged >= upTo).count();
  }

  /** What a server does before it sends its data to the first replica. */
  void makeBacklog() {
    if (!hasBacklog) {
      takeNewHistory();
      hasBacklog = true;
    }
  }

  private void takeNewHistory() {
    replId = world.newReplId();
    formerReplId = NO_ID;
    formerEnd = -1;
    backlog.clear();
  }

  private void endFeeding() {
    strangers = 0;
    lastFollowedNanos = world.time.nowNanos();
    for (ReplicaLink each : List.copyOf(feeding)) {
      each.end();
    }
    feeding.clear();
  }

  // ---- replication

  private void dropLink() {
    attachment++;
    if (link != null) {
      ReplicaLink old = link;
      link = null;
      old.abandoned();
    }
  }

  /** The link ended: the first attempt comes at once, the next with a tick of the server's. */
  void linkLost(boolean atOnce) {
    trace("loses its link");
    link = null;
    attachment++;
    connect(atOnce ? 0 : world.time.millis(60, 1_000));
  }

  private void connect(long delayNanos) {
    int mine = attachment;
    int process = incarnation;
    world.time.after(
        delayNanos,
        () -> {
          boolean wanted =
              alive
                  && process == incarnation
                  && mine == attachment
                  && role == Role.REPLICA
                  && link == null
                  && upstreamPort != 0;
          if (!wanted) {
            return;
          }
          SimServer upstream = world.serverAt(upstreamPort);
          if (stopped || isBusy() || !ReplicaLink.tryOpen(this, upstream)) {
            connect(world.time.millis(60, 1_000));
          }
        });
  }

  /** Whether a replica's position can be continued from the backlog. */
  boolean canContinue(String id, long from) {
    boolean known = id.equals(replId) || (id.equals(formerReplId) && from + 1 <= formerEnd);
    if (!hasBacklog || !known || from > offset) {
      return false;
    }
    long begin =
        backlog.isEmpty()
            ? offset
            : backlog.getFirst().endOffset() - backlog.getFirst().command().bytes();
    return from >= begin;
  }

  void sendBacklog(ReplicaLink to, long from) {
    for (Backlogged each : backlog) {
      if (each.endOffset() > from) {
        to.feed(each.command(), each.endOffset());
      }
    }
  }

  private void tick(int mine) {
    if (!alive || incarnation != mine) {
      return;
    }
    long now = world.time.nowNanos();
    boolean pings = ++ticks % pingSeconds == 0;
    if (pings && !stopped && role == Role.PRIMARY && !feeding.isEmpty() && !isBusy()) {
      execute(new Dataset.Command.Ping());
    }
    lookAtBacklog(now);
    if (!stopped && link != null) {
      if (now - link.lastHeardNanos > world.replTimeoutNanos) {
        link.end();
      } else if (link.isUp()) {
        lastUpNanos = now;
      }
    }
    world.time.after(1_000_000_000L, () -> tick(mine));
  }

  /** {@code repl-backlog-ttl}. */
  private void lookAtBacklog(long now) {
    if (stopped || role != Role.PRIMARY || !feeding.isEmpty() || strangers > 0) {
      lastFollowedNanos = now;
    } else if (hasBacklog && now - lastFollowedNanos > world.backlogTtlNanos) {
      trace("frees its backlog");
      takeNewHistory();
      hasBacklog = false;
    }
  }

  /** Forgets its backlog, as a full resync or a restart does. */
  void clearBacklog() {
    backlog.clear();
  }

  void trace(String what) {
    world.time.trace(name, what);
  }
}
