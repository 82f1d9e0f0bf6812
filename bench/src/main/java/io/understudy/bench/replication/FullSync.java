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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/replication}. */
@Command(
    name = "bench/replication",
    mixinStandardHelpOptions = true,
    description = {
      "Fills a Redis, then measures how long an empty replica takes until it is in sync: directly,"
          + " through 'understudy filter' with everything kept, with half of the keys kept, and"
          + " split into four by one process. Each round starts a new replica and a new filter, in"
          + " turn.",
      "Exit code: 0 the median through the filter is below the limit, 1 it is not, 2 could not"
          + " measure."
    })
public final class FullSync implements Callable<Integer> {
  private static final int BYTES_A_SCRIPT = 2_000_000;
  private static final int PARTS = 4;
  private static final int HEX_DIGITS_A_SUM = 40;
  private static final int HASH_SLOTS = 16_384;
  private static final double SPLIT_LIMIT = 1.2;
  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  /** Sums of numbers do not compress; a run of one letter does. */
  private static final String FILL =
      "for i = ARGV[1], ARGV[2] do local v if ARGV[4] == 'random' then local t = {} for j = 1,"
          + " ARGV[3] / 40 do t[j] = redis.sha1hex(i .. ':' .. j) end v = table.concat(t) else v ="
          + " string.rep('x', ARGV[3]) end redis.call('SET', 'key:' .. string.format('%d', i), v)"
          + " end return 1";

  /** How a replica gets its data. */
  private enum Way {
    DIRECT("direct", ""),
    EVERYTHING("filter, all keys", ""),
    HALF("filter, half of the keys", "[02468]$"),
    SPLIT("four feeds, a part each", "");

    private final String shown;
    private final String pattern;

    Way(String shown, String pattern) {
      this.shown = shown;
      this.pattern = pattern;
    }
  }

  @Option(names = "--rounds", description = "of each (default: ${DEFAULT-VALUE})")
  private int rounds = 5;

  @Option(names = "--keys", description = "in the source (default: ${DEFAULT-VALUE})")
  private int keys = 3_000_000;

  @Option(
      names = "--value-bytes",
      description = "of each key, a multiple of 40 if random (default: ${DEFAULT-VALUE})")
  private int valueBytes = 5 * HEX_DIGITS_A_SUM;

  @Option(names = "--compressible", description = "values of one letter")
  private boolean compressible;

  @Option(names = "--limit", description = "times direct, for all keys (default: ${DEFAULT-VALUE})")
  private double limit = 1.1;

  private FullSync() {}

