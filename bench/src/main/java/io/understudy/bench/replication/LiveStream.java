package io.understudy.bench.replication;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.CommandRun;
import io.understudy.bench.measure.Connection;
import io.understudy.bench.measure.CpuSample;
import io.understudy.bench.measure.MachineLoad;
import io.understudy.bench.measure.Median;
import io.understudy.bench.measure.ProcessMemory;
import io.understudy.bench.measure.RedisProcess;
import io.understudy.bench.measure.UnderstudyRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/replication --live}. */
@Command(
    name = "bench/replication --live",
    mixinStandardHelpOptions = true,
    description = {
      "Writes to a Redis as fast as it takes it, in pipelines of 16, while a filter feeds a"
          + " replica, and measures how long the replica needs afterwards, and the processor time"
          + " of both.",
      "Exit code: 0 the lag is gone within a second of the load's end, and the filter used no more"
          + " than the source, 1 not so, 2 could not measure."
    })
public final class LiveStream implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(2);
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final double LAG_LIMIT_SECONDS = 1;
  private static final double NANOS_PER_SECOND = 1e9;

  @Option(names = "--rounds", description = "of the load (default: ${DEFAULT-VALUE})")
  private int rounds = 5;

  @Option(names = "--writes", description = "in each round (default: ${DEFAULT-VALUE})")
  private int writes = 3_000_000;

  @Option(names = "--value-bytes", description = "of each write (default: ${DEFAULT-VALUE})")
  private int valueBytes = 64;

  @Option(names = "--pattern", description = "what passes the filter (default: everything)")
  private String pattern = "";

  private LiveStream() {}

  /** Measures and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new LiveStream(), arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<Double> lags = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    try (Children children = Children.inTemporaryDirectory()) {
      RedisProcess source = RedisProcess.start(children);
      RedisProcess replica = RedisProcess.start(children);
      int feed = Children.freePort();
      Process filter =
          children.start(
              "understudy",
              List.of(
                  UnderstudyRun.launcher().toString(),
                  "filter",
                  "--primary",
                  "127.0.0.1:" + source.port(),
                  "--listen",
                  "127.0.0.1:" + feed,
                  pattern),
              Map.of());
      children.awaitServing("understudy", filter, feed, DEADLINE);
      try (Connection to = new Connection(replica.port());
          Connection from = new Connection(source.port())) {
        to.call("REPLICAOF", "127.0.0.1", Integer.toString(feed));
        until(() -> to.call("INFO", "replication").contains("master_link_status:up"));
        for (int round = 0; round < rounds; round++) {
          CpuSample sourceBefore = CpuSample.of(source.pid());
          CpuSample filterBefore = CpuSample.of(filter.pid());
          long begin = System.nanoTime();
          new WriteLoad(source.port(), writes, valueBytes).run();
          long end = System.nanoTime();
          String mark = "end:" + round;
          from.call("SET", mark, "2");
          until(() -> to.call("EXISTS", mark).contains("1"));
          double lag = (System.nanoTime() - end) / NANOS_PER_SECOND;
          double ofSource = CpuSample.of(source.pid()).since(sourceBefore).totalNanos();
          double ofFilter = CpuSample.of(filter.pid()).since(filterBefore).totalNanos();
          lags.add(lag);
          shares.add(ofFilter / ofSource);
          System.out.printf(
              Locale.ROOT,
              "%,.0f writes/s, in sync %.3f s later; CPU filter %.2f s, source %.2f s%n",
              writes / ((end - begin) / NANOS_PER_SECOND),
              lag,
              ofFilter / NANOS_PER_SECOND,
              ofSource / NANOS_PER_SECOND);
        }
      }
      System.out.printf(
          Locale.ROOT,
          "memory of the filter: %d MB%n",
          ProcessMemory.residentBytes(filter.pid()) >> 20);
    }
    boolean reached = Median.of(lags) <= LAG_LIMIT_SECONDS && Median.of(shares) <= 1;
    System.out.printf(
        Locale.ROOT,
        "%s: median lag %.3f s after the load (at most 1), CPU of the filter %.2f x the source's"
            + " (at most 1), load average %.1f%n",
        reached ? "reached" : "missed",
        Median.of(lags),
        Median.of(shares),
        MachineLoad.average());
    return reached ? 0 : 1;
  }

  /** What may fail to be asked. */
  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void until(Condition condition) throws IOException {
    long begin = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - begin > DEADLINE.toNanos()) {
        throw new IOException("the replica is not in sync after " + DEADLINE);
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
