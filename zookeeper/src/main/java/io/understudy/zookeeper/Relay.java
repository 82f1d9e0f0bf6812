package io.understudy.zookeeper;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries requests to the keeper that leads a group, and its answers back, through nodes that
 * vanish with the asking keeper's session.
 *
 * <p>A request is done at most once: the asked keeper takes it by replacing exactly what was
 * written, and the asking one withdraws it in the same way, so that one of them finds that the
 * other was quicker. It names one life of one keeper, and whoever is asked never hands it on.
 */
public final class Relay {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.zookeeper");

  /** How many requests of this process may be under way; operators ask one after another. */
  private static final int MOST_ASKED = 16;

  /** How many requests of others are answered at once. */
  private static final int MOST_ANSWERED = 16;

  /** A keeper that lives takes a request within milliseconds. */
  private static final Duration TAKEN_WITHIN = Duration.ofSeconds(5);

  private static final int REVISION_ASKED = 0;
  private static final int REVISION_TAKEN = 1;

  /** Does what is asked; returns the answer. Called on threads of its own, and may block. */
  @FunctionalInterface
  public interface Answering {
    String answer(String group, String request);
  }

  private final Store store;
  private final Supplier<Holder> own;
  private final Timing timing;
  private final LongSupplier nanoTime;
  private final Supplier<String> names;
  private final Turns thread;
  private final Executor answerers;
  private final Runnable watcher = this::lookSoon;
  private final Runnable progress = this::wake;
  private final Semaphore asked = new Semaphore(MOST_ASKED);
  private final Semaphore answered = new Semaphore(MOST_ANSWERED);
  private final Map<String, CountDownLatch> waiting = new ConcurrentHashMap<>();

  // Confined to the thread.
  private final Set<String> seen = new HashSet<>();
  private Answering answering = (group, request) -> "";

  /**
   * A relay of one keeper.
   *
   * @param own which life of it this is
   * @param names gives each request another name
   */
  Relay(
      Store store,
      Supplier<Holder> own,
      Timing timing,
      LongSupplier nanoTime,
      Supplier<String> names,
      Turns thread,
      Executor answerers) {
    this.store = store;
    this.own = own;
    this.timing = timing;
    this.nanoTime = nanoTime;
    this.names = names;
    this.thread = thread;
    this.answerers = answerers;
  }

  /** Answers what other keepers ask from now on. To be called once. */
  public void begin(Answering how) {
    thread.soon(() -> answering = how);
    store.onConnection(watcher);
    lookSoon();
  }

  // ---- the asking keeper

  /**
   * Hands a request to the keeper that leads the group, and waits for its answer. Any thread.
   *
   * @param deadline how long that may take
   * @return the answer; empty when no other keeper leads the group
   * @throws IOException in one line: there is no answer; it says whether the request may have been
   *     carried out
   */
  public Optional<String> ask(String group, String request, Duration deadline) throws IOException {
    if (!asked.tryAcquire()) {
      throw new IOException(MOST_ASKED + " requests are under way already; nothing was done");
    }
    try {
      Store.Cell leaders = store.readNewest(Tree.LEADERS).orElse(null);
      Holder to =
          leaders == null ? null : Assignments.parse(leaders.bytes()).of(group).orElse(null);
      if (to == null || to.equals(Leaders.NOBODY) || to.keeper().equals(own.get().keeper())) {
        return Optional.empty();
      }
      return Optional.of(ask(new RelayText(to, group, RelayText.Stage.ASKED, request), deadline));
    } finally {
      asked.release();
    }
  }

  private String ask(RelayText request, Duration deadline) throws IOException {
    String name = Tree.request(names.get());
    if (store.create(name, request.bytes(), true).isEmpty()) {
      throw new IOException("the request could not be written; nothing was done");
    }
    try {
      return answer(name, request, deadline);
    } catch (IOException e) {
      throw withdrawn(name, request)
          ? new IOException(e.getMessage() + "; nothing was done", e)
          : new IOException(
              e.getMessage()
                  + "; it may have been done or may be yet, 'understudy explain' at "
                  + request.to().keeper()
                  + " says so",
              e);
    } finally {
      waiting.remove(name);
      remove(name);
    }
  }

