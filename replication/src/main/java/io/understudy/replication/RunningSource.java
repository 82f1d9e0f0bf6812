package io.understudy.replication;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.Future;
import io.understudy.replication.source.SourceOptions;
import io.understudy.topology.Address;
import java.util.LinkedHashMap;
import java.util.Map;

/** One source that is fed to others, and where its feeds listen. Thread-safe; blocks. */
public final class RunningSource {
  private final Replicator replicator;
  private final Sockets sockets;

  /** By feed, in the order in which they came. */
  private final Map<Feed, Channel> listeners = new LinkedHashMap<>();

  RunningSource(Replicator replicator, Sockets sockets) {
    this.replicator = replicator;
    this.sockets = sockets;
  }

  Replicator replicator() {
    return replicator;
  }

  /** Binds the addresses of the feeds that it has. */
  synchronized void open() throws ReplicationException {
    for (Feed feed : replicator.feeds()) {
      listen(feed);
    }
  }

  private void listen(Feed feed) throws ReplicationException {
    Address listen = feed.plan().listen();
    ChannelFuture bound =
        sockets
            .listen(replicator.loop(), listen, feed.plan().tls(), feed.server()::newConnection)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new ReplicationException(unbound(listen, bound.cause()), bound.cause());
    }
    listeners.put(feed, bound.channel());
  }

  private static String unbound(Address listen, Throwable cause) {
    String why = String.valueOf(cause.getMessage());
    return why.contains("in use")
        ? listen
            + " is in use; stop what listens there ('ss -ltnp' names it), or choose another port"
        : listen + " cannot be bound: " + why;
  }

  /**
   * Feeds one more part from now on. The other feeds go on untouched.
   *
   * @throws ReplicationException in one line, if its address cannot be bound, or there is no room
   *     for its backlog; nothing of it is left
   */
  public synchronized void add(FeedPlan part) throws ReplicationException {
    // Two feeds of one address would share a file.
    if (listeners.keySet().stream().anyMatch(f -> f.plan().listen().equals(part.listen()))) {
      throw new ReplicationException(part.listen() + " is another feed's already");
    }
    Future<Feed> made = replicator.loop().submit(() -> replicator.add(part)).awaitUninterruptibly();
    if (!made.isSuccess()) {
      throw new ReplicationException(String.valueOf(made.cause().getMessage()), made.cause());
    }
    Feed feed = made.getNow();
    try {
      listen(feed);
    } catch (ReplicationException e) {
      replicator.loop().submit(() -> replicator.remove(feed)).awaitUninterruptibly();
      throw e;
    }
  }

  /** Feeds a part no more; its replicas keep what they have. The other feeds go on untouched. */
  public synchronized void remove(Address listen) {
    for (Map.Entry<Feed, Channel> each : Map.copyOf(listeners).entrySet()) {
      Feed feed = each.getKey();
      if (feed.plan().listen().equals(listen)) {
        each.getValue().close().awaitUninterruptibly();
        listeners.remove(feed);
        replicator.loop().submit(() -> replicator.remove(feed)).awaitUninterruptibly();
      }
    }
  }

  /** Logs in to the source otherwise on connections that begin from now on. */
  public void reach(SourceOptions other) {
    replicator.reach(other);
  }

  synchronized void close() {
    listeners.values().forEach(listener -> listener.close().awaitUninterruptibly());
    listeners.clear();
    replicator.loop().submit(replicator::close).awaitUninterruptibly();
  }
}
