package io.understudy.zookeeper;

import io.understudy.topology.Leadership;
import io.understudy.topology.Peers;
import io.understudy.topology.TopologyFeed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A keeper's place among those that decide together: its beats, what it hears of the others, and
 * the groups it leads.
 */
final class KeeperSeat implements Leadership, Peers {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.zookeeper");

  /** Views that change together go out together. */
  private static final Duration GATHER = Duration.ofMillis(2);

  /** A group whose preferred keeper does not take it is taken by any after so many beats. */
  private static final int PATIENT_BEATS = 3;

  /** A keeper gets its share of the groups back after it has lived for so many beats. */
  private static final int SETTLED_BEATS = 20;

  private final Store store;
  private volatile KeeperIdentity me;
  private final Timing timing;
  private final LongSupplier nanoTime;
  private final Turns thread;
  private final OwnNode own;
  private final Leaders leaders;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Map<String, String> views = new ConcurrentHashMap<>();
  private final Set<String> givenUp = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean beatIsDue = new AtomicBoolean();
  private final Runnable watcher = this::lookSoon;
  private volatile Council council;

  // Confined to the thread.
  private final Map<String, OtherKeeper> others = new HashMap<>();
  private final Map<String, Long> settledNanos = new HashMap<>();
  private final Map<String, Long> unheldNanos = new HashMap<>();
  private long leaseUntilNanos;
  private Optional<String> trouble = Optional.empty();
  private Optional<KeeperIdentity> next = Optional.empty();
  private String said = "";

  KeeperSeat(Store store, KeeperIdentity me, Timing timing, LongSupplier nanoTime, Turns thread) {
    this.store = store;
    this.me = me;
    this.timing = timing;
    this.nanoTime = nanoTime;
    this.thread = thread;
    this.own = new OwnNode(store, me.id());
    this.leaders = new Leaders(store);
    this.leaseUntilNanos = nanoTime.getAsLong();
    this.council = Council.without(me, Optional.of("it has only just started"), leaseUntilNanos);
  }

  /**
   * One attempt to take the seat.
   *
   * @return what sits there instead, if anything does
   */
  Optional<Store.Cell> sitDown() throws IOException {
    return own.register(text());
  }

  /** Removes a node of an earlier life with this id that does not beat. */
  void buryEarlierLife(int version) throws IOException {
    own.bury(me.id(), version);
  }

  /** Begins to beat. */
  void start() {
    store.onConnection(() -> thread.soon(this::beat));
    thread.every(timing.beat(), this::beat);
  }

  /**
   * Becomes a keeper that was told of another configuration, with the same id among the same
   * members. It gives up what it leads, for the others may not be told yet, and takes its place in
   * a new life. Any thread; returns at once.
   */
  void become(KeeperIdentity other) {
    thread.soon(
        () -> {
          next = Optional.of(other);
          beat();
        });
  }

  private void lookSoon() {
    thread.soon(this::lookAround);
  }

  // ---- what others ask

  /** This life of this keeper; incarnation 0 while it has no place. */
  Holder holder() {
    return council.own();
  }

  @Override
  public Standing standing(String group) {
    long now = nanoTime.getAsLong();
    if (!store.isConnected()) {
      return new Standing(false, now, "the connection to ZooKeeper is interrupted");
    }
    return givenUp.contains(group)
        ? new Standing(false, now, "this keeper has given the group up")
        : council.standing(group, now);
  }

  @Override
  public Optional<String> preferred(String group) {
    return council.preferred(group);
  }

  @Override
  public void stepDown(String group, Optional<String> inFavourOf, String reason) {
    if (council.leads(group) && givenUp.add(group)) {
      LOG.info("{}: this keeper gives the group up: {}", group, reason);
      thread.soon(
          () -> {
            try {
              handOver(group, inFavourOf);
            } catch (IOException e) {
              trouble = Optional.of(String.valueOf(e.getMessage()));
            }
            tell();
          });
    }
  }

  @Override
  public int members() {
    return me.members().size();
  }

