package io.understudy.zookeeper;

import io.understudy.topology.Topology;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is published of the groups, as this process follows it, and the lease under which its
 * outputs may act on it.
 *
 * <p>The lease is one transaction: it checks that nothing was published after what this process
 * acts upon, and notes in this process's own node how far that is. So it can only be renewed by
 * somebody who has let go of everything older, and the note tells keepers that he has (see {@link
 * Progress}).
 */
final class Followed {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.zookeeper");

  /** How often it is looked whether the last answer of a primary that retires has come. */
  private static final Duration LOOK = Duration.ofMillis(1);

  /** So many looks are waited for it before it is noted that there is something to wait for. */
  private static final int LOOKS_BEFORE_NOTE = 5;

  private final Store store;
  private final String id;
  private final int fewGroups;
  private final boolean hasOutputs;
  private final TrafficFeed traffic;
  private final Timing timing;
  private final LongSupplier nanoTime;
  private final Turns thread;
  private final Runnable watcher = this::changed;
  private volatile Consumer<Topology> consumer = topology -> {};
  private volatile long leaseUntilNanos;

  // Confined to the thread.
  private List<String> groups;
  private final Map<String, Topology> published = new HashMap<>();
  private Optional<PartCounts> counts = Optional.empty();
  private int processed = -1;
  private int drained = -1;
  private boolean stale = true;
  private int looksBeforeNote;
  private boolean looking;
  private boolean noted;
  private String said = "";

  /**
   * Follows nothing until it is started.
   *
   * @param id unique among the processes that follow
   * @param fewGroups so many groups at most are all read at each publication; of more, those that
   *     the counts of their parts tell of
   * @param hasOutputs whether keepers must wait for this process before they promote another node
   * @param traffic knows what its outputs still await
   */
  Followed(
      Store store,
      String id,
      List<String> groups,
      int fewGroups,
      boolean hasOutputs,
      TrafficFeed traffic,
      Timing timing,
      LongSupplier nanoTime,
      Turns thread) {
    this.store = store;
    this.id = id;
    this.groups = List.copyOf(groups);
    this.fewGroups = fewGroups;
    this.hasOutputs = hasOutputs;
    this.traffic = traffic;
    this.timing = timing;
    this.nanoTime = nanoTime;
    this.thread = thread;
    this.leaseUntilNanos = nanoTime.getAsLong();
  }

  /** Begins; {@code newConsumer} is called on this object's thread. */
  void start(Consumer<Topology> newConsumer) {
    consumer = newConsumer;
    store.onConnection(watcher);
    thread.every(timing.proxyBeat(), this::turn);
  }

  /** Follows other groups. Any thread; returns at once. */
  void follow(List<String> others) {
    List<String> wanted = List.copyOf(others);
    thread.soon(
        () -> {
          if (groups.equals(wanted)) {
            return;
          }
          groups = wanted;
          published.keySet().retainAll(wanted);
          counts = Optional.empty();
          stale = true; // what is published of the new ones was not read yet
          turn();
        });
  }

  /** Whether the lease runs. Any thread. */
  boolean isUpToDate() {
    return nanoTime.getAsLong() - leaseUntilNanos < 0;
  }

  private void changed() {
    thread.soon(
        () -> {
          stale = true;
          turn();
        });
  }

  private void turn() {
    if (!store.isConnected()) {
      say("the connection to ZooKeeper is interrupted; requests wait when the lease is over");
      return;
    }
    try {
      if (stale) {
        refresh(false);
      }
      if (looksBeforeNote == 0 || isDrained()) {
        for (int tries = 0; tries < 2 && !renew(); tries++) {
          refresh(true);
        }
      }
      lookLater();
      say("");
    } catch (IOException e) {
      say(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("an output could not follow; tried again", e);
    }
  }

  private void say(String trouble) {
    if (!trouble.equals(said)) {
      said = trouble;
      LOG.warn("{}", trouble.isEmpty() ? "what is published is followed again" : trouble);
    }
  }

  /**
   * Reads the count before the topologies, so that each of them is at least as new as the count.
   *
   * @param newest whether the server that is connected must have heard all; if not, and it has not,
   *     the lease is not renewed
   */
  private void refresh(boolean newest) throws IOException {
    stale = true;
    if (newest) {
      var _ = store.readNewest(Tree.PUBLISHED);
    }
    int count;
    if (groups.size() <= fewGroups) {
      List<Optional<Store.Cell>> all = store.readAll(Tree.PUBLISHED, watcher, names(groups));
      count = PartCounts.countOf(all.getFirst());
      accept(all.subList(1, all.size()));
    } else {
      PartCounts now = PartCounts.read(store, watcher);
      count = now.published();
      accept(store.readAll(names(due(now))));
      counts = Optional.of(now);
    }
    looksBeforeNote = count != processed && hasOutputs ? LOOKS_BEFORE_NOTE : 0;
    processed = count;
    stale = false;
  }

  private List<String> due(PartCounts now) {
    return counts
        .filter(now::tellAllSince)
        .map(before -> groups.stream().filter(group -> now.isNewsOf(group, before)).toList())
        .orElse(groups);
  }

  private static List<String> names(List<String> groups) {
    return groups.stream().map(Tree::topology).toList();
  }

  private void accept(List<Optional<Store.Cell>> cells) throws IOException {
    for (Optional<Store.Cell> cell : cells) {
      if (cell.isPresent()) {
        Topology topology = TopologyText.read(cell.get().bytes());
        consumer.accept(topology);
        published.put(topology.group(), topology);
      }
    }
  }

  /** Looks soon whether all is answered, if a primary retires and it was not so far. */
  private void lookLater() {
    if (hasOutputs && drained < processed && !looking) {
      looking = true;
      thread.after(LOOK, this::look);
    }
  }

  private void look() {
    looking = false;
    boolean waited = looksBeforeNote > 0 && --looksBeforeNote == 0;
    if (waited || isDrained()) {
      turn(); // says so
    } else {
      lookLater();
    }
  }

  private boolean isDrained() {
    return published.values().stream()
        .allMatch(topology -> topology.retiring().isEmpty() || traffic.isDrained(topology));
  }

  /** Renews the lease; false when something newer was published. */
  private boolean renew() throws IOException {
    if (!hasOutputs) {
      long askedNanos = nanoTime.getAsLong();
      boolean newest =
          store.readNewest(Tree.PUBLISHED).filter(c -> c.version() == processed).isPresent();
      leaseUntilNanos = newest ? askedNanos + timing.proxyLease().toNanos() : leaseUntilNanos;
      return newest;
    }
    drained = isDrained() ? processed : drained;
    byte[] note = new Progress(processed, drained).write();
    if (!noted) {
      var _ = store.create(Tree.proxy(id), note, true);
      noted = true;
    }
    long sentNanos = nanoTime.getAsLong();
    if (!store.writeIfCounted(Tree.proxy(id), note, Tree.PUBLISHED, processed)) {
      noted = false; // the count is another, or the node vanished with an earlier session
      return false;
    }
    leaseUntilNanos = sentNanos + timing.proxyLease().toNanos();
    return true;
  }

  /** Ends the lease at once. Called when the thread has ended. */
  void leave() {
    leaseUntilNanos = nanoTime.getAsLong();
    if (noted) {
      try {
        store.delete(Tree.proxy(id), Store.ANY);
      } catch (IOException e) {
        LOG.debug("the session ends, and the node with it", e);
      }
    }
  }
}
