package io.understudy.bench.compare;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.CommandRun;
import io.understudy.bench.measure.MachineLoad;
import io.understudy.bench.measure.RedisBenchmark;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/latency}: what each proxy adds to the time of a request. */
@Command(
    name = "bench/latency",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Sends GETs at a fixed rate to each proxy and, right before, to Redis itself at the same"
          + " rate: what the proxy adds is the difference. The rate is a share of the proxy's own"
          + " peak, which is measured first. A request's time counts from when it was due, so that"
          + " pauses are not hidden.",
      "Exit code: 0 measured, 2 could not measure."
    })
public final class Latency implements Callable<Integer> {
  private static final String KEY = "key:__rand_int__";
  private static final long SEED_REQUESTS = 10_000;
  private static final long PROBE_REQUESTS = 100_000;
  private static final double NANOS_PER_MICRO = 1000;
  private static final double[] PERCENTILES = {50, 99, 99.9};

  @Option(
      names = "--share",
      paramLabel = "F",
      description = "of the proxy's peak (default: ${DEFAULT-VALUE})")
  private double share = 0.5;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "client connections (default: ${DEFAULT-VALUE})")
  private int connections = 50;

  @Option(
      names = "--value-bytes",
      paramLabel = "N",
      description = "size of the value (default: ${DEFAULT-VALUE})")
  private int valueBytes = 64;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "rounds, whose requests are all counted (default: ${DEFAULT-VALUE})")
  private int rounds = 5;

  @Option(
      names = "--round-seconds",
      paramLabel = "S",
      description = "length of a round of one target (default: ${DEFAULT-VALUE})")
  private double roundSeconds = 2;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description =
          "requests to Understudy before its peak is measured (default: ${DEFAULT-VALUE})")
  private long warmUpRequests = 3_000_000;

  /** Measures and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new Latency(), arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Children children = Children.inTemporaryDirectory()) {
      List<Target> targets = new Servers(children, new CompareOptions()).startAll();
      Target direct = targets.getFirst();
      new RedisBenchmark("SET", 1, 1, valueBytes, false).run(direct.port(), SEED_REQUESTS);
      System.out.printf(
          Locale.ROOT,
          "GET, %d connections, values of %d bytes; load average %.1f; times in us%n",
          connections,
          valueBytes,
          MachineLoad.average());
      System.out.printf(
          Locale.ROOT,
          "  %-11s %9s %9s   %24s   %24s   %24s%n",
          "",
          "peak k/s",
          "rate k/s",
          "direct p50, p99, p99.9",
          "through p50, p99, p99.9",
          "added p50, p99, p99.9");
      for (Target target : targets) {
        if (target.kind() != Target.Kind.DIRECT) {
          System.out.println(line(target, direct));
        }
      }
    }
    return 0;
  }

  private String line(Target target, Target direct) throws IOException, InterruptedException {
    RedisBenchmark peakLoad = new RedisBenchmark("GET", 1, connections, valueBytes, false);
    if (target.kind() == Target.Kind.UNDERSTUDY) {
      peakLoad.run(target.port(), warmUpRequests);
    }
    double peak = peakLoad.run(target.port(), PROBE_REQUESTS).requestsPerSecond();
    double rate = peak * share;
    List<Histogram> straight = new ArrayList<>();
    List<Histogram> through = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      straight.add(run(direct, rate));
      through.add(run(target, rate));
    }
    Histogram before = sum(straight);
    Histogram with = sum(through);
    return String.format(
        Locale.ROOT,
        "  %-11s %9.1f %9.1f   %24s   %24s   %24s",
        target.name(),
        peak / 1000,
        rate / 1000,
        micros(before, new Histogram(before.getNumberOfSignificantValueDigits())),
        micros(with, new Histogram(before.getNumberOfSignificantValueDigits())),
        micros(with, before));
  }

  private Histogram run(Target target, double rate) throws IOException, InterruptedException {
    int replyBytes = ("$" + valueBytes).length() + 2 + valueBytes + 2;
    Duration length = Duration.ofNanos((long) (roundSeconds * 1e9));
    return OpenLoop.run(target.port(), connections, KEY, replyBytes, rate, length);
  }

  private static Histogram sum(List<Histogram> parts) {
    Histogram sum = new Histogram(parts.getFirst().getNumberOfSignificantValueDigits());
    parts.forEach(sum::add);
    return sum;
  }

  /** The percentiles of {@code of} above those of {@code base}. */
  private static String micros(Histogram of, Histogram base) {
    StringBuilder text = new StringBuilder();
    for (double percentile : PERCENTILES) {
      long nanos = of.getValueAtPercentile(percentile) - base.getValueAtPercentile(percentile);
      text.append(String.format(Locale.ROOT, "%8.0f", nanos / NANOS_PER_MICRO));
    }
    return text.toString();
  }
}
