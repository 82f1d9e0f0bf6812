package io.understudy.bench.soak;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;

/** A client that increments two counters in one transaction, again and again. */
final class Transactions implements Workload {
  private static final int IDS_PER_KEY = 1_000;
  private static final long PAUSE_NANOS = 5_000_000;

  private final Ledger ledger = new Ledger();

  @Override
  public List<Client> clients() {
    return List.of(this::write);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // EXEC's reply holds theirs
  private void write(RedisClient lettuce, RedisURI address, Stop stop) throws InterruptedException {
    try (StatefulRedisConnection<String, String> connection = lettuce.connect(address)) {
      RedisAsyncCommands<String, String> commands = connection.async();
      while (!stop.isAsked()) {
        int id = ledger.next();
        commands.multi();
        commands.hincrby(key("a", id), Integer.toString(id), 1);
        commands.hincrby(key("b", id), Integer.toString(id), 1);
        RedisFuture<TransactionResult> exec = commands.exec();
        Ledger.Fate fate = ledger.settle(id, exec);
        if (fate == Ledger.Fate.DONE && isDiscarded(exec)) {
          ledger.failed(id, new RedisCommandExecutionException("EXEC answered null"));
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static boolean isDiscarded(RedisFuture<TransactionResult> exec)
      throws InterruptedException {
    try {
      return exec.get().wasDiscarded();
    } catch (ExecutionException e) {
      return true;
    }
  }

  private static String key(String side, int id) {
    return "t:" + side + ":" + id / IDS_PER_KEY;
  }

  @Override
  public Audit audit(RedisCommands<String, String> primary) {
    Map<String, Map<String, String>> read = new HashMap<>();
    return ledger.audit(
        "transactions",
        id -> {
          int left = count(primary, read, "a", id);
          int right = count(primary, read, "b", id);
          // A torn transaction counts as one that ran too often.
          return left == right ? left : 2;
        },
        0);
  }

  private static int count(
      RedisCommands<String, String> primary,
      Map<String, Map<String, String>> read,
      String side,
      int id) {
    return Integer.parseInt(
        read.computeIfAbsent(key(side, id), primary::hgetall)
            .getOrDefault(Integer.toString(id), "0"));
  }

  @Override
  public int done() {
    return ledger.count(Ledger.Fate.DONE);
  }
}
