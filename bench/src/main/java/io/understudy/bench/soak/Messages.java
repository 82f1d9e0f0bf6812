package io.understudy.bench.soak;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that publishes numbers, and one that subscribed once and is never told again: after each
 * failover it must get messages as before. A message published while nobody could pass it on is
 * gone, as with a server of one's own; none may come twice or out of order.
 */
final class Messages implements Workload {
  private static final String CHANNEL = "news";
  private static final long PAUSE_NANOS = 5_000_000;

  private final Ledger published = new Ledger();
  private final AtomicInteger received = new AtomicInteger();
  private final AtomicInteger outOfOrder = new AtomicInteger();
  private final AtomicInteger last = new AtomicInteger(-1);
  private final AtomicLong lastNanos = new AtomicLong(System.nanoTime());
  private final AtomicLong longestNanos = new AtomicLong();

  @Override
  public List<Client> clients() {
    return List.of(this::publish, this::subscribe);
  }

  private void publish(RedisClient lettuce, RedisURI address, Stop stop)
      throws InterruptedException {
    try (StatefulRedisConnection<String, String> connection = lettuce.connect(address)) {
      while (!stop.isAsked()) {
        int id = published.next();
        published.settle(id, connection.async().publish(CHANNEL, Integer.toString(id)));
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void subscribe(RedisClient lettuce, RedisURI address, Stop stop) {
    try (StatefulRedisPubSubConnection<String, String> connection =
        lettuce.connectPubSub(address)) {
      connection.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
              took(Integer.parseInt(message));
            }
          });
      connection.sync().subscribe(CHANNEL);
      while (!stop.isAsked()) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void took(int id) {
    long now = System.nanoTime();
    longestNanos.accumulateAndGet(now - lastNanos.getAndSet(now), Math::max);
    received.incrementAndGet();
    if (id <= last.getAndSet(id)) {
      outOfOrder.incrementAndGet();
    }
  }

  @Override
  public Audit audit(RedisCommands<String, String> primary) {
    Audit sent = published.audit("messages", id -> 1, 0);
    return new Audit(
        "messages",
        sent.requests(),
        sent.done(),
        sent.unknown(),
        sent.refused(),
        sent.broken(),
        0,
        outOfOrder.get(),
        0,
        sent.refusals());
  }

  /** Received so far. */
  @Override
  public int done() {
    return received.get();
  }

  /** The longest time without a message. */
  long longestSilenceNanos() {
    return Math.max(longestNanos.get(), System.nanoTime() - lastNanos.get());
  }
}
