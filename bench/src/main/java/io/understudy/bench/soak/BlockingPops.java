package io.understudy.bench.soak;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A client that pushes numbers to a list, and two that wait for them. */
final class BlockingPops implements Workload {
  private static final String QUEUE = "queue";
  private static final long WAIT_SECONDS = 1;
  private static final long PAUSE_NANOS = 5_000_000;

  private final Ledger pushed = new Ledger();
  private final Map<Integer, Integer> delivered = new ConcurrentHashMap<>();

  /** Pops whose reply nobody got: each may have taken an element. */
  private final AtomicInteger unknownPops = new AtomicInteger();

  @Override
  public List<Client> clients() {
    return List.of(this::push, this::pop, this::pop);
  }

  private void push(RedisClient lettuce, RedisURI address, Stop stop) throws InterruptedException {
    try (StatefulRedisConnection<String, String> connection = lettuce.connect(address)) {
      while (!stop.isAsked()) {
        int id = pushed.next();
        pushed.settle(id, connection.async().rpush(QUEUE, Integer.toString(id)));
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void pop(RedisClient lettuce, RedisURI address, Stop stop) {
    try (StatefulRedisConnection<String, String> connection = lettuce.connect(address)) {
      while (!stop.isAsked()) {
        try {
          KeyValue<String, String> popped = connection.sync().blpop(WAIT_SECONDS, QUEUE);
          if (popped != null && popped.hasValue()) {
            delivered.merge(Integer.parseInt(popped.getValue()), 1, Integer::sum);
          }
        } catch (RedisCommandExecutionException e) {
          if (String.valueOf(e.getMessage()).startsWith("UNKNOWNOUTCOME")) {
            unknownPops.incrementAndGet();
          }
        }
      }
    } catch (RedisException e) {
      unknownPops.incrementAndGet();
      throw e;
    }
  }

  @Override
  public Audit audit(RedisCommands<String, String> primary) {
    Map<Integer, Integer> seen = new HashMap<>(delivered);
    primary.lrange(QUEUE, 0, -1).forEach(id -> seen.merge(Integer.parseInt(id), 1, Integer::sum));
    return pushed.audit(
        "blocking pops", id -> seen.getOrDefault(id, 0), Math.max(0, unknownPops.get()));
  }

  @Override
  public int done() {
    return delivered.size();
  }
}