  /** Whether it is certain that nobody takes it any more. */
  private boolean withdrawn(String name, RelayText request) {
    try {
      byte[] bytes = request.at(RelayText.Stage.WITHDRAWN, "").bytes();
      return store.write(name, bytes, REVISION_ASKED).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  private String answer(String name, RelayText request, Duration deadline) throws IOException {
    long beginNanos = nanoTime.getAsLong();
    while (true) {
      var changed = new CountDownLatch(1);
      waiting.put(name, changed);
      Optional<RelayText> now = store.read(name, progress).flatMap(c -> RelayText.parse(c.bytes()));
      RelayText.Stage stage =
          now.orElseThrow(() -> new IOException("the session with ZooKeeper has ended")).stage();
      if (stage == RelayText.Stage.ANSWERED) {
        return now.get().text();
      }
      boolean taken = stage == RelayText.Stage.TAKEN;
      Duration most = taken ? deadline : TAKEN_WITHIN;
      long left = most.toNanos() - (nanoTime.getAsLong() - beginNanos);
      if (left <= 0) {
        throw new IOException(
            "keeper "
                + request.to().keeper()
                + " acts for the group and did not "
                + (taken ? "finish" : "take the request")
                + " within "
                + most.toSeconds()
                + " s");
      }
      await(changed, left);
    }
  }

  private static void await(CountDownLatch changed, long nanos) throws IOException {
    try {
      var _ = changed.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("this program is ending", e);
    }
  }

  /** Any of them may have changed; each reads its own. */
  private void wake() {
    waiting.values().forEach(CountDownLatch::countDown);
  }

  private void remove(String name) {
    try {
      store.delete(name, Store.ANY);
    } catch (IOException e) {
      LOG.debug("{} goes with the session", name, e);
    }
  }

  // ---- the asked keeper

  private void lookSoon() {
    thread.soon(this::look);
  }

  private void look() {
    if (!store.isConnected()) {
      return; // looked again when it is back
    }
    try {
      List<String> present = store.children(Tree.REQUESTS, watcher);
      seen.retainAll(present);
      for (String each : present) {
        if (!seen.contains(each) && !consider(Tree.REQUESTS + "/" + each)) {
          return; // looked again when one is answered
        }
        seen.add(each);
      }
    } catch (IOException e) {
      LOG.debug("requests of other keepers cannot be read now", e);
      thread.after(timing.beat(), this::look);
    }
  }

  /** Takes a request that is for this life of this keeper; false when too many are under way. */
  private boolean consider(String name) throws IOException {
    Optional<RelayText> read = store.readNewest(name).flatMap(c -> RelayText.parse(c.bytes()));
    if (read.isEmpty()
        || read.get().stage() != RelayText.Stage.ASKED
        || !read.get().to().equals(own.get())) {
      return true;
    }
    if (!answered.tryAcquire()) {
      return false;
    }
    RelayText request = read.get();
    OptionalInt taken;
    try {
      byte[] bytes = request.at(RelayText.Stage.TAKEN, "").bytes();
      taken = store.write(name, bytes, REVISION_ASKED);
    } catch (IOException e) {
      answered.release();
      throw e;
    }
    if (taken.isEmpty()) {
      answered.release();
      return true;
    }
    Answering how = answering;
    answerers.execute(() -> answer(name, request, how));
    return true;
  }

  private void answer(String name, RelayText request, Answering how) {
    try {
      String answer = how.answer(request.group(), request.text());
      store.write(name, request.at(RelayText.Stage.ANSWERED, answer).bytes(), REVISION_TAKEN);
    } catch (IOException e) {
      LOG.debug("nobody could be told how {} ended", name, e);
    } catch (RuntimeException e) {
      LOG.error("a request for {} could not be answered", request.group(), e);
    } finally {
      answered.release();
      lookSoon();
    }
  }
}
