package io.understudy.failover;

import io.understudy.failover.decide.Answer;
import io.understudy.failover.decide.Entry;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.Request;
import io.understudy.failover.hook.HookRunner;
import io.understudy.failover.journal.History;
import io.understudy.failover.link.Connector;
import io.understudy.failover.link.Credentials;
import io.understudy.failover.publish.TopologyBoard;
import io.understudy.topology.Address;
import io.understudy.topology.Peers;
import io.understudy.topology.TopologyFeed;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after groups until it is closed: watches their servers, keeps one primary in each, and
 * publishes which. Any thread.
 */
public final class Keeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);
  private static final long IDLE_HOOK_SECONDS = 10;

  /** Copied at each change, so that it keeps the order that the groups were given in. */
  private volatile Map<String, GroupKeeper> groups = Map.of();

  private final Map<String, Thread> threads = new HashMap<>();

  /** Changed by one thread at a time. */
  private volatile KeeperOptions options;

  private final TrafficFeed traffic;
  private final Fleet fleet = new Fleet();
  private final List<Consumer<GroupStatus>> listeners = new CopyOnWriteArrayList<>();
  private final Claims claims = new Claims();
  private StandbyPool pool;
  private boolean closed;
  private final TopologyBoard board;
  private final Connector connector;
  private final History history;
  private final HookRunner hooks;
  private final TopologyFeed.Subscription news;

  private Keeper(KeeperOptions options, List<GroupOptions> all, TrafficFeed traffic) {
    board = new TopologyBoard(options.coordinator().publisher()::isUpToDate, System::nanoTime);
    options.coordinator().publisher().follow(board::publish);
    history = new History(options.coordinator().archive());
    connector = new Connector(options.ioThreads(), options.cadence().connectTimeout());
    this.options = options;
    this.traffic = traffic;
    this.hooks = runner(options);
    claimAll(all);
    pool = new StandbyPool(options.coordinator().journal(), options.standbys(), System.nanoTime());
    for (GroupOptions group : all) {
      if (!enlist(group)) {
        hooks.close();
        connector.close();
        throw new IllegalArgumentException("two groups are called " + group.name());
      }
    }
    news =
        options
            .coordinator()
            .peers()
            .onNews(
                new Peers.Listener() {
                  @Override
                  public void hear(Set<String> names) {
                    names.forEach(Keeper.this::wake);
                  }

                  @Override
                  public void hearOfAll() {
                    groups.values().forEach(GroupKeeper::wake);
                  }
                });
  }

  /**
   * Starts to look after the groups and returns at once; what it finds is in {@link #status}.
   *
   * @param traffic what a proxy of this process sees; {@link TrafficFeed#NONE} where there is none
   * @throws IllegalArgumentException when two groups have one name
   */
  public static Keeper start(
      KeeperOptions options, List<GroupOptions> groups, TrafficFeed traffic) {
    var keeper = new Keeper(options, groups, traffic);
    keeper.groups.keySet().forEach(keeper::begin);
    return keeper;
  }

  private static HookRunner runner(KeeperOptions options) {
    AtomicInteger number = new AtomicInteger();
    var threads =
        new ThreadPoolExecutor(
            HookRunner.THREADS,
            HookRunner.THREADS,
            IDLE_HOOK_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(HookRunner.MOST_WAITING),
            work -> {
              var thread = new Thread(work, "hook-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return new HookRunner(
        options.hooks(),
        threads,
        Executors.newVirtualThreadPerTaskExecutor(),
        System::nanoTime,
        System::currentTimeMillis);
  }

  private boolean enlist(GroupOptions group) {
    if (groups.containsKey(group.name())) {
      return false;
    }
    fleet.tell(group.name(), false, false);
    install(group, false);
    return true;
  }

  /**
   * Makes what looks after a group, in place of what did.
   *
   * @param goesOn whether something did until now
   */
  private void install(GroupOptions group, boolean goesOn) {
    Map<String, GroupKeeper> all = new LinkedHashMap<>(groups);
    all.put(
        group.name(),
        new GroupKeeper(
            group,
            options,
            traffic,
            fleet,
            board,
            connector,
            claims,
            pool,
            hooks,
            goesOn,
            this::decided));
    groups = Collections.unmodifiableMap(all);
  }

  private void begin(String group) {
    var thread = new Thread(keeper(group), "keeper-" + group);
    thread.setDaemon(true);
    threads.put(group, thread);
    thread.start();
  }

  /**
   * Looks after one more group from now on. Where several keepers agree, nobody acts for it before
   * a majority of them knows it.
   *
   * @throws IllegalArgumentException when there is one of that name, or one of its nodes belongs to
   *     another group; in one line
   */
  public synchronized void add(GroupOptions group) {
    for (Address node : group.nodes()) {
      Optional<String> holder = claims.holder(node).filter(name -> !name.equals(group.name()));
      if (holder.isPresent()) {
        throw new IllegalArgumentException(node + " is a node of group " + holder.get());
      }
    }
    if (!enlist(group)) {
      throw new IllegalArgumentException("group " + group.name() + " is there already");
    }
    claimAll(List.of(group));
    begin(group.name());
  }

  /**
   * Looks after a group no more. Its servers stay as they are, and so does its journal; nothing of
   * it is current any more. A name that is not known is nothing to do.
   */
  public synchronized void remove(String group) {
    GroupKeeper keeper = groups.get(group);
    Thread thread = threads.remove(group);
    if (keeper == null || thread == null) {
      return;
    }
    keeper.close();
    awaitEnd(thread, System.nanoTime() + CLOSE_DEADLINE.toNanos());
    Map<String, GroupKeeper> fewer = new LinkedHashMap<>(groups);
    fewer.remove(group);
    groups = Collections.unmodifiableMap(fewer);
    claims.keep(group, List.of());
    fleet.leave(group);
    board.forget(group);
  }

  /**
   * Looks after groups by other options from now on. Their servers are looked at anew, on new
   * connections, and what was under way goes on from the journal; what is published stays so.
   * Blocks until nobody acts by the old options any more.
   *
   * @param other how careful and quick failovers are, how often is asked, who stands by, and what
   *     is called; the rest of it stays as it was. It holds for the groups that are given, and
   *     those that are added later; what is called, for all
   * @param changed groups that this keeper has; all of them, if {@code other} is not as before in
   *     more than what is called
   * @throws IllegalArgumentException when this keeper has no such group; nothing was changed
   */
  public synchronized void follow(KeeperOptions other, List<GroupOptions> changed) {
    changed.forEach(group -> keeper(group.name()));
    if (closed) {
      return;
    }
    if (!other.standbys().equals(options.standbys())) {
      pool = new StandbyPool(options.coordinator().journal(), other.standbys(), System.nanoTime());
    }
    options =
        options
            .withPolicy(other.policy())
            .withCadence(other.cadence())
            .withStandbys(other.standbys())
            .withHooks(other.hooks());
    hooks.follow(other.hooks());
    changed.forEach(group -> keeper(group.name()).close());
    for (GroupOptions group : changed) {
      Thread thread = threads.remove(group.name());
      if (thread != null) {
        awaitEnd(thread, System.nanoTime() + CLOSE_DEADLINE.toNanos());
      }
    }
    for (GroupOptions group : changed) {
      install(group, true);
      begin(group.name());
    }
  }

  /** What is published of the groups. It stays readable after {@link #close}. */
  public TopologyFeed feed() {
    return board;
  }

  /** The same, for whoever finds out whether it may be believed in when nobody vouches for it. */
  public TopologyBoard board() {
    return board;
  }

  /**
   * Everything known of a group now.
   *
   * @throws IllegalArgumentException when this keeper has no such group
   */
  public GroupStatus status(String group) {
    return keeper(group).status();
  }

  /**
   * What was done for a group, as far back as it is kept. Any thread; blocks.
   *
   * @param most how many entries at most, the newest
   * @throws IOException when it cannot be read; one line
   * @throws IllegalArgumentException when this keeper has no such group
   */
  public List<Entry> history(String group, int most) throws IOException {
    List<Entry> all = new ArrayList<>(history.newest(group, most));
    long last = all.isEmpty() ? 0 : all.getLast().number();
    status(group).recent().stream().filter(e -> e.number() > last).forEach(all::add);
    return List.copyOf(all.subList(Math.max(0, all.size() - most), all.size()));
  }

  /**
   * One entry of a group's history; empty when it is not kept. Any thread; blocks.
   *
   * @throws IOException when it cannot be read; one line
   * @throws IllegalArgumentException when this keeper has no such group
   */
  public Optional<Entry> entry(String group, long number) throws IOException {
    Optional<Entry> recent =
        status(group).recent().stream().filter(e -> e.number() == number).findFirst();
    return recent.isPresent() ? recent : history.find(group, number);
  }

  private GroupKeeper keeper(String group) {
    GroupKeeper keeper = groups.get(group);
    if (keeper == null) {
      throw new IllegalArgumentException("there is no group " + group);
    }
    return keeper;
  }

  /**
   * Answers what an operator asks of a group, and does what is accepted. Any thread; does not wait
   * for it to be done.
   *
   * @param trial whether only to say what would be done
   * @return exceptionally completed with {@link NotActingException} when another process acts for
   *     the group, or with {@link IOException} when nothing could be remembered; then nothing is
   *     done
   * @throws IllegalArgumentException when this keeper has no such group
   */
  public CompletableFuture<Answer> ask(String group, Request request, boolean trial) {
    GroupKeeper asked = keeper(group);
    if (request instanceof Request.AddNode add) {
      return add(asked, group, add.node(), request, trial);
    }
    return asked.ask(request, trial);
  }

  /** A node is never looked at for one group while it is another's. */
  private CompletableFuture<Answer> add(
      GroupKeeper asked, String group, Address node, Request request, boolean trial) {
    boolean fresh = claims.claimFree(node, group);
    if (claims.claim(node, group)) {
      return asked
          .ask(request, trial)
          .whenComplete(
              (answer, failure) -> {
                boolean added = answer != null && answer.isAccepted() && !trial;
                if (fresh && !added) {
                  claims.release(node, group);
                }
              });
    }
    GroupJournal journal = asked.status().journal().orElse(GroupJournal.empty(group, ""));
    String obstacle = node + " is a node of group " + claims.holder(node).orElse("another");
    return CompletableFuture.completedFuture(
        new Answer(List.of(obstacle + " already"), List.of(), journal));
  }

  /**
   * Logs in otherwise on connections to a group's servers that are opened from now on. Any thread.
   *
   * @throws IllegalArgumentException when this keeper has no such group
   */
  public void login(String group, Optional<Credentials> credentials) {
    GroupKeeper keeper = groups.get(group);
    if (keeper == null) {
      throw new IllegalArgumentException("there is no group " + group);
    }
    keeper.login(credentials);
  }

  /** What it was told besides its groups. */
  public KeeperOptions options() {
    return options;
  }

  /** The groups' names, in the order they were given. */
  public List<String> groups() {
    return List.copyOf(groups.keySet());
  }

  /**
   * Calls {@code listener} whenever another rule holds in a group or a change is made.
   *
   * <p>Calls come on the group's thread, which waits: a listener returns at once.
   *
   * @return closing it ends the calls
   */
  public TopologyFeed.Subscription onDecision(Consumer<GroupStatus> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Ends the watch. Servers and publications stay as they are. Closing twice is harmless. */
  @Override
  public synchronized void close() {
    closed = true;
    news.close();
    groups.values().forEach(GroupKeeper::close);
    long end = System.nanoTime() + CLOSE_DEADLINE.toNanos();
    threads.values().forEach(thread -> awaitEnd(thread, end));
    hooks.close();
    connector.close();
  }

  private static void awaitEnd(Thread thread, long endNanos) {
    try {
      thread.join(Math.max(1, Duration.ofNanos(endNanos - System.nanoTime()).toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the configuration gives to a group comes before what a journal does. */
  private void claimAll(List<GroupOptions> all) {
    for (GroupOptions group : all) {
      group.nodes().forEach(node -> claims.claim(node, group.name()));
    }
  }

  private void wake(String group) {
    GroupKeeper keeper = groups.get(group);
    if (keeper != null) {
      keeper.wake();
    }
  }

  private void decided(GroupStatus status) {
    for (Consumer<GroupStatus> listener : listeners) {
      try {
        listener.accept(status);
      } catch (RuntimeException e) {
        LOG.error("a listener could not take the decision for {}", status.group(), e);
      }
    }
  }
}
