package io.understudy.bench.compare;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.CpuSample;
import io.understudy.bench.measure.LoadResult;
import io.understudy.bench.measure.MachineLoad;
import io.understudy.bench.measure.RedisBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** The program behind {@code bench/compare}: see {@link CompareOptions}. */
public final class Compare {
  /** No more than this many rounds are added for each one that was to be kept. */
  private static final int ROUNDS_FACTOR = 2;

  private static final int EXIT_MISSED = 1;
  private static final int EXIT_NOT_MEASURED = 2;
  private static final int EXIT_UNCLEAR = 3;

  /** Requests that find out how fast a target is, so that a round takes the time it should. */
  private static final long PROBE_REQUESTS = 100_000;

  /** Enough that redis-benchmark's clock of whole milliseconds moves. */
  private static final long SEED_REQUESTS = 10_000;

  private static final double NANOS_PER_MICRO = 1000;
  private static final double NANOS_PER_SECOND = 1e9;

  private final CompareOptions options;

  private Compare(CompareOptions options) {
    this.options = options;
  }

  /** Measures and exits. */
  public static void main(String[] arguments) throws InterruptedException {
    CompareOptions options = new CompareOptions();
    CommandLine line = new CommandLine(options);
    try {
      line.parseArgs(arguments);
    } catch (CommandLine.ParameterException e) {
      System.err.println("bench/compare: " + e.getMessage() + " (--help lists the options)");
      System.exit(EXIT_NOT_MEASURED);
    }
    if (line.isUsageHelpRequested()) {
      line.usage(System.out);
      return;
    }
    options.settle();
    try {
      System.exit(new Compare(options).run());
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("bench/compare: " + e.getMessage());
      System.exit(EXIT_NOT_MEASURED);
    }
  }

  private int run() throws IOException, InterruptedException {
    System.out.printf(
        "%d connections, values of %d bytes, RESP%d; %d processors, Linux %s%n",
        options.connections,
        options.valueBytes,
        options.resp3 ? 3 : 2,
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.version"));
    List<Verdict> verdicts = new ArrayList<>();
    for (String command : options.commands) {
      for (int depth : options.depths) {
        Series series = measure(command, depth);
        System.out.println();
        Report.table(series, MachineLoad.average()).forEach(System.out::println);
        writeCsv(series);
        verdicts.addAll(
            options.strict
                ? StrictFigures.verdicts(series, options.roundsAt(depth))
                : Verdict.of(series, options.roundsAt(depth)));
      }
    }
    System.out.println();
    if (verdicts.isEmpty()) {
      return 0;
    }
    Report.verdicts(verdicts).forEach(System.out::println);
    if (verdicts.stream().anyMatch(v -> v.outcome() == Verdict.Outcome.FAIL)) {
      return EXIT_MISSED;
    }
    boolean unclear = verdicts.stream().anyMatch(v -> v.outcome() == Verdict.Outcome.UNCLEAR);
    return unclear ? EXIT_UNCLEAR : 0;
  }

  /** One series: fresh processes, warm-up, then rounds until enough are undisturbed. */
  private Series measure(String command, int depth) throws IOException, InterruptedException {
    try (Children children = Children.inTemporaryDirectory()) {
      List<Target> targets = new Servers(children, options).startAll();
      Target direct = targets.getFirst();
      RedisBenchmark load =
          new RedisBenchmark(
              command, depth, options.connections, options.valueBytes, options.resp3);
      // GET needs a value of the right size; redis-benchmark leaves one behind after SET.
      new RedisBenchmark("SET", 1, 1, options.valueBytes, false).run(direct.port(), SEED_REQUESTS);
      Map<Target, Long> requests = new LinkedHashMap<>();
      for (Target target : targets) {
        double speed =
            target.kind() == Target.Kind.UNDERSTUDY
                ? WarmUp.run(load, target, options.warmUpRequests, options.settleSeconds)
                : load.run(target.port(), PROBE_REQUESTS).requestsPerSecond();
        requests.put(target, (long) (speed * options.roundSeconds));
      }
      List<Map<Target, Measurement>> rounds = new ArrayList<>();
      Series series = new Series(command, depth, targets, rounds);
      int wanted = options.roundsAt(depth);
      while (series.kept().size() < wanted && rounds.size() < wanted * ROUNDS_FACTOR) {
        rounds.add(round(load, targets, requests, rounds.size()));
        series = new Series(command, depth, targets, rounds);
      }
      return series;
    }
  }

  /** Every target once; each round begins with another, so that none always follows the same. */
  private static Map<Target, Measurement> round(
      RedisBenchmark load, List<Target> targets, Map<Target, Long> requests, int number)
      throws IOException, InterruptedException {
    List<Target> order = new ArrayList<>(targets);
    Collections.rotate(order, -number);
    Map<Target, Measurement> round = new LinkedHashMap<>();
    for (Target target : order) {
      long count = requests.getOrDefault(target, PROBE_REQUESTS);
      round.put(target, measure(load, target, targets.getFirst(), count));
    }
    return round;
  }

  private static Measurement measure(
      RedisBenchmark load, Target target, Target redis, long requests)
      throws IOException, InterruptedException {
    MachineLoad machineBefore = MachineLoad.read();
    CpuSample redisBefore = CpuSample.of(redis.pid());
    CpuSample proxyBefore = CpuSample.of(target.pid());
    LoadResult result = load.run(target.port(), requests);
    CpuSample.Use proxy = CpuSample.of(target.pid()).since(proxyBefore);
    CpuSample.Use redisUse = CpuSample.of(redis.pid()).since(redisBefore);
    if (target.equals(redis)) {
      proxy = new CpuSample.Use(0, 0);
    }
    long machine = MachineLoad.read().nanosSince(machineBefore);
    long outside = machine - proxy.totalNanos() - redisUse.totalNanos();
    double seconds = requests / result.requestsPerSecond();
    return new Measurement(
        result,
        proxy.workNanos() / NANOS_PER_MICRO / requests,
        proxy.runtimeNanos() / NANOS_PER_MICRO / requests,
        redisUse.totalNanos() / NANOS_PER_MICRO / requests,
        outside / NANOS_PER_SECOND / seconds);
  }

  private void writeCsv(Series series) throws IOException {
    if (!options.csvFile.isEmpty()) {
      Files.write(
          Path.of(options.csvFile),
          Report.csv(series),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }
}
