package io.understudy.bench.costs;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.CommandRun;
import io.understudy.bench.measure.LoadResult;
import io.understudy.bench.measure.MachineLoad;
import io.understudy.bench.measure.RedisBenchmark;
import io.understudy.bench.measure.UnderstudyRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/costs}. */
@Command(
    name = "bench/costs",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs Understudy plainly and with one feature more at a time, side by side, and prints what"
          + " each costs: processor time per request and throughput, as ratios to the plain way.",
      "Exit code: 0 two threads are within their figure and replicas answered the reads, 1 not so,"
          + " 2 could not measure."
    })
public final class Costs implements Callable<Integer> {
  /** A pipeline of one thread's traffic may cost so much of it on two. */
  private static final double THREADS_LIMIT = 1.1;

  private static final int EXIT_MISSED = 1;
  private static final int QUICK_ROUNDS = 3;
  private static final double QUICK_ROUND_SECONDS = 0.5;
  private static final long QUICK_WARM_UP = 200_000;

  /** Most of the warm-up is sent in pipelines, which takes a tenth of the time. */
  private static final int WARM_UP_DEPTH = 16;

  /** The rest of it is sent as it will be measured. */
  private static final int WARM_UP_SHARE = 10;

  /** Of the reads that may go to a replica, so many have to, unless it may be too far behind. */
  private static final double LEAST_REPLICA_SHARE = 0.9;

