package io.understudy.bench.replication;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.CommandRun;
import io.understudy.bench.measure.Connection;
import io.understudy.bench.measure.MachineLoad;
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
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/replication --memory}. */
@Command(
    name = "bench/replication --memory",
    mixinStandardHelpOptions = true,
    description = {
      "Feeds each of several replicas a part of a Redis from one process, while the Redis is"
          + " written to as fast as it takes it, until the backlog of every feed is full, which"
          + " has the size that feeds have by default. Meanwhile the first replica stands still"
          + " and the second is taken away; then both come back, under load. At the end the most"
          + " memory is printed that the process ever had resident.",
      "Exit code: 0 that is at most the limit, 1 it is more, 2 could not measure."
    })
public final class FeedMemory implements Callable<Integer> {
  private static final int HASH_SLOTS = 16_384;
  private static final int MOST_LOADS = 20;
  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  @Option(names = "--feeds", description = "at least two (default: ${DEFAULT-VALUE})")
  private int feeds = 4;

  @Option(
      names = "--writes",
      description =
          "before the replicas come, and in each load after it (default: ${DEFAULT-VALUE})")
  private int writes = 1_000_000;

  @Option(names = "--value-bytes", description = "of each write (default: ${DEFAULT-VALUE})")
  private int valueBytes = 200;

  @Option(names = "--state", description = "keep positions and streams in files, too")
  private boolean state;

  @Option(names = "--limit-mb", description = "of resident memory (default: ${DEFAULT-VALUE})")
  private int limitMb = 256;

  /** A replica and the feed that it follows. */
  private record Part(RedisProcess replica, Connection to, int feed) {
    void follow() throws IOException {
      to.call("REPLICAOF", "127.0.0.1", Integer.toString(feed));
    }

    /** A field of what the feed tells of itself. */
    long ofFeed(String field) throws IOException {
      try (Connection asked = new Connection(feed)) {
        return field(asked.call("INFO", "replication"), field);
      }
    }

    boolean isFull() throws IOException {
      return ofFeed("repl_backlog_histlen") == ofFeed("repl_backlog_size");
    }

    void awaitInSync() throws IOException {
      until(
          "a replica is in sync",
          () -> to.call("INFO", "replication").contains("master_link_status:up"));
      long end = ofFeed("master_repl_offset");
      until(
          "a replica has everything",
          () -> field(to.call("INFO", "replication"), "slave_repl_offset") >= end);
    }
  }

  private FeedMemory() {}

  /** Measures and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new FeedMemory(), arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (feeds < 2) {
      throw new IOException("--feeds: " + feeds + " is less than two");
    }
    try (Children children = Children.inTemporaryDirectory()) {
      RedisProcess source = RedisProcess.start(children);
      WriteLoad load = new WriteLoad(source.port(), writes, valueBytes);
      load.run();
      List<Part> parts = new ArrayList<>();
      for (int i = 0; i < feeds; i++) {
        RedisProcess replica = RedisProcess.start(children);
        parts.add(new Part(replica, new Connection(replica.port()), Children.freePort()));
      }
      Process understudy = start(children, source, parts);
      for (Part part : parts) {
        part.follow();
      }
      for (Part part : parts) {
        part.awaitInSync();
      }
      show("snapshots have passed", understudy);
      fillBacklogs(parts, load, understudy);
      return report(parts, understudy);
    }
  }

  private Process start(Children children, RedisProcess source, List<Part> parts)
      throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("replication:\n  - source: 127.0.0.1:%d\n".formatted(source.port()));
    if (state) {
      text.append("    state: %s\n".formatted(children.directory().resolve("feeds")));
    }
    text.append("    feeds:\n");
    for (int i = 0; i < parts.size(); i++) {
      int first = i * HASH_SLOTS / parts.size();
      int last = (i + 1) * HASH_SLOTS / parts.size() - 1;
      text.append(
          "      - { listen: 127.0.0.1:%d, slots: %d-%d }\n"
              .formatted(parts.get(i).feed(), first, last));
    }
    text.append("admin: { bind: 127.0.0.1:%d }\n".formatted(Children.freePort()));
    Path file = children.directory().resolve("understudy.yaml");
    Files.writeString(file, text);
    Process process =
        children.start(
            "understudy",
            List.of(UnderstudyRun.launcher().toString(), "run", "--config", file.toString()),
            Map.of());
    children.awaitServing("understudy", process, parts.getLast().feed(), DEADLINE);
    return process;
  }

  private static void fillBacklogs(List<Part> parts, WriteLoad load, Process understudy)
      throws IOException, InterruptedException {
    Part still = parts.get(0);
    Part away = parts.get(1);
    signal("-STOP", still.replica());
    try {
      away.to().call("REPLICAOF", "NO", "ONE");
      for (int i = 0; i < MOST_LOADS && !areFull(parts); i++) {
        load.run();
      }
    } finally {
      signal("-CONT", still.replica());
    }
    show("backlogs are full, one replica stands still and one is away", understudy);
    Process writing = load.start();
    away.follow();
    still.awaitInSync();
    away.awaitInSync();
    WriteLoad.await(writing);
    for (Part part : parts) {
      part.awaitInSync();
    }
    show("both are back", understudy);
  }

  private static boolean areFull(List<Part> parts) throws IOException {
    for (Part part : parts) {
      if (!part.isFull()) {
        return false;
      }
    }
    return true;
  }

  private int report(List<Part> parts, Process understudy) throws IOException {
    long backlogBytes = 0;
    for (Part part : parts) {
      if (!part.isFull()) {
        throw new IOException("a backlog is not full; give more --writes");
      }
      backlogBytes += part.ofFeed("repl_backlog_histlen");
      part.to().close();
    }
    long peakMb = ProcessMemory.peakBytes(understudy.pid()) >> 20;
    boolean reached = peakMb <= limitMb;
    System.out.printf(
        Locale.ROOT,
        "%s: at most %d MB resident (limit %d MB), %d feeds with %d MB of backlogs, all full,"
            + " load average %.1f%n",
        reached ? "reached" : "missed",
        peakMb,
        limitMb,
        parts.size(),
        backlogBytes >> 20,
        MachineLoad.average());
    return reached ? 0 : 1;
  }

  private static void show(String when, Process understudy) throws IOException {
    System.out.printf(
        Locale.ROOT,
        "%s: %d MB resident, at most %d MB so far%n",
        when,
        ProcessMemory.residentBytes(understudy.pid()) >> 20,
        ProcessMemory.peakBytes(understudy.pid()) >> 20);
  }

  private static void signal(String name, RedisProcess to)
      throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", name, Long.toString(to.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill " + name + " failed");
    }
  }

  private static long field(String info, String name) throws IOException {
    return info.lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new IOException("a server does not tell its " + name));
  }

  /** What may fail to be asked. */
  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void until(String what, Condition condition) throws IOException {
    long begin = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - begin > DEADLINE.toNanos()) {
        throw new IOException("not true after " + DEADLINE.toSeconds() + " s: " + what);
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
