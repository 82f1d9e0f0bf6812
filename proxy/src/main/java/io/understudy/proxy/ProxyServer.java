package io.understudy.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.understudy.proxy.backend.Access;
import io.understudy.proxy.backend.BackendPool;
import io.understudy.proxy.backend.Greetings;
import io.understudy.proxy.backend.LagProbe;
import io.understudy.proxy.backend.Loop;
import io.understudy.proxy.backend.Measured;
import io.understudy.proxy.backend.Post;
import io.understudy.proxy.backend.ReceiveBuffer;
import io.understudy.proxy.backend.Replicas;
import io.understudy.proxy.backend.TrafficLog;
import io.understudy.proxy.backend.Transport;
import io.understudy.proxy.backend.Turn;
import io.understudy.proxy.observe.Distribution;
import io.understudy.proxy.observe.KeySamples;
import io.understudy.proxy.observe.KeysSeen;
import io.understudy.proxy.route.Limits;
import io.understudy.proxy.route.Users;
import io.understudy.proxy.session.Acceptor;
import io.understudy.proxy.session.Attendance;
import io.understudy.proxy.session.ClientRegistry;
import io.understudy.proxy.session.Counters;
import io.understudy.proxy.session.Destinations;
import io.understudy.proxy.session.Spread;
import io.understudy.topology.Address;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import io.understudy.topology.TrafficFeed;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A running proxy: its event loops, listeners and connections. */
public final class ProxyServer implements AutoCloseable {
  /** The index of the event loop that measures replicas for all of them. */
  private static final int PROBING_LOOP = 0;

  private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

  static {
    // By default Netty notes a stack trace for one buffer in 128: 1 to 3 % of all processor time.
    if (System.getProperty(LEAK_DETECTION) == null) {
      ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }
  }

  private final TopologyFeed feed;
  private final Transport transport;
  private final AtomicReference<Limits> limits;
  private volatile ProxyOptions options;
  private final MultiThreadIoEventLoopGroup threads;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<Bound> bound = new CopyOnWriteArrayList<>();
  private final Map<String, TopologyFeed.Subscription> subscriptions = new ConcurrentHashMap<>();
  private final ClientRegistry registry = new ClientRegistry();

  private final Map<String, Measured> measured = new ConcurrentHashMap<>();
  private final Map<String, LagProbe> probes = new ConcurrentHashMap<>();
  private final Map<Attendance, List<String>> finishing = new ConcurrentHashMap<>();

  /** One event loop with its connections to each group. */
  private record Lane(
      Loop loop, TrafficLog traffic, Map<String, BackendPool> pools, Map<String, Replicas> reads) {}

  private ProxyServer(ProxyOptions options, TopologyFeed feed) {
    this.options = options;
    this.feed = feed;
    this.transport = options.transport().available();
    this.limits = new AtomicReference<>(options.limits());
    this.threads =
        new MultiThreadIoEventLoopGroup(
            options.threads(), new DefaultThreadFactory("proxy", true), transport.ioHandler());
  }

  /**
   * Starts a proxy that follows a feed.
   *
   * @throws BindException in one line, when an address cannot be bound; nothing is left running
   */
  public static ProxyServer start(ProxyOptions options, TopologyFeed feed) throws BindException {
    return start(options, feed, List.of());
  }