  /** So many that routes by slot meet both groups in each pipeline. */
  private static final int KEYS = 1000;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description =
          "only these, and what they are compared with: tls-listener, tls-server, reads-any,"
              + " reads-session, reads-bounded, routes, routes-mixed, users, samples, metrics,"
              + " threads, output")
  private List<String> only = List.of();

  @Option(
      names = "--commands",
      split = ",",
      paramLabel = "NAME",
      description =
          "what is sent; SET+GET lets each connection read what it has just written, and compares"
              + " the ways to read from a replica only (default: GET,SET,SET+GET)")
  private List<String> commands = List.of(SameCommand.READ, "SET", WriteThenRead.NAME);

  @Option(
      names = "--depths",
      split = ",",
      paramLabel = "N",
      description = "pipeline depths (default: 1,16)")
  private List<Integer> depths = List.of(1, 16);

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "client connections (default: ${DEFAULT-VALUE})")
  private int connections = 50;

  @Option(
      names = "--value-bytes",
      paramLabel = "N",
      description = "size of the values (default: ${DEFAULT-VALUE})")
  private int valueBytes = 64;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "rounds of each (default: ${DEFAULT-VALUE})")
  private int rounds = 7;

  @Option(
      names = "--round-seconds",
      paramLabel = "S",
      description = "length of a round of one of them (default: ${DEFAULT-VALUE})")
  private double roundSeconds = 1;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "requests to each before its first round (default: ${DEFAULT-VALUE})")
  private long warmUpRequests = 1_500_000;

  @Option(names = "--quick", description = "3 rounds of half a second; a trend only")
  private boolean quick;

  @Option(
      names = "--program",
      paramLabel = "WORDS",
      split = " ",
      description = "what runs understudy (default: the launcher)")
  private List<String> program = List.of();

  private boolean replicasAnswer = true;

  private Costs() {}

  /** Measures and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new Costs(), arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (quick) {
      rounds = QUICK_ROUNDS;
      roundSeconds = QUICK_ROUND_SECONDS;
      warmUpRequests = Math.min(warmUpRequests, QUICK_WARM_UP);
    }
    Set<Variant> wanted = wanted();
    try (Children children = Children.inTemporaryDirectory()) {
      List<String> words =
          program.isEmpty() ? List.of(UnderstudyRun.launcher().toString()) : program;
      Subjects subjects = new Subjects(children, words);
      List<Subject> running = new ArrayList<>();
      for (Variant variant : wanted) {
        running.add(subjects.start(variant));
      }
      for (Subject subject : running) {
        warmUp(subject);
      }
      boolean reached = compare(running);
      demandReplicasWereRead(running);
      if (wanted.contains(Variant.THREADS)) {
        System.out.printf(
            Locale.ROOT,
            "%s: two threads use less than %.1f x the processor time of one per request%n",
            reached ? "reached" : "missed",
            THREADS_LIMIT);
      }
      return reached && replicasAnswer ? 0 : EXIT_MISSED;
    }
  }

  /** Measures and prints everything; whether two threads keep within their figure. */
  private boolean compare(List<Subject> running) throws IOException, InterruptedException {
    List<Scraping> scrapings =
        running.stream()
            .filter(subject -> subject.variant() == Variant.METRICS)
            .map(subject -> new Scraping(subject.adminPort()))
            .toList();
    try {
      boolean reached = true;
      for (String command : commands) {
        List<Subject> loaded = running.stream().filter(s -> isFor(s.variant(), command)).toList();
        for (int depth : loaded.isEmpty() ? List.<Integer>of() : depths) {
          Rounds series = series(loaded, command, depth);
          Set<Variant> shown = EnumSet.copyOf(loaded.stream().map(Subject::variant).toList());
          CostTable.of(series, shown, MachineLoad.average()).forEach(System.out::println);
          replicasAnswer &= replicasAnswer(series, shown);
          if (shown.contains(Variant.THREADS)) {
            reached &= series.ratio(Variant.THREADS, Sample::proxyMicros) < THREADS_LIMIT;
          }
        }
      }
      for (Scraping scraping : scrapings) {
        scraping.demandSuccess();
      }
      return reached;
    } finally {
      scrapings.forEach(Scraping::close);
    }
  }

  private Set<Variant> wanted() {
    Set<Variant> wanted = EnumSet.noneOf(Variant.class);
    for (String name : only) {
      Variant variant = Variant.named(name);
      wanted.add(variant);
      wanted.add(variant.baseline());
    }
    return wanted.isEmpty() ? EnumSet.allOf(Variant.class) : wanted;
  }

  /** What only reads behind writes show concerns those alone that may read elsewhere. */
  private static boolean isFor(Variant variant, String command) {
    return variant.hasReplica() || !command.equals(WriteThenRead.NAME);
  }

  private Load load(Subject subject, String command, int depth) {
    return command.equals(WriteThenRead.NAME)
        ? new WriteThenRead(depth, connections, valueBytes, subject.variant().readsOwnWrites())
        : new SameCommand(program(subject, command, depth));
  }

  private RedisBenchmark program(Subject subject, String command, int depth) {
    List<String> more = new ArrayList<>(subject.loadOptions());
    more.addAll(List.of("-r", Integer.toString(KEYS)));
    return new RedisBenchmark(command, depth, connections, valueBytes, false, more);
  }

  /** Also writes the keys that GET will find. */
  private void warmUp(Subject subject) throws IOException, InterruptedException {
    for (String command : List.of("SET", "GET")) {
      RedisBenchmark load = program(subject, command, 1);
      long shallow = Math.max(1, warmUpRequests / 2 / WARM_UP_SHARE);
      load.atDepth(WARM_UP_DEPTH).run(subject.port(), warmUpRequests / 2 - shallow);
      load.run(subject.port(), shallow);
    }
  }

  private Rounds series(List<Subject> running, String command, int depth)
      throws IOException, InterruptedException {
    Map<Variant, Long> requests = new EnumMap<>(Variant.class);
    for (Subject subject : running) {
      Load load = load(subject, command, depth);
      // The first is too short to be right, and only finds out how long the second may be.
      LoadResult rough = load.run(subject.port(), Math.max(1, warmUpRequests / WARM_UP_SHARE));
      requests.put(
          subject.variant(), Math.max(1, (long) (rough.requestsPerSecond() * roundSeconds)));
    }
    List<Map<Variant, Sample>> samples = new ArrayList<>();
    for (int number = 0; number < rounds; number++) {
      // Each round begins with another, so that none always follows the same.
      List<Subject> order = new ArrayList<>(running);
      Collections.rotate(order, -number);
      Map<Variant, Sample> round = new EnumMap<>(Variant.class);
      for (Subject subject : order) {
        round.put(
            subject.variant(),
            subject.measure(
                load(subject, command, depth), requests.getOrDefault(subject.variant(), 1L)));
      }
      samples.add(round);
    }
    return new Rounds(command, depth, samples);
  }

  /** Where nothing is written meanwhile, no replica is behind what its reader may see. */
  private static boolean replicasAnswer(Rounds series, Set<Variant> shown) {
    boolean all = true;
    for (Variant variant : shown) {
      boolean always = variant == Variant.READS_ANY || variant == Variant.READS_SESSION;
      double share = series.median(variant, Sample::replicaShare);
      if (always && series.command().equals(SameCommand.READ) && share < LEAST_REPLICA_SHARE) {
        all = false;
        System.out.printf(
            Locale.ROOT,
            "missed: %s: the replica answered only %.0f %% of the reads%n",
            variant.shown(),
            100 * share);
      }
    }
    return all;
  }

  /** What was measured as a read of a replica has to have been one. */
  private void demandReplicasWereRead(List<Subject> running) throws IOException {
    for (Subject subject : running) {
      boolean reads = subject.variant().readsReplica() && commands.contains(SameCommand.READ);
      if (reads && subject.replicaReads() == 0) {
        throw new IOException(subject.variant().shown() + ": the replica was not read");
      }
    }
  }
}