  /** Measures and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new FullSync(), arguments));
  }

  @Override
  public Integer call() throws Exception {
    Map<Way, List<Double>> seconds = new EnumMap<>(Way.class);
    for (Way way : Way.values()) {
      seconds.put(way, new ArrayList<>());
    }
    try (Children children = Children.inTemporaryDirectory()) {
      RedisProcess source = RedisProcess.start(children);
      fill(source);
      for (int round = 0; round < rounds; round++) {
        for (Map.Entry<Way, List<Double>> way : seconds.entrySet()) {
          double taken = measure(way.getKey(), source);
          way.getValue().add(taken);
          System.out.printf(Locale.ROOT, "%-26s %6.2f s%n", way.getKey().shown, taken);
        }
      }
    }
    return report(seconds);
  }

  private int report(Map<Way, List<Double>> seconds) throws IOException {
    double direct = Median.of(seconds.getOrDefault(Way.DIRECT, List.of()));
    boolean reached = true;
    System.out.printf(
        Locale.ROOT,
        "%,d keys of %d bytes (%s), median of %d, load average %.1f%n",
        keys,
        valueBytes,
        compressible ? "compressible" : "random",
        rounds,
        MachineLoad.average());
    for (Map.Entry<Way, List<Double>> way : seconds.entrySet()) {
      double median = Median.of(way.getValue());
      System.out.printf(
          Locale.ROOT,
          "  %-26s %6.2f s, %.2f x direct%n",
          way.getKey().shown,
          median,
          median / direct);
      reached &=
          switch (way.getKey()) {
            case DIRECT -> true;
            case EVERYTHING, HALF -> median <= limit * direct;
            case SPLIT -> median <= SPLIT_LIMIT * direct;
          };
    }
    System.out.printf(
        Locale.ROOT,
        "%s: through a filter within %.2f x direct, four parts within %.1f x%n",
        reached ? "reached" : "missed",
        limit,
        SPLIT_LIMIT);
    return reached ? 0 : 1;
  }

  private void fill(RedisProcess source) throws IOException {
    try (Connection to = new Connection(source.port())) {
      to.call("CONFIG", "SET", "repl-diskless-sync-delay", "0");
      to.call("CONFIG", "SET", "client-output-buffer-limit", "replica 0 0 0");
      int keysAScript = Math.max(1, BYTES_A_SCRIPT / valueBytes);
      for (int first = 1; first <= keys; first += keysAScript) {
        to.call(
            "EVAL",
            FILL,
            "0",
            Integer.toString(first),
            Integer.toString(Math.min(keys, first + keysAScript - 1)),
            Integer.toString(valueBytes),
            compressible ? "compressible" : "random");
      }
    }
  }

  /** Seconds from REPLICAOF to a link that is up. */
  private static double measure(Way way, RedisProcess source)
      throws IOException, InterruptedException {
    if (way == Way.SPLIT) {
      return split(source);
    }
    try (Children children = Children.inTemporaryDirectory()) {
      RedisProcess replica = RedisProcess.start(children);
      int primary = source.port();
      List<Process> filters = new ArrayList<>();
      if (way != Way.DIRECT) {
        primary = Children.freePort();
        Process filter =
            children.start(
                "understudy",
                List.of(
                    UnderstudyRun.launcher().toString(),
                    "filter",
                    "--primary",
                    "127.0.0.1:" + source.port(),
                    "--listen",
                    "127.0.0.1:" + primary,
                    way.pattern),
                Map.of());
        children.awaitServing("understudy", filter, primary, DEADLINE);
        filters.add(filter);
      }
      List<CpuSample> before = new ArrayList<>();
      for (Process filter : filters) {
        before.add(CpuSample.of(filter.pid()));
      }
      try (Connection to = new Connection(replica.port())) {
        long begin = System.nanoTime();
        to.call("REPLICAOF", "127.0.0.1", Integer.toString(primary));
        while (!to.call("INFO", "replication").contains("master_link_status:up")) {
          if (System.nanoTime() - begin > DEADLINE.toNanos()) {
            throw new IOException("the replica is not in sync after " + DEADLINE);
          }
          LockSupport.parkNanos(POLL.toNanos());
        }
        double seconds = (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
        for (int i = 0; i < filters.size(); i++) {
          showCost(filters.get(i), before.get(i));
        }
        return seconds;
      }
    }
  }

  /** Seconds until four replicas have a fourth each, from one process and one snapshot. */
  private static double split(RedisProcess source) throws IOException, InterruptedException {
    try (Children children = Children.inTemporaryDirectory()) {
      List<Connection> replicas = new ArrayList<>();
      List<Integer> ports = new ArrayList<>();
      StringBuilder feeds = new StringBuilder();
      for (int part = 0; part < PARTS; part++) {
        replicas.add(new Connection(RedisProcess.start(children).port()));
        ports.add(Children.freePort());
        int slots = HASH_SLOTS / PARTS;
        feeds.append(
            "      - { listen: 127.0.0.1:%d, slots: %d-%d }%n"
                .formatted(ports.get(part), part * slots, (part + 1) * slots - 1));
      }
      Path file = children.directory().resolve("understudy.yaml");
      Files.writeString(
          file,
          "replication:%n  - source: 127.0.0.1:%d%n    feeds:%n%sadmin: { bind: 127.0.0.1:%d }%n"
              .formatted(source.port(), feeds, Children.freePort()));
      Process run =
          children.start(
              "understudy",
              List.of(UnderstudyRun.launcher().toString(), "run", "--config", file.toString()),
              Map.of());
      children.awaitServing("understudy", run, ports.getLast(), DEADLINE);
      CpuSample before = CpuSample.of(run.pid());
      long begin = System.nanoTime();
      for (int part = 0; part < PARTS; part++) {
        replicas.get(part).call("REPLICAOF", "127.0.0.1", ports.get(part).toString());
      }
      for (Connection replica : replicas) {
        while (!replica.call("INFO", "replication").contains("master_link_status:up")) {
          if (System.nanoTime() - begin > DEADLINE.toNanos()) {
            throw new IOException("a replica is not in sync after " + DEADLINE);
          }
          LockSupport.parkNanos(POLL.toNanos());
        }
      }
      double seconds = (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
      showCost(run, before);
      for (Connection replica : replicas) {
        replica.close();
      }
      return seconds;
    }
  }

  private static void showCost(Process process, CpuSample before) throws IOException {
    System.out.printf(
        Locale.ROOT,
        "  %d MB resident, %.2f s of processor time%n",
        ProcessMemory.residentBytes(process.pid()) >> 20,
        CpuSample.of(process.pid()).since(before).totalNanos()
            / (double) TimeUnit.SECONDS.toNanos(1));
  }
}
