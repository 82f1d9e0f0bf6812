package io.understudy.proxy.backend;

import io.understudy.proxy.observe.KeySamples;
import io.understudy.proxy.route.Credentials;
import io.understudy.proxy.route.PoolKey;
import io.understudy.topology.Durability;
import io.understudy.topology.Node;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to one node of a group, its primary or a replica, and the
 * sessions that wait for one.
 *
 * <p>It follows what is published: without a primary nothing new is sent and the sessions wait;
 * with another primary the old connections are closed, and the sessions go on in the order in which
 * they began to wait, a bounded number of commands per turn.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a timer of the loop fails only with the loop
public final class BackendPool {
  private static final long TICK_MS = 50;
  private static final long SWEEP_SECONDS = 30;

  private final KeySamples keys = new KeySamples();
  private final Loop loop;
  private final TopologyFeed feed;
  private final Post post;
  private final Supplier<Access> access;
  private final TrafficLog traffic;
  private final Map<PoolKey, SharedBackend> shared = new HashMap<>();
  private final IdleSeats idle = new IdleSeats();
  private final Set<Backend> open = new HashSet<>();
  private final Set<PoolKey> connectingShared = new HashSet<>();
  private final Map<PoolKey, Integer> connectingPinned = new HashMap<>();
  private final Backoff backoff = new Backoff();
  private ArrayDeque<Waiter> waiting = new ArrayDeque<>();
  private @Nullable Reign reign;

  /** The reign that a planned change may end, and that goes on if the change is called off. */
  private @Nullable Reign retiring;

  /** The newest publication without a primary. */
  private @Nullable Topology holding;

  /** The newest publication of a planned change for which nothing is awaited any more. */
  private volatile @Nullable Topology drained;

  private String reason = "nothing was published yet";
  private boolean locked;
  private int wantedReplicas;
  private boolean sweeping;
  private boolean closed;
  private boolean ticking;
  private boolean serving;
  private boolean interrupted;
  private final Set<Interruption> interested = new LinkedHashSet<>();
  private final Confirmer confirmer;
  private String group = "";

  /**
   * Makes an empty pool.
   *
   * @param post what the node it leads to is in the group
   * @param access how the group's nodes are reached now
   */
  public BackendPool(
      Loop loop, TopologyFeed feed, Post post, Supplier<Access> access, TrafficLog traffic) {
    this.loop = loop;
    this.feed = feed;
    this.post = post;
    this.access = access;
    this.traffic = traffic;
    this.confirmer = new Confirmer(loop, this, feed, access);
  }

  /** Who confirms writes; null while the primary's own answer is enough. */
  public @Nullable Confirmer confirmer() {
    return wantedReplicas > 0 ? confirmer : null;
  }

  /** How many replicas must have a write, as was published last; 0 if its answer is enough. */
  public int wantedReplicas() {
    return wantedReplicas;
  }

  /** The group's name; empty before the first publication. */
  String group() {
    return group;
  }

  /** Follows a publication. */
  public void update(Topology topology) {
    if (!sweeping) {
      sweeping = true;
      sweepLater();
    }
    reason = topology.reason();
    group = topology.group();
    wantedReplicas = topology.durability().map(Durability::replicas).orElse(0);
    follow(topology);
    confirmer.published();
  }

  private void follow(Topology topology) {
    Reign before = reign;
    if (before != null && before.isCarriedOnBy(topology)) {
      serve();
      return;
    }
    Reign paused = retiring;
    if (paused != null && paused.isCarriedOnBy(topology)) {
      retiring = null;
      reign = paused;
      serve();
      return;
    }
    backoff.reset();
    interrupt();
    if (post.holder(topology).isEmpty()) {
      retiring = before == null ? paused : before;
      if (retiring != null && !post.isRetiring(retiring.node(), topology)) {
        retiring = null;
      }
      reign = null;
      if (retiring == null) {
        confirmer.lost();
      }
      drain();
      holding = topology;
      awaitDrained(topology);
      return;
    }
    retiring = null;
    confirmer.lost();
    reign = new Reign(feed, topology, post);
    shared.clear();
    idle.takeAll();
    for (Backend old : List.copyOf(open)) {
      old.close();
    }
    // It also tells whether the node demands AUTH, before the first client sends anything.
    prepare(PoolKey.FRESH);
    serve();
  }

