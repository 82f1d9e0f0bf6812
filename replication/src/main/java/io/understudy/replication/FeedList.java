package io.understudy.replication;

import io.understudy.replication.sink.Backlog;
import io.understudy.replication.source.SourceServer;
import io.understudy.replication.state.ResumeState;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The feeds of one source, which may come and go while its stream is followed: others notice
 * nothing. Changed on the source's event loop, read by any thread.
 */
final class FeedList {
  private final List<Feed> feeds = new CopyOnWriteArrayList<>();
  private final Feed.Driver driver;
  private final Memory memory;
  private final Supplier<String> newId;
  private final LongSupplier nanoTime;

  /**
   * The first ones.
   *
   * @throws ReplicationException in one line, if there is no room for the backlog of one
   */
  FeedList(
      List<FeedPlan> plans,
      Feed.Driver driver,
      Memory memory,
      Supplier<String> newId,
      LongSupplier nanoTime)
      throws ReplicationException {
    this.driver = driver;
    this.memory = memory;
    this.newId = newId;
    this.nanoTime = nanoTime;
    for (FeedPlan plan : plans) {
      feeds.add(made(plan, memory.backlog(plan)));
    }
  }

  private Feed made(FeedPlan plan, Backlog backlog) {
    return new Feed(plan, driver, backlog, newId, nanoTime);
  }

  /** Those of the moment, in the order in which they came; cannot be changed through this. */
  List<Feed> all() {
    return Collections.unmodifiableList(feeds);
  }

  /** They go on where an earlier process was; those that it did not have begin there. */
  void resume(ResumeState earlier) {
    for (Feed feed : feeds) {
      memory
          .earlier(feed.plan())
          .ifPresentOrElse(
              known -> feed.resume(known, earlier.offset()),
              () -> feed.restart(earlier.offset(), "this feed is new"));
    }
  }

  /** What another process needs to go on with them. */
  ResumeState state(String history, StreamFollower follower, SourceServer server) {
    return new ResumeState(
        history,
        follower.offset(),
        follower.database(),
        server,
        feeds.stream().filter(feed -> !feed.isStopped()).map(Feed::state).toList());
  }

  /**
   * One more from now on. Its replicas wait for the next snapshot.
   *
   * @param history what is followed; empty for nothing yet
   * @throws ReplicationException in one line, if there is no room for its backlog
   */
  Feed add(FeedPlan plan, StreamFollower follower, Optional<String> history)
      throws ReplicationException {
    Feed feed = made(plan, memory.freshBacklog(plan));
    if (history.isPresent()) {
      feed.restart(follower.offset(), "this feed is new");
      follower.joined(feed);
    }
    feeds.add(feed);
    return feed;
  }

  /** One is no more; its replicas keep what they have. */
  void remove(Feed feed) {
    feeds.remove(feed);
    feed.stop("this feed is no more");
    feed.server().close();
  }
}
