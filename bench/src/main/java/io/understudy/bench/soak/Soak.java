package io.understudy.bench.soak;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.CommandRun;
import io.understudy.bench.measure.ProcessMemory;
import io.understudy.bench.measure.RedisProcess;
import io.understudy.bench.measure.UnderstudyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/soak}. */
@Command(
    name = "bench/soak",
    mixinStandardHelpOptions = true,
    description = {
      "Pipelined writes, transactions, messages and blocking pops through 'understudy run', while"
          + " the primary is killed (kill -9) and started again empty, over and over; then looks"
          + " every request up, the memory, and what Netty's leak detector found.",
      "Exit code: 0 nothing was lost, run twice or leaked, 1 something was, 2 could not measure."
    })
public final class Soak implements Callable<Integer> {
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final Duration WHOLE_DEADLINE = Duration.ofSeconds(60);
  private static final Duration DOWN = Duration.ofSeconds(2);
  private static final Duration POLL = Duration.ofMillis(200);

  /** By then everything was used once, and what is compiled and cached is there. */
  private static final double WARM_PART = 0.25;

  /** Caches of buffers and of compiled code still move by this much. */
  private static final long GROWTH_BOUND_BYTES = 24L << 20;

  private static final double MEGABYTE = 1 << 20;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "how long (default: ${DEFAULT-VALUE})")
  private int seconds = 600;

  @Option(
      names = "--kill-every",
      paramLabel = "S",
      description = "seconds from one kill to the next (default: ${DEFAULT-VALUE})")
  private int killEverySeconds = 20;

  @Option(
      names = "--writes",
      paramLabel = "N",
      description = "pipelined writes per second, all clients together (default: ${DEFAULT-VALUE})")
  private int writesPerSecond = 2000;

  private final AtomicBoolean stopped = new AtomicBoolean();
  private final ConcurrentLinkedQueue<String> broken = new ConcurrentLinkedQueue<>();

  private Soak() {}

  /** Measures and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new Soak(), arguments));
  }

  @Override
  public Integer call() throws Exception {
    RedisClient lettuce = RedisClient.create();
    lettuce.setOptions(ClientOptions.builder().autoReconnect(false).build());
    try (Children children = Children.inTemporaryDirectory()) {
      return soak(children, lettuce);
    } finally {
      lettuce.shutdown();
    }
  }

  private int soak(Children children, RedisClient lettuce) throws Exception {
    Nodes nodes = new Nodes(children, lettuce);
    nodes.replicate();
    UnderstudyRun run =
        UnderstudyRun.configure(children.directory().resolve("understudy"), nodes.ports(), 0, "");
    Process process =
        run.start(children, "understudy", List.of("-Dio.netty.leakDetection.level=paranoid"));
    children.awaitServing("understudy", process, run.port(), START_DEADLINE);

    PipelinedWrites writes = new PipelinedWrites(4, writesPerSecond);
    Messages messages = new Messages();
    List<Workload> workloads = List.of(writes, new Transactions(), new BlockingPops(), messages);
    List<Thread> threads = new ArrayList<>();
    RedisURI address = RedisURI.builder().withHost("127.0.0.1").withPort(run.port()).build();
    for (Workload workload : workloads) {
      for (Workload.Client client : workload.clients()) {
        threads.add(Thread.ofPlatform().start(() -> work(client, lettuce, address)));
      }
    }
    Endurance endurance = endure(nodes, process, workloads);
    stopped.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    Path log = children.directory().resolve("understudy.log");
    return report(nodes, workloads, messages, endurance, log);
  }

  private void work(Workload.Client client, RedisClient lettuce, RedisURI address) {
    try {
      client.run(lettuce, address, stopped::get);
    } catch (Exception e) {
      broken.add(e.toString());
    }
  }

  /** What the main thread saw. */
  private record Endurance(int kills, long warmBytes, long endBytes) {}

  private Endurance endure(Nodes nodes, Process process, List<Workload> workloads)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    long end = begin + Duration.ofSeconds(seconds).toNanos();
    long warm = begin + (long) (WARM_PART * Duration.ofSeconds(seconds).toNanos());
    Duration killEvery = Duration.ofSeconds(killEverySeconds);
    long warmBytes = 0;
    int kills = 0;
    while (System.nanoTime() < end) {
      long round = System.nanoTime();
      RedisProcess victim = awaitWhole(nodes);
      nodes.kill(victim);
      kills++;
      pauseUntil(System.nanoTime() + DOWN.toNanos());
      nodes.startEmpty(victim);
      if (warmBytes == 0 && System.nanoTime() > warm) {
        warmBytes = usedBytes(process);
      }
      pauseUntil(Math.min(end, round + killEvery.toNanos()));
      System.out.printf(
          Locale.ROOT,
          "%4d of %d s  %3d kills  %s  resident %.0f MB%n",
          Duration.ofNanos(System.nanoTime() - begin).toSeconds(),
          seconds,
          kills,
          workloads.stream().mapToInt(Workload::done).boxed().toList(),
          ProcessMemory.residentBytes(process.pid()) / MEGABYTE);
    }
    awaitWhole(nodes);
    return new Endurance(kills, warmBytes, usedBytes(process));
  }

  private static long usedBytes(Process process) throws IOException, InterruptedException {
    ProcessMemory memory = ProcessMemory.afterCollection(process.pid());
    return memory.heapUsedBytes() + memory.nativeBytes();
  }

  private static RedisProcess awaitWhole(Nodes nodes) throws IOException {
    long deadline = System.nanoTime() + WHOLE_DEADLINE.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<RedisProcess> primary = nodes.wholePrimary();
      if (primary.isPresent()) {
        return primary.get();
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    throw new IOException(
        "the group is not whole " + WHOLE_DEADLINE.toSeconds() + " s after a kill");
  }

  private int report(
      Nodes nodes, List<Workload> workloads, Messages messages, Endurance endurance, Path log)
      throws IOException {
    System.out.println(Audit.header());
    boolean good = true;
    try (StatefulRedisConnection<String, String> primary =
        nodes.connect(awaitWhole(nodes).port())) {
      for (Workload workload : workloads) {
        Audit audit = workload.audit(primary.sync());
        System.out.println(audit.line());
        good &= audit.isGood();
      }
    }
    good &= verdict(good, "every request was told the truth");
    good &= verdict(broken.isEmpty(), "no client was cut off " + String.join("; ", broken));
    good &=
        verdict(
            messages.longestSilenceNanos() < Duration.ofSeconds(10).toNanos(),
            "the subscriber was never silent for 10 s; longest "
                + Duration.ofNanos(messages.longestSilenceNanos()).toMillis()
                + " ms");
    long grown = endurance.endBytes() - endurance.warmBytes();
    good &=
        verdict(
            grown < GROWTH_BOUND_BYTES,
            String.format(
                Locale.ROOT,
                "memory grew by %.1f MB after the first quarter, to %.1f MB (bound %.0f MB)",
                grown / MEGABYTE,
                endurance.endBytes() / MEGABYTE,
                GROWTH_BOUND_BYTES / MEGABYTE));
    long leaks = Files.readAllLines(log).stream().filter(line -> line.contains("LEAK:")).count();
    good &= verdict(leaks == 0, leaks + " leaks of buffers were found");
    System.out.println(endurance.kills() + " kills in " + seconds + " s");
    return good ? 0 : 1;
  }

  private static boolean verdict(boolean good, String what) {
    System.out.println((good ? "PASS  " : "FAIL  ") + what);
    return good;
  }

  private static void pauseUntil(long endNanos) {
    while (System.nanoTime() < endNanos) {
      LockSupport.parkNanos(endNanos - System.nanoTime());
    }
  }
}
