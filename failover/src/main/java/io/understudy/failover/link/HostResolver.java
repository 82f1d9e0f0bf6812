package io.understudy.failover.link;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks up names on threads of its own, because the system's resolver may block for many seconds.
 * Any thread may ask.
 *
 * <p>A name that stops resolving keeps its last address: a resolver's trouble is not a server's.
 */
final class HostResolver implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int IDLE_SECONDS = 30;

  private final Map<String, InetAddress> lastKnown = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<InetAddress>> underWay = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor threads;

  HostResolver() {
    // The queue holds one entry per name at most, because one lookup per name is under way at most.
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              var thread = new Thread(task, "understudy-resolver");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /** The address that a host had when it was looked up last; empty if it never was. */
  Optional<InetAddress> lastKnown(String host) {
    return Optional.ofNullable(lastKnown.get(host));
  }

  /** The host's address; fails with {@link UnknownHostException} when it never had one. */
  CompletableFuture<InetAddress> resolve(String host) {
    return underWay.computeIfAbsent(host, this::lookUp);
  }

  private CompletableFuture<InetAddress> lookUp(String host) {
    var answer = new CompletableFuture<InetAddress>();
    threads.execute(
        () -> {
          try {
            InetAddress address = InetAddress.getByName(host);
            lastKnown.put(host, address);
            underWay.remove(host);
            answer.complete(address);
          } catch (UnknownHostException e) {
            underWay.remove(host);
            InetAddress last = lastKnown.get(host);
            if (last != null) {
              answer.complete(last);
            } else {
              answer.completeExceptionally(e);
            }
          }
        });
    return answer;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
