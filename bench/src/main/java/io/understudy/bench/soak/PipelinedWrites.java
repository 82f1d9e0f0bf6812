package io.understudy.bench.soak;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Clients that each send 16 numbered increments at once, again and again. */
final class PipelinedWrites implements Workload {
  private static final int DEPTH = 16;
  private static final int IDS_PER_KEY = 1_000;

  private final List<Ledger> ledgers = new ArrayList<>();
  private final long pauseNanos;

  PipelinedWrites(int clients, int perSecond) {
    for (int i = 0; i < clients; i++) {
      ledgers.add(new Ledger());
    }
    pauseNanos = 1_000_000_000L * DEPTH * clients / perSecond;
  }

  @Override
  public List<Client> clients() {
    List<Client> all = new ArrayList<>();
    for (int i = 0; i < ledgers.size(); i++) {
      int number = i;
      all.add((lettuce, address, stop) -> write(number, lettuce, address, stop));
    }
    return all;
  }

  private void write(int number, RedisClient lettuce, RedisURI address, Stop stop)
      throws InterruptedException {
    Ledger ledger = ledgers.get(number);
    try (StatefulRedisConnection<String, String> connection = lettuce.connect(address)) {
      connection.setAutoFlushCommands(false);
      while (!stop.isAsked()) {
        int first = -1;
        List<RedisFuture<Long>> replies = new ArrayList<>();
        for (int i = 0; i < DEPTH; i++) {
          int id = ledger.next();
          first = i == 0 ? id : first;
          replies.add(connection.async().hincrby(key(number, id), Integer.toString(id), 1));
        }
        connection.flushCommands();
        for (int i = 0; i < DEPTH; i++) {
          ledger.settle(first + i, replies.get(i));
        }
        LockSupport.parkNanos(pauseNanos);
      }
    }
  }

  private static String key(int client, int id) {
    return "w:" + client + ":" + id / IDS_PER_KEY;
  }

  @Override
  public Audit audit(RedisCommands<String, String> primary) {
    List<Audit> audits = new ArrayList<>();
    for (int i = 0; i < ledgers.size(); i++) {
      int number = i;
      Map<String, Map<String, String>> read = new HashMap<>();
      audits.add(
          ledgers
              .get(i)
              .audit(
                  "pipelined writes",
                  id ->
                      Integer.parseInt(
                          read.computeIfAbsent(key(number, id), primary::hgetall)
                              .getOrDefault(Integer.toString(id), "0")),
                  0));
    }
    return Audits.sum(audits);
  }

  @Override
  public int done() {
    return ledgers.stream().mapToInt(ledger -> ledger.count(Ledger.Fate.DONE)).sum();
  }
}