  /** Lets what is under way be answered, and sends nothing more. */
  private void drain() {
    List<SharedBackend> draining = new ArrayList<>(shared.values());
    shared.clear();
    draining.forEach(SharedBackend::retire);
    idle.takeAll().forEach(seat -> seat.backend().close());
  }

  /** The node it leads to; empty if there is none. */
  Optional<Node> node() {
    return Optional.ofNullable(reign).map(Reign::node);
  }

  /**
   * Looks every millisecond whether all is answered, for as long as the primary is retiring and no
   * newer publication is looked after instead.
   */
  private void awaitDrained(Topology since) {
    if (retiring == null || closed || !since.equals(holding)) {
      return;
    }
    if (open.stream().noneMatch(Backend::isAwaiting)) {
      drained = since;
    } else {
      loop.events().schedule(() -> awaitDrained(since), 1, TimeUnit.MILLISECONDS);
    }
  }

  /** Whether everything is answered that was sent before this publication. Any thread. */
  public boolean isDrained(Topology since) {
    return since.equals(drained);
  }

  /** Whether a connection belongs to a primary that takes nothing new and still answers. */
  public boolean isRetiring(Backend backend) {
    return backend.reign() == retiring && backend.reign().isCurrent();
  }

  /** Whether there is a primary to send to at this moment. */
  public boolean isServing() {
    return reign != null && reign.isCurrent();
  }

  /** Whether a connection belongs to the primary that is served at this moment. */
  public boolean isServing(Backend backend) {
    return backend.reign() == reign && backend.reign().isCurrent();
  }

  /** The shared connection for a state; null if the caller has to {@link #await} one. */
  public @Nullable SharedBackend shared(PoolKey key) {
    SharedBackend found = shared.get(key);
    return found != null && found.isUsable() ? found : null;
  }

  /** Opens a shared connection for a state if there is none, for those who will not wait for it. */
  public void prepare(PoolKey key) {
    if (isServing() && shared(key) == null && mayConnect() && connectingShared.add(key)) {
      connect(key, false);
    }
  }

  /** Whether a connection is there that was authenticated with these. */
  public boolean knows(Credentials credentials) {
    return idle.knows(credentials)
        || shared.keySet().stream().anyMatch(key -> key.credentials().equals(credentials));
  }

  /** Whether the servers demand AUTH, as far as was seen. */
  public boolean isLocked() {
    return locked;
  }

  /** Tells of every interruption from now on. */
  public void follow(Interruption follower) {
    interested.add(follower);
  }

  /** Tells no more. */
  public void unfollow(Interruption follower) {
    interested.remove(follower);
  }

  /** Whether commands wait for a primary, as far as was seen. */
  public boolean isInterrupted() {
    return interrupted;
  }

  private void interrupt() {
    if (!interrupted) {
      interrupted = true;
      List.copyOf(interested).forEach(Interruption::began);
      tickLater();
    }
  }

  private void resume() {
    if (interrupted && isServing()) {
      interrupted = false;
      List.copyOf(interested).forEach(Interruption::ended);
    }
  }

  /** Lets a session wait; it must not wait already. */
  public void await(Waiter waiter) {
    if (!isServing()) {
      interrupt();
    }
    waiting.add(waiter);
    if (!serving) {
      serve();
    }
    tickLater();
  }

  /** Ends a session's waiting. */
  public void leave(Waiter waiter) {
    waiting.remove(waiter);
  }

  /** How many sessions wait. */
  public int waiting() {
    return waiting.size();
  }

  /** How many connections are open or being opened. */
  public int connections() {
    return open.size();
  }

  /** Gives connections to those who wait, in order. */
  private void serve() {
    if (!isServing() || serving) {
      return;
    }
    serving = true;
    int budget = loop.limits().resumedPerTurn();
    ArrayDeque<Waiter> before = waiting;
    waiting = new ArrayDeque<>();
    ArrayDeque<Waiter> unserved = new ArrayDeque<>();
    while (!before.isEmpty() && budget > 0) {
      Waiter waiter = before.poll();
      int sent = waiter.isExclusive() ? seat(waiter) : join(waiter);
      if (sent < 0) {
        unserved.add(waiter);
      }
      budget -= Math.max(1, sent);
    }
    boolean more = !before.isEmpty();
    unserved.addAll(before);
    unserved.addAll(waiting);
    waiting = unserved;
    serving = false;
    if (more) {
      loop.events().schedule(this::serve, 1, TimeUnit.MILLISECONDS);
    }
  }

