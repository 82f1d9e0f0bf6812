package io.understudy.bench.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The stricter figures: Understudy against the best peer in each respect, and against Redis. */
final class StrictFigures {
  private static final double CPU_UNPIPELINED = 1.0;
  private static final double CPU_MIDDLE = 0.75;
  private static final double CPU_DEEP = 0.85;
  private static final int MIDDLE_DEPTH = 16;

  /** Nobody can be much faster than a peer that is nearly as fast as Redis itself. */
  private static final double PEER_THROUGHPUT = 1.2;

  private static final double DIRECT_THROUGHPUT = 0.9;
  private static final double P99 = 1.0;

  /** Many clients share few connections, which saves the server most of its system calls. */
  private static final double REDIS_CPU_UNPIPELINED = 0.5;

  private StrictFigures() {}

  /**
   * The figures of one series.
   *
   * @param wantedRounds fewer rounds left than this, and nothing is said
   */
  static List<Verdict> verdicts(Series series, int wantedRounds) {
    List<Target> ours = series.ofKind(Target.Kind.UNDERSTUDY);
    List<Target> peers = series.ofKind(Target.Kind.PEER);
    if (ours.isEmpty() || peers.isEmpty()) {
      return List.of();
    }
    String what = series.command() + " depth " + series.depth();
    if (series.kept().size() < wantedRounds) {
      return List.of(Verdict.unclear(what, series.kept().size()));
    }
    Target understudy = ours.getFirst();
    Target direct = series.targets().getFirst();
    List<Verdict> verdicts = new ArrayList<>();
    Target thriftiest = least(series, peers, Measurement::proxyMicros);
    verdicts.add(
        Verdict.atMost(
            what,
            "CPU per request",
            series.medianRatio(understudy, thriftiest, Measurement::proxyMicros),
            thriftiest,
            cpuBound(series.depth())));
    verdicts.add(throughput(series, what, understudy, peers, direct));
    Target promptest = least(series, peers, m -> m.load().p99Millis());
    verdicts.add(
        Verdict.atMost(
            what,
            "p99",
            series.medianRatio(understudy, promptest, m -> m.load().p99Millis()),
            promptest,
            P99));
    if (series.depth() == 1) {
      verdicts.add(
          Verdict.atMost(
              what,
              "Redis' CPU per request",
              series.medianRatio(understudy, direct, Measurement::redisMicros),
              direct,
              REDIS_CPU_UNPIPELINED));
    }
    return verdicts;
  }

  private static double cpuBound(int depth) {
    if (depth == 1) {
      return CPU_UNPIPELINED;
    }
    return depth == MIDDLE_DEPTH ? CPU_MIDDLE : CPU_DEEP;
  }

  private static Verdict throughput(
      Series series, String what, Target understudy, List<Target> peers, Target direct) {
    Target fastest = least(series, peers, m -> -m.requestsPerSecond());
    double toPeer = series.medianRatio(understudy, fastest, Measurement::requestsPerSecond);
    double toDirect = series.medianRatio(understudy, direct, Measurement::requestsPerSecond);
    boolean reached = toPeer >= PEER_THROUGHPUT || toDirect >= DIRECT_THROUGHPUT;
    return new Verdict(
        reached ? Verdict.Outcome.PASS : Verdict.Outcome.FAIL,
        String.format(
            Locale.ROOT,
            "%s: throughput %.2f x %s's and %.2f x direct (at least %.2f of the one or %.2f of the"
                + " other)",
            what,
            toPeer,
            fastest.name(),
            toDirect,
            PEER_THROUGHPUT,
            DIRECT_THROUGHPUT));
  }

  private static Target least(
      Series series, List<Target> peers, ToDoubleFunction<Measurement> property) {
    return peers.stream()
        .min(Comparator.comparingDouble(peer -> series.median(peer, property)))
        .orElseThrow();
  }
}