  /**
   * The same with sockets that another process passed on: a listener that finds its own among them
   * takes it, and the others are closed.
   */
  public static ProxyServer start(
      ProxyOptions options, TopologyFeed feed, List<ListeningSocket> passedOn)
      throws BindException {
    ProxyServer server = new ProxyServer(options, feed);
    try {
      server.open(new ArrayList<>(passedOn));
      return server;
    } catch (BindException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void open(List<ListeningSocket> passedOn) throws BindException {
    ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
    Greetings greetings = new Greetings();
    for (EventExecutor executor : threads) {
      EventLoop events = (EventLoop) executor;
      Loop loop =
          new Loop(
              lanes.size(),
              events,
              new Turn(events, System::nanoTime),
              allocator,
              transport.readsWhenReady() ? new ReceiveBuffer(allocator) : null,
              transport,
              limits,
              greetings,
              Executors.newVirtualThreadPerTaskExecutor(),
              System::nanoTime);
      lanes.add(
          new Lane(loop, new TrafficLog(), new ConcurrentHashMap<>(), new ConcurrentHashMap<>()));
    }
    try {
      for (Listener listener : options.listeners()) {
        bound.add(listen(listener, ListeningSocket.take(passedOn, listener)));
      }
    } finally {
      passedOn.forEach(ListeningSocket::close);
    }
    follow();
  }

  /** Hears of every group that a listener leads to. */
  private void follow() {
    for (String group : groups()) {
      subscriptions.computeIfAbsent(
          group, name -> feed.subscribe(name, topology -> published(name, topology)));
    }
  }

  private void published(String group, Topology topology) {
    for (Lane lane : lanes) {
      BackendPool pool = lane.pools().get(group);
      if (pool != null) {
        lane.loop().events().execute(() -> pool.update(topology));
      }
      Replicas replicas = lane.reads().get(group);
      if (replicas != null) {
        lane.loop().events().execute(() -> replicas.update(topology));
      }
    }
  }

  /**
   * Follows other options while connections are open. What listens at a new address begins to, what
   * listens no more lets its clients finish, and a listener that changed serves those who connect
   * from now on in its new way. Threads and transport stay as they are.
   *
   * @param finish how long clients of a listener that is gone, or that leads elsewhere, have to
   *     finish what is in flight
   * @param left is told of each group that no listener leads to any more, when its last client is
   *     gone; on any thread
   * @return what was done, a sentence for each change of a listener
   * @throws BindException in one line, when an address cannot be bound; nothing was changed
   */
  public synchronized List<String> apply(ProxyOptions next, Duration finish, Consumer<String> left)
      throws BindException {
    List<String> done = plan(next);
    List<Bound> opened = new ArrayList<>();
    for (Listener listener : next.listeners()) {
      if (bound.stream().noneMatch(one -> one.isAt(listener))) {
        try {
          opened.add(listen(listener, Optional.empty()));
        } catch (BindException e) {
          opened.forEach(one -> one.channel().close().awaitUninterruptibly());
          throw e;
        }
      }
    }
    options = next;
    limits.set(next.limits());
    List<Bound> now = new ArrayList<>();
    for (Bound one : bound) {
      Optional<Listener> same = next.listeners().stream().filter(one::isAt).findFirst();
      if (same.isEmpty()) {
        one.channel().close().awaitUninterruptibly();
        finish(one, finish, left);
      } else {
        now.add(changed(one, same.get(), finish, left));
      }
    }
    now.addAll(opened);
    // Sorted as in the options, so that reports are.
    now.sort(Comparator.comparingInt(one -> next.listeners().indexOf(one.listener())));
    bound.clear();
    bound.addAll(now);
    follow();
    prune(left);
    for (String group : groups()) {
      published(group, feed.current(group)); // Some connections may have just come into being.
    }
    return done;
  }

  /** What {@link #apply} would do, a sentence for each change of a listener. */
  public List<String> plan(ProxyOptions next) {
    List<String> lines = new ArrayList<>();
    for (Bound one : bound) {
      Optional<Listener> same = next.listeners().stream().filter(one::isAt).findFirst();
      if (same.isEmpty()) {
        lines.add(finishes(one, "is closed"));
      } else if (!one.listener().routes().equals(same.get().routes())) {
        lines.add(finishes(one, "leads elsewhere"));
      } else if (!one.listener().equals(same.get())) {
        if (!one.listener().users().equals(same.get().users())) {
          lines.add(
              "listener " + same.get() + " has other users; clients of those that changed finish");
        }
        lines.add(
            "listener " + same.get() + " serves those who connect from now on in its new way");
      }
    }
    for (Listener listener : next.listeners()) {
      if (bound.stream().noneMatch(one -> one.isAt(listener))) {
        lines.add("listener " + listener + " is open");
      }
    }
    return lines;
  }

  private String finishes(Bound one, String why) {
    return "listener "
        + one.listener()
        + " "
        + why
        + "; its clients, "
        + registry.count(one.attendance())
        + " now, finish what is in flight";
  }

  private Bound changed(Bound one, Listener next, Duration finish, Consumer<String> left) {
    if (one.listener().equals(next)) {
      return one;
    }
    boolean elsewhere = !one.listener().routes().equals(next.routes());
    Attendance attendance = elsewhere ? new Attendance(next.admission()) : one.attendance();
    attendance.admits(next.admission());
    Acceptor acceptor = acceptor(next, attendance, one.counters());
    Channel channel = one.channel();
    channel
        .eventLoop()
        .submit(() -> channel.pipeline().replace(Acceptor.class, null, acceptor))
        .awaitUninterruptibly();
    if (elsewhere) {
      finish(one, finish, left);
    } else if (!one.listener().users().equals(next.users())) {
      Users users = next.users().orElse(null);
      Thread.startVirtualThread(() -> registry.changed(attendance, users, finish));
    }
    return new Bound(next, channel, attendance, one.counters());
  }

  private void finish(Bound one, Duration finish, Consumer<String> left) {
    finishing.put(one.attendance(), one.listener().routes().groups());
    Thread.startVirtualThread(
        () -> {
          registry.drain(one.attendance(), finish);
          finishing.remove(one.attendance());
          prune(left);
        });
  }

  /** Whether clients are led to a group, or finish there. */
  public boolean leadsTo(String group) {
    return groups().contains(group)
        || finishing.values().stream().anyMatch(groups -> groups.contains(group));
  }

  /** Lets go of the groups that nobody is led to any more. */
  private synchronized void prune(Consumer<String> left) {
    for (String group : List.copyOf(subscriptions.keySet())) {
      if (leadsTo(group)) {
        continue;
      }
      Optional.ofNullable(subscriptions.remove(group)).ifPresent(TopologyFeed.Subscription::close);
      Optional<LagProbe> probe = Optional.ofNullable(probes.remove(group));
      for (Lane lane : lanes) {
        Optional<Replicas> replicas = Optional.ofNullable(lane.reads().remove(group));
        Optional<BackendPool> pool = Optional.ofNullable(lane.pools().remove(group));
        lane.loop()
            .events()
            .execute(
                () -> {
                  if (lane.loop().index() == PROBING_LOOP) {
                    probe.ifPresent(LagProbe::close);
                  }
                  replicas.ifPresent(Replicas::close);
                  pool.ifPresent(BackendPool::close);
                });
      }
      measured.remove(group);
      left.accept(group);
    }
  }

  private Access accessOf(String group) {
    return options.access().getOrDefault(group, Access.PLAIN);
  }

  private List<String> groups() {
    return options.listeners().stream()
        .flatMap(listener -> listener.routes().groups().stream())
        .distinct()
        .toList();
  }

  private Bound listen(Listener listener, Optional<ListeningSocket> passedOn) throws BindException {
    Attendance attendance = new Attendance(listener.admission());
    List<Counters> counters = lanes.stream().map(lane -> new Counters()).toList();
    EventLoop loop = lanes.get(bound.size() % lanes.size()).loop().events();
    Acceptor acceptor = acceptor(listener, attendance, counters);
    Channel channel = Bound.open(listener, transport, loop, acceptor, passedOn);
    return new Bound(listener, channel, attendance, counters);
  }

  /** What makes sessions of a listener's connections. */
  private Acceptor acceptor(Listener listener, Attendance attendance, List<Counters> counters) {
    Acceptor acceptor = new Acceptor(registry, attendance, listener.tls());
    Supplier<Access> access = () -> accessOf(listener.group());
    for (Lane lane : lanes) {
      Map<String, BackendPool> pools = new LinkedHashMap<>();
      for (String group : listener.routes().groups()) {
        pools.put(group, pool(lane, group));
      }
      BackendPool pool = pool(lane, listener.group());
      Counters counter = counters.get(lane.loop().index());
      Spread spread =
          listener.reads().spreads()
              ? new Spread(replicas(lane, listener.group(), access), listener.reads())
              : null;
      Destinations destinations =
          listener.routes().isOne() ? null : new Destinations(listener.routes(), pools);
      acceptor.add(
          lane.loop(),
          listener.group(),
          pool,
          counter,
          spread,
          listener.users().orElse(null),
          destinations);
    }
    return acceptor;
  }

  private BackendPool pool(Lane lane, String name) {
    return lane.pools()
        .computeIfAbsent(
            name,
            group ->
                new BackendPool(
                    lane.loop(), feed, Post.PRIMARY, () -> accessOf(group), lane.traffic()));
  }

  /** The replicas of a group on one loop; the first loop measures for all. */
  private Replicas replicas(Lane lane, String group, Supplier<Access> access) {
    Measured shared = measured.computeIfAbsent(group, name -> new Measured());
    Replicas known = lane.reads().get(group);
    if (known != null) {
      return known;
    }
    Replicas replicas = new Replicas(lane.loop(), feed, access, lane.traffic(), shared);
    lane.reads().put(group, replicas);
    BackendPool primary = lane.pools().get(group);
    if (lane.loop().index() == PROBING_LOOP && primary != null) {
      LagProbe probe = new LagProbe(lane.loop(), primary, replicas, access, shared);
      probes.put(group, probe);
      lane.loop().events().execute(probe::begin);
    }
    return replicas;
  }

  /** Where it listens, in the order of the options. */
  public List<Address> boundAddresses() {
    return bound.stream()
        .map(one -> (InetSocketAddress) one.channel().localAddress())
        .map(address -> new Address(address.getAddress().getHostAddress(), address.getPort()))
        .toList();
  }

  /** What its traffic tells of nodes. */
  public TrafficFeed traffic() {
    return new TrafficFeed() {
      @Override
      public OptionalLong lastReplyNanos(RunId runId) {
        return ProxyServer.this.lastReplyNanos(runId);
      }

      @Override
      public boolean isDrained(Topology holding) {
        return lanes.stream()
            .map(lane -> lane.pools().get(holding.group()))
            .allMatch(pool -> pool == null || pool.isDrained(holding));
      }
    };
  }

  private OptionalLong lastReplyNanos(RunId runId) {
    OptionalLong latest = OptionalLong.empty();
    for (Lane lane : lanes) {
      OptionalLong here = lane.traffic().lastReplyNanos(runId);
      if (here.isPresent() && (latest.isEmpty() || here.getAsLong() - latest.getAsLong() > 0)) {
        latest = here;
      }
    }
    return latest;
  }

  /** What it has counted. */
  public ProxyStats stats() {
    List<ProxyStats.ListenerStats> listeners = new ArrayList<>();
    List<Address> addresses = boundAddresses();
    for (int i = 0; i < bound.size(); i++) {
      Bound one = bound.get(i);
      listeners.add(
          ProxyStats.ListenerStats.sum(
              addresses.get(i).toString(), one.listener().group(), one.counters()));
    }
    List<ProxyStats.GroupStats> groups = new ArrayList<>();
    for (String group : groups()) {
      long backends = 0;
      long waiting = 0;
      for (Lane lane : lanes) {
        BackendPool pool = lane.pools().get(group);
        Replicas replicas = lane.reads().get(group);
        backends += pool == null ? 0 : pool.connections();
        backends += replicas == null ? 0 : replicas.connections();
        waiting += pool == null ? 0 : pool.waiting();
      }
      groups.add(new ProxyStats.GroupStats(group, backends, waiting));
    }
    List<Distribution> turns =
        lanes.stream().map(lane -> lane.loop().turn().lengths().read()).toList();
    return new ProxyStats(listeners, groups, turns);
  }

  /** The requests of each listener that took long, as far as they are kept; in no order. */
  public List<SlowRequest> slow() {
    long nowNanos = System.nanoTime();
    List<SlowRequest> slow = new ArrayList<>();
    List<Address> addresses = boundAddresses();
    for (int i = 0; i < bound.size(); i++) {
      String address = addresses.get(i).toString();
      String group = bound.get(i).listener().group();
      bound.get(i).counters().stream()
          .flatMap(loop -> loop.slow().read().stream())
          .map(entry -> new SlowRequest(address, group, entry, nowNanos - entry.endedNanos()))
          .forEach(slow::add);
    }
    return slow;
  }

  /** What was seen of a group's keys; nothing if no listener leads there. */
  public KeysSeen keys(String group) {
    List<KeySamples> loops = new ArrayList<>();
    for (Lane lane : lanes) {
      BackendPool pool = lane.pools().get(group);
      if (pool != null) {
        loops.add(pool.keys());
      }
    }
    return KeysSeen.of(loops, System.nanoTime());
  }

  /**
   * How long each event loop lets a task wait at this moment: the time that every request waits for
   * the work of others.
   *
   * @param most after this long a loop is no longer waited for, and this is its time
   */
  public List<Long> loopDelayNanos(Duration most) {
    long begun = System.nanoTime();
    List<Future<Long>> turns = new ArrayList<>();
    for (Lane lane : lanes) {
      turns.add(lane.loop().events().submit(System::nanoTime));
    }
    List<Long> delays = new ArrayList<>();
    for (Future<Long> turn : turns) {
      long left = begun + most.toNanos() - System.nanoTime();
      turn.awaitUninterruptibly(Math.max(0, left), TimeUnit.NANOSECONDS);
      delays.add(turn.isSuccess() ? turn.getNow() - begun : most.toNanos());
    }
    return delays;
  }

  /**
   * The sockets at which it listens, to be passed on to another process; they stay its own. Empty
   * where the transport cannot pass them on.
   */
  public List<ListeningSocket> sockets() {
    List<ListeningSocket> sockets = new ArrayList<>();
    for (Bound one : bound) {
      if (transport == Transport.EPOLL && one.channel() instanceof UnixChannel channel) {
        sockets.add(ListeningSocket.of(one.listener(), channel));
      }
    }
    return sockets;
  }

  /**
   * Accepts connections, or leaves them to another process that listens at the same sockets. What
   * was accepted is served in either case. Blocks for a moment.
   */
  public void accept(boolean accepts) {
    bound.forEach(one -> one.accepts(accepts));
  }

  /** How many clients are connected. */
  public int clients() {
    return registry.size();
  }

  /**
   * Takes no more connections and lets the requests in flight be answered, for at most {@code
   * deadline}.
   */
  public void drain(Duration deadline) {
    bound.forEach(one -> one.channel().close().awaitUninterruptibly());
    registry.drain(deadline);
  }

  /** Closes everything at once. Closing twice is harmless. */
  @Override
  public void close() {
    subscriptions.values().forEach(TopologyFeed.Subscription::close);
    bound.forEach(one -> one.channel().close().awaitUninterruptibly());
    registry.closeAll();
    for (Lane lane : lanes) {
      lane.loop()
          .events()
          .submit(
              () -> {
                if (lane.loop().index() == PROBING_LOOP) {
                  probes.values().forEach(LagProbe::close);
                }
                lane.reads().values().forEach(Replicas::close);
                lane.pools().values().forEach(BackendPool::close);
              })
          .awaitUninterruptibly();
    }
    threads.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    for (Lane lane : lanes) {
      if (lane.loop().receive() != null && !lane.loop().receive().isReleased()) {
        lane.loop().receive().release();
      }
    }
  }
}