  private int join(Waiter waiter) {
    SharedBackend found = shared(waiter.wanted());
    if (found != null) {
      return waiter.granted(found);
    }
    if (mayConnect() && connectingShared.add(waiter.wanted())) {
      connect(waiter.wanted(), false);
    }
    return -1;
  }

  private boolean mayConnect() {
    return open.size() < loop.limits().maxBackends() && backoff.allows(loop.nanoTime().getAsLong());
  }

  private int seat(Waiter waiter) {
    PoolKey key = waiter.wanted();
    PinnedSeat seat = idle.take(key);
    if (seat != null && isServing(seat.backend())) {
      waiter.granted(seat.backend());
      standBy(key);
      return 1;
    }
    int wanted = 1;
    for (Waiter other : waiting) {
      wanted += other.isExclusive() && other.wanted().equals(key) ? 1 : 0;
    }
    if (connectingPinned.getOrDefault(key, 0) < Math.max(1, wanted) && mayConnect()) {
      connectingPinned.merge(key, 1, Integer::sum);
      connect(key, true);
    }
    return -1;
  }

  /** Has one more ready than is used: when a script makes the server busy, none can be proven. */
  private void standBy(PoolKey key) {
    if (!idle.has(key) && !connectingPinned.containsKey(key) && mayConnect()) {
      connectingPinned.put(key, 1);
      connect(key, true);
    }
  }

  private void connect(PoolKey key, boolean pinned) {
    Reign now = reign;
    if (now == null) {
      return;
    }
    Access how = access.get();
    Credentials user = key.credentials().isOfGroup() ? how.credentials() : key.credentials();
    Handshake handshake = new Handshake(key, user, how.credentials(), new Opening(key, pinned));
    Backend backend = new Backend(loop, now, handshake, how.tls());
    open.add(backend);
    handshake.begin(backend);
    backend.open();
  }

  /** What becomes of a connection that is being opened. */
  private final class Opening implements Handshake.Listener {
    private final PoolKey key;
    private final boolean pinned;

    Opening(PoolKey key, boolean pinned) {
      this.key = key;
      this.pinned = pinned;
    }

    private void ended() {
      if (pinned) {
        connectingPinned.computeIfPresent(key, (k, n) -> n > 1 ? n - 1 : null);
      } else {
        connectingShared.remove(key);
      }
    }

    @Override
    public void proven(Backend backend, boolean isLocked) {
      ended();
      backoff.reset();
      if (key.credentials().isNone()) {
        locked = isLocked;
      }
      if (backend.reign() == reign) {
        resume();
      }
      if (backend.reign() != reign) {
        backend.receiver(new PinnedSeat(BackendPool.this, backend));
        backend.close();
      } else if (pinned) {
        release(backend);
      } else {
        shared.put(key, new SharedBackend(backend, BackendPool.this, isLocked));
        serve();
      }
    }

    @Override
    public void busy(Backend backend, String text) {
      ended();
      backend.receiver(new PinnedSeat(BackendPool.this, backend));
      Waiter killer = null;
      for (Waiter waiter : waiting) {
        if (waiter.isExclusive() && waiter.killsScript() && waiter.wanted().equals(key)) {
          killer = waiter;
        }
      }
      if (killer != null && backend.reign() == reign) {
        waiting.remove(killer);
        killer.granted(backend);
      } else {
        backend.close();
      }
      // Whoever else waits is told what the server tells everyone now.
      deny(key, text);
    }

    @Override
    public void refused(Backend backend, Refusal refusal) {
      ended();
      open.remove(backend);
      if (backend.reign() != reign) {
        return;
      }
      switch (refusal) {
        case Refusal.Denied denied -> deny(key, denied.text());
        case Refusal.Unreachable unreachable -> reason = unreachable.text();
        case Refusal.NotPrimary notPrimary ->
            reason = backend.reign().node() + ": " + notPrimary.text();
      }
      if (!(refusal instanceof Refusal.Denied)) {
        interrupt();
        backoff.failed(loop.nanoTime().getAsLong());
      }
      tickLater();
    }
  }

