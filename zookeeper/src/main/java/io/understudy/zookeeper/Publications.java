package io.understudy.zookeeper;

import io.understudy.topology.Publisher;
import io.understudy.topology.Topology;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Publishes for keepers, and knows which outputs have not let go of what was published before.
 *
 * <p>A publication and its number are written together. An output that acts on a newer number says
 * so in its node; one that says nothing has no lease any more after its time.
 */
final class Publications implements Publisher {
  private static final int MAX_TRIES = 5;

  /** How often it is looked how far the outputs have come, while clients may wait for them. */
  private static final Duration LOOK = Duration.ofMillis(1);

  /** The same when it has lasted longer than outputs need that are well. */
  private static final Duration LATER_LOOK = Duration.ofMillis(10);

  private static final int LOOKS = 50;

  /**
   * A publication that some output may not have seen yet.
   *
   * @param number its number
   * @param untilNanos when every lease from before it is over
   */
  private record Pending(int number, long untilNanos) {}

  /** What this process has published last of a group, and the version that it wrote. */
  private record Written(Topology topology, int version) {}

  private final Store store;
  private final Followed followed;
  private final Timing timing;
  private final LongSupplier nanoTime;
  private final Turns thread;
  private final Consumer<Set<String>> news;
  private final Map<String, Pending> pending = new ConcurrentHashMap<>();
  private final Map<String, Pending> draining = new ConcurrentHashMap<>();
  private final Map<String, Written> written = new ConcurrentHashMap<>();
  private final Runnable looker = this::lookSoon;

  // Confined to the thread.
  private int looks;
  private boolean looking;

  Publications(
      Store store,
      Followed followed,
      Timing timing,
      LongSupplier nanoTime,
      Turns thread,
      Consumer<Set<String>> news) {
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
    draining.remove(topology.group());
    if (topology.primary().isPresent()) {
      pending.remove(topology.group());
      return;
    }
    // Whoever renews from now on checks this number; whoever renewed before has this long at most.
    var mine = new Pending(number, nanoTime.getAsLong() + timing.proxySilence().toNanos());
    pending.put(topology.group(), mine);
    if (topology.retiring().isPresent()) {
      draining.put(topology.group(), mine);
    }
    thread.soon(this::beginLooking);
  }

  /**
   * Returns the number under which it is published. What is there need not be read where this
   * process wrote it, unless another has written since.
   */
  private int write(Topology topology) throws IOException {
    Written last = written.remove(topology.group());
    byte[] bytes = TopologyText.write(topology);
    OptionalInt number =
        last != null && topology.isAfter(last.topology())
            ? writeOver(last.version(), topology, bytes)
            : OptionalInt.empty();
    return number.isPresent() ? number.getAsInt() : writeAfterReading(topology, bytes);
  }

  private OptionalInt writeOver(int version, Topology topology, byte[] bytes) throws IOException {
    OptionalInt number =
        store.writeAndCount(
            Tree.topology(topology.group()),
            bytes,
            version,
            Tree.PUBLISHED,
            Tree.part(Tree.partOf(topology.group())));
    if (number.isPresent()) {
      // A node that is made begins with 0, which is one more than ABSENT.
      written.put(topology.group(), new Written(topology, version + 1));
    }
    return number;
  }

  private int writeAfterReading(Topology topology, byte[] bytes) throws IOException {
    String name = Tree.topology(topology.group());
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
          writeOver(cell.map(Store.Cell::version).orElse(Store.ABSENT), topology, bytes);
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

  @Override
  public boolean hasOthers() {
    return true;
  }

  @Override
  public boolean isDrained(String group) {
    return !draining.containsKey(group);
  }

  private void beginLooking() {
    looks = 0;
    look();
  }

  private void lookSoon() {
    thread.soon(this::look);
  }

  private void lookLater() {
    if (looking || (pending.isEmpty() && draining.isEmpty())) {
      return;
    }
    looking = true;
    thread.after(
        looks++ < LOOKS ? LOOK : LATER_LOOK,
        () -> {
          looking = false;
          look();
        });
  }

  /** Looks how far every output has come. */
  private void look() {
    long now = nanoTime.getAsLong();
    Set<String> changed = new HashSet<>();
    remove(pending, each -> each.untilNanos() - now <= 0, changed);
    if (!pending.isEmpty() || !draining.isEmpty()) {
      try {
        List<Progress> all = outputs();
        remove(pending, each -> all.stream().allMatch(o -> hasCome(o, each)), changed);
        remove(draining, each -> all.stream().allMatch(o -> isDone(o, each, now)), changed);
      } catch (IOException e) {
        // Until it can be seen, the leases run out.
      }
    }
    if (!changed.isEmpty()) {
      news.accept(changed);
    }
    lookLater();
  }

  private static void remove(
      Map<String, Pending> waiting, Predicate<Pending> over, Set<String> removed) {
    waiting.forEach(
        (group, each) -> {
          if (over.test(each) && waiting.remove(group, each)) {
            removed.add(group);
          }
        });
  }

  private static boolean hasCome(Progress output, Pending to) {
    return output.processed() >= to.number();
  }

  /** Whether an output awaits nothing, or has not come so far and no lease either any more. */
  private static boolean isDone(Progress output, Pending with, long now) {
    return output.drained() >= with.number()
        || (!hasCome(output, with) && with.untilNanos() - now <= 0);
  }

  /**
   * How far each output has come. One without a node has no lease: it gets one only by writing to
   * its node, which vanishes later than the lease runs out.
   *
   * <p>It need not be the newest: this process sees at least what there was when it published, so
   * every output with a lease from before, and of each at worst that it was less far than it is.
   */
  private List<Progress> outputs() throws IOException {
    List<String> names =
        store.children(Tree.PROXIES, looker).stream()
            .map(name -> Tree.PROXIES + "/" + name)
            .toList();
    return store.readAll(names).stream()
        .flatMap(Optional::stream)
        .map(note -> Progress.read(note.bytes()))
        .toList();
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
