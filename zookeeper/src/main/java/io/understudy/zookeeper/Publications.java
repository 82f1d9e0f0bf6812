package io.understudy.zookeeper;

import io.understudy.topology.Publisher;
import io.understudy.topology.Topology;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Publishes for keepers, and knows which outputs have not let go of what was published before.
 *
 * <p>A publication and its number are written together. An output that acts on a newer number says
 * so in its node; one that says nothing has no lease any more after its time.
 */
final class Publications implements Publisher {
  private static final int MAX_TRIES = 5;
  private static final Duration LOOK = Duration.ofMillis(5);

  /**
   * A publication that some output may not have seen yet.
   *
   * @param number its number
   * @param untilNanos when every lease from before it is over
   */
  private record Pending(int number, long untilNanos) {}

  private final Store store;
  private final Followed followed;
  private final Timing timing;
  private final LongSupplier nanoTime;
  private final Turns thread;
  private final Runnable news;
  private final Map<String, Pending> pending = new ConcurrentHashMap<>();

  Publications(
      Store store,
      Followed followed,
      Timing timing,
      LongSupplier nanoTime,
      Turns thread,
      Runnable news) {
    this.store = store;
    this.followed = followed;
    this.timing = timing;
    this.nanoTime = nanoTime;
    this.thread = thread;
    this.news = news;
  }

  @Override
  public void publish(Topology topology) throws IOException {
    int number = write(topology);
    if (topology.primary().isPresent()) {
      pending.remove(topology.group());
      return;
    }
    // Whoever renews from now on checks this number; whoever renewed before has this long at most.
    pending.put(
        topology.group(),
        new Pending(number, nanoTime.getAsLong() + timing.proxySilence().toNanos()));
    thread.soon(this::look);
  }

  /** Returns the number under which it is published. */
  private int write(Topology topology) throws IOException {
    String name = Tree.topology(topology.group());
    byte[] bytes = TopologyText.write(topology);
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      Optional<Store.Cell> cell = store.readNewest(name);
      if (cell.isPresent()) {
        Topology before = TopologyText.read(cell.get().bytes());
        if (topology.equals(before)) {
          return store
              .readNewest(Tree.PUBLISHED)
              .map(Store.Cell::version)
              .orElseThrow(() -> new IOException("zookeeper: nothing counts publications"));
        }
        if (!topology.isAfter(before)) {
          throw new IOException(
              "another keeper has published epoch " + before.epoch() + " meanwhile");
        }
      }
      OptionalInt number =
          store.writeAndCount(
              name, bytes, cell.map(Store.Cell::version).orElse(Store.ABSENT), Tree.PUBLISHED);
      if (number.isPresent()) {
        return number.getAsInt();
      }
      // Another keeper published meanwhile: what it published is looked at first.
    }
    throw new IOException("other keepers publish " + topology.group() + " all the time");
  }

  @Override
  public OptionalLong heldUntilNanos(String group) {
    Pending mine = pending.get(group);
    return mine == null ? OptionalLong.empty() : OptionalLong.of(mine.untilNanos());
  }

  /** Looks how far every output has come. */
  private void look() {
    long now = nanoTime.getAsLong();
    boolean some = pending.values().removeIf(each -> each.untilNanos() - now <= 0);
    if (!pending.isEmpty()) {
      try {
        int least = leastProcessed();
        some |= pending.values().removeIf(each -> each.number() <= least);
      } catch (IOException e) {
        // Until it can be seen, the leases run out.
      }
    }
    if (some) {
      news.run();
    }
    if (!pending.isEmpty()) {
      thread.after(LOOK, this::look);
    }
  }

  /**
   * The publication that every output has come to. An output without a node has no lease: it gets
   * one only by writing to its node, which vanishes later than the lease runs out.
   */
  private int leastProcessed() throws IOException {
    int least = Integer.MAX_VALUE;
    for (String name : store.childrenNewest(Tree.PROXIES)) {
      Optional<Store.Cell> note = store.readNewest(Tree.PROXIES + "/" + name);
      if (note.isPresent()) {
        least = Math.min(least, number(note.get().bytes()));
      }
    }
    return least;
  }

  private static int number(byte[] note) {
    try {
      return Integer.parseInt(new String(note, StandardCharsets.US_ASCII));
    } catch (NumberFormatException e) {
      return Store.ABSENT;
    }
  }

  @Override
  public void follow(Consumer<Topology> consumer) {
    followed.start(consumer);
  }

  @Override
  public boolean isUpToDate() {
    return followed.isUpToDate();
  }
}