  private void deny(PoolKey key, String error) {
    List<Waiter> theirs = new ArrayList<>();
    for (Waiter waiter : waiting) {
      if (waiter.wanted().equals(key)) {
        theirs.add(waiter);
      }
    }
    waiting.removeAll(theirs);
    theirs.forEach(waiter -> waiter.denied(error));
  }

  /** Takes a connection back that is nobody's any more and in the state its key says. */
  public void release(Backend backend) {
    if (!isServing(backend) || backend.isClosed() || backend.isSpoilt()) {
      backend.receiver(new PinnedSeat(this, backend));
      backend.close();
      return;
    }
    // A session whose client was slow, or just gone, may have stopped reading.
    backend.reading(true);
    PinnedSeat seat = new PinnedSeat(this, backend);
    backend.receiver(seat);
    if (idle.add(seat)) {
      serve();
    } else {
      backend.close();
    }
  }

  /** A connection that nobody owns was closed. */
  void seatClosed(PinnedSeat seat) {
    open.remove(seat.backend());
    idle.remove(seat);
  }

  /** A pinned connection was lost or closed by the session that owned it. */
  public void lost(Backend backend) {
    open.remove(backend);
  }

  /** A shared connection is gone. */
  void lost(SharedBackend backend) {
    open.remove(backend.backend());
    PoolKey key = backend.backend().key();
    if (shared.remove(key, backend) && !interested.isEmpty()) {
      prepare(key); // Whether there still is a primary, they want to know before they send.
    }
  }

  /** The published primary says that it is a replica: what is sent next must be proven anew. */
  void refusedAsReplica(SharedBackend backend) {
    reason = backend.backend().reign().node() + " refuses writes as a replica";
    shared.remove(backend.backend().key(), backend);
    backend.retire();
  }

  /** What was seen of the group's keys on this loop. */
  public KeySamples keys() {
    return keys;
  }

  /** The primary answered a client. */
  public void answered() {
    Reign now = reign;
    if (now != null) {
      traffic.answered(now.node().runId(), loop.turn().nowNanos());
    }
  }

  /** Why sessions wait, for an operator or a client. */
  public String reason() {
    return reason;
  }

  /** Closes connections that nobody used since the last sweep. */
  private void sweep() {
    List<SharedBackend> unused = new ArrayList<>();
    for (SharedBackend backend : shared.values()) {
      if (!backend.wasUsed() && backend.unanswered() == 0) {
        unused.add(backend);
      }
    }
    unused.forEach(backend -> shared.remove(backend.backend().key(), backend));
    unused.forEach(SharedBackend::retire);
    idle.surplus().forEach(seat -> seat.backend().close());
    sweepLater();
  }

  private void sweepLater() {
    if (closed) {
      // A replica's pool ends with it: a timer would keep it for ever.
      return;
    }
    loop.events().schedule(this::sweep, SWEEP_SECONDS, TimeUnit.SECONDS);
  }

  private void tickLater() {
    if (!ticking && (!waiting.isEmpty() || (interrupted && !interested.isEmpty()))) {
      ticking = true;
      loop.events().schedule(this::tick, TICK_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    ticking = false;
    if (interrupted && !interested.isEmpty()) {
      if (shared(PoolKey.FRESH) == null) {
        prepare(PoolKey.FRESH);
      } else {
        resume();
      }
    }
    serve();
    long now = loop.nanoTime().getAsLong();
    ArrayDeque<Waiter> still = new ArrayDeque<>();
    ArrayDeque<Waiter> before = waiting;
    waiting = new ArrayDeque<>();
    for (Waiter waiter = before.poll(); waiter != null; waiter = before.poll()) {
      if (waiter.expire(now, reason)) {
        still.add(waiter);
      }
    }
    still.addAll(waiting);
    waiting = still;
    loop.turn().flushSessions();
    tickLater();
  }

  /** Closes every connection. */
  public void close() {
    closed = true;
    reign = null;
    List.copyOf(open).forEach(Backend::close);
  }
}