  @Override
  public void share(String group, String view) {
    if (!view.equals(views.put(group, view)) && beatIsDue.compareAndSet(false, true)) {
      thread.after(GATHER, this::beat);
    }
  }

  @Override
  public List<Shared> others(String group) {
    return council.others(group, nanoTime.getAsLong());
  }

  @Override
  public TopologyFeed.Subscription onNews(Listener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  // ---- the thread

  /** Says that this keeper lives, and looks who else does. */
  private void beat() {
    beatIsDue.set(false);
    if (store.isConnected()) {
      try {
        if (next.isPresent()) {
          change(next.get());
        }
        if (own.holder().incarnation() == 0) {
          Optional<Store.Cell> foreign = sitDown();
          if (foreign.isPresent()) {
            throw new IOException("another process is keeper " + me.id());
          }
        }
        long sentNanos = nanoTime.getAsLong();
        if (own.beat(text())) {
          leaseUntilNanos = sentNanos + timing.lease().toNanos();
          trouble = Optional.empty();
        }
        look();
      } catch (IOException e) {
        trouble = Optional.of(String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        LOG.error("this beat failed; the next begins afresh", e);
      }
    }
    tell();
  }

  /** Nobody else may lead what this one leads before it has stopped to act. */
  private void change(KeeperIdentity other) throws IOException {
    council =
        Council.without(
            me, Optional.of("it was told of another configuration"), nanoTime.getAsLong());
    own.leave();
    me = other;
    next = Optional.empty();
  }

  private void lookAround() {
    if (store.isConnected()) {
      try {
        look();
      } catch (IOException e) {
        trouble = Optional.of(String.valueOf(e.getMessage()));
      }
    }
    tell();
  }

  private byte[] text() {
    return new KeeperText(me.configuration(), me.process(), views).bytes();
  }

  /** Reads the assignments first: whoever they name is then either seen alive or gone for good. */
  private void look() throws IOException {
    leaders.read(watcher);
    readOthers();
    buryTheSilent();
    tell(); // what is claimed below rests on who is heard of now
    claim();
  }

  private void readOthers() throws IOException {
    List<String> present = store.children(Tree.KEEPERS, watcher);
    others.keySet().retainAll(present);
    settledNanos.keySet().retainAll(present);
    for (String id : me.members()) {
      if (!id.equals(me.id()) && present.contains(id)) {
        readOther(id);
      }
    }
  }

  private void readOther(String id) throws IOException {
    Optional<Store.Cell> cell = store.read(Tree.keeper(id), watcher);
    if (cell.isPresent()) {
      hear(id, cell.get());
    } else {
      others.remove(id);
    }
  }

  private void hear(String id, Store.Cell cell) {
    long now = nanoTime.getAsLong();
    var holder = new Holder(id, cell.incarnation());
    OtherKeeper before = others.get(id);
    if (before != null && before.holder().equals(holder) && before.version() == cell.version()) {
      return; // It has not beaten since, so nothing in it is new.
    }
    KeeperText text = KeeperText.parse(cell.bytes());
    OtherKeeper after =
        before == null
            ? OtherKeeper.first(holder, cell.version(), text, now)
            : before.read(holder, cell.version(), text, now);
    others.put(id, after);
    settledNanos.putIfAbsent(id, now);
  }

  /** A keeper that did not beat for longer than its lease lasts no longer leads anything. */
  private void buryTheSilent() throws IOException {
    long now = nanoTime.getAsLong();
    for (OtherKeeper each : List.copyOf(others.values())) {
      if (now - each.heardNanos() > timing.silence().toNanos() && now - leaseUntilNanos < 0) {
        LOG.warn(
            "keeper {} has not beaten for {} ms",
            each.holder().keeper(),
            timing.silence().toMillis());
        String id = each.holder().keeper();
        own.bury(id, each.version());
        // What was read of it may have been old: if it did beat, it is still there, and leads.
        Optional<Store.Cell> left = store.readNewest(Tree.keeper(id));
        if (left.isPresent()) {
          hear(id, left.get());
        } else {
          others.remove(id);
        }
      }
    }
  }

  /** Takes groups that nobody leads. */
  private void claim() throws IOException {
    Council now = council;
    if (next.isPresent()
        || now.obstacle().isPresent()
        || nanoTime.getAsLong() - leaseUntilNanos >= 0) {
      return;
    }
    Map<String, Holder> claims = new HashMap<>();
    for (String group : me.groups()) {
      Holder holder = leaders.now().of(group).orElse(null);
      boolean held = holder != null && isAlive(holder);
      if (held) {
        unheldNanos.remove(group);
        if (givenUp.contains(group) && own.holder().equals(holder)) {
          // It could not be handed over when it was given up; until it is, nobody leads it.
          thread.soon(() -> stepDownAgain(group, Optional.empty()));
        }
        continue;
      }
      long since = unheldNanos.computeIfAbsent(group, g -> nanoTime.getAsLong());
      boolean mine = Assignments.preferred(group, now.electorate()).equals(me.id());
      long patience = timing.beat().multipliedBy(PATIENT_BEATS).toNanos();
      if (mine || nanoTime.getAsLong() - since > patience) {
        claims.put(group, own.holder());
      }
    }
    if (!claims.isEmpty() && leaders.write(leaders.now().with(claims))) {
      LOG.info("keeper {} leads {}", me.id(), claims.keySet());
      unheldNanos.keySet().removeAll(claims.keySet());
      givenUp.removeAll(claims.keySet());
    }
  }

  private boolean isAlive(Holder holder) {
    if (holder.keeper().equals(me.id())) {
      return holder.equals(own.holder());
    }
    OtherKeeper other = others.get(holder.keeper());
    return other != null && other.holder().equals(holder);
  }

  private void handOver(String group, Optional<String> inFavourOf) throws IOException {
    leaders.read(watcher);
    if (leaders.now().of(group).filter(own.holder()::equals).isPresent()) {
      Holder next =
          inFavourOf
              .flatMap(id -> Optional.ofNullable(others.get(id)))
              .map(OtherKeeper::holder)
              .orElse(Leaders.NOBODY);
      if (!leaders.write(leaders.now().with(Map.of(group, next)))) {
        thread.soon(() -> stepDownAgain(group, inFavourOf));
        return;
      }
    }
    givenUp.remove(group);
  }

  private void stepDownAgain(String group, Optional<String> inFavourOf) {
    if (!givenUp.contains(group)) {
      return; // it was handed over meanwhile, and may have come back
    }
    try {
      handOver(group, inFavourOf);
    } catch (IOException e) {
      trouble = Optional.of(String.valueOf(e.getMessage()));
    }
    tell();
  }

  /** Makes what is known now the answer to what others ask. */
  private void tell() {
    Council before = council;
    long settledBefore = nanoTime.getAsLong() - timing.beat().multipliedBy(SETTLED_BEATS).toNanos();
    List<String> settled = new ArrayList<>();
    settledNanos.forEach(
        (id, since) -> {
          if (since - settledBefore < 0) {
            settled.add(id);
          }
        });
    council =
        Council.of(
            me,
            own.holder(),
            leaders.now(),
            others,
            settled,
            timing,
            leaseUntilNanos,
            trouble,
            nanoTime.getAsLong());
    if (!council.reason().equals(said)) {
      said = council.reason();
      LOG.info("keeper {}: {}", me.id(), said);
    }
    Optional<Set<String>> changed = council.changedSince(before);
    if (changed.isEmpty()) {
      listeners.forEach(Listener::hearOfAll);
    } else {
      news(changed.get());
    }
  }

  /** Stops to act at once, and lets the others take over. Called when the thread has ended. */
  void leave() {
    council = Council.without(me, Optional.of("it is ending"), nanoTime.getAsLong());
    try {
      own.leave();
    } catch (IOException e) {
      LOG.debug("the session ends, and the node with it", e);
    }
  }

  /** Tells every listener that something has changed that they ask for of these groups. */
  void news(Set<String> groups) {
    if (!groups.isEmpty()) {
      listeners.forEach(listener -> listener.hear(groups));
    }
  }
}
