package io.understudy.bench.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Whether one figure was reached.
 *
 * @param sentence what was asked and what was measured
 */
record Verdict(Outcome outcome, String sentence) {
  /** At depths where requests are batched well, Understudy must be at least as fast as the best. */
  private static final int MIDDLE_DEPTH = 16;

  private static final double MIDDLE_THROUGHPUT = 1.0;

  /**
   * At the other depths the throughput of two processes on two cores is a matter of the scheduler
   * (0.88 to 1.25 was seen between runs of the same programs), so a little less is asked.
   */
  private static final double OTHER_THROUGHPUT = 0.95;

  private static final double CPU = 1.0;

  /** What can come out. */
  enum Outcome {
    PASS,
    FAIL,
    UNCLEAR
  }

  /**
   * The figures of one series: processor time against each peer, throughput against the better one.
   *
   * @param wantedRounds fewer rounds left than this, and nothing is said
   */
  static List<Verdict> of(Series series, int wantedRounds) {
    List<Target> ours = series.ofKind(Target.Kind.UNDERSTUDY);
    List<Target> peers = series.ofKind(Target.Kind.PEER);
    if (ours.isEmpty() || peers.isEmpty()) {
      return List.of();
    }
    String what = series.command() + " depth " + series.depth();
    if (series.kept().size() < wantedRounds) {
      return List.of(unclear(what, series.kept().size()));
    }
    Target understudy = ours.getFirst();
    List<Verdict> verdicts = new ArrayList<>();
    for (Target peer : peers) {
      double ratio = series.medianRatio(understudy, peer, Measurement::proxyMicros);
      verdicts.add(atMost(what, "CPU per request", ratio, peer, CPU));
    }
    Target best =
        peers.stream()
            .max(
                Comparator.comparingDouble(
                    peer -> series.median(peer, Measurement::requestsPerSecond)))
            .orElseThrow();
    double asked = series.depth() == MIDDLE_DEPTH ? MIDDLE_THROUGHPUT : OTHER_THROUGHPUT;
    double ratio = series.medianRatio(understudy, best, Measurement::requestsPerSecond);
    verdicts.add(
        new Verdict(
            ratio >= asked ? Outcome.PASS : Outcome.FAIL,
            sentence(what, "throughput", ratio, best, "at least", asked)));
    return verdicts;
  }

  /** That too many rounds were disturbed. */
  static Verdict unclear(String what, int kept) {
    return new Verdict(
        Outcome.UNCLEAR,
        what + ": only " + kept + " undisturbed rounds; measure again on a quieter machine");
  }

  /** That a ratio to another target may not be above a bound. */
  static Verdict atMost(String what, String property, double ratio, Target other, double bound) {
    return new Verdict(
        ratio <= bound ? Outcome.PASS : Outcome.FAIL,
        sentence(what, property, ratio, other, "at most", bound));
  }

  private static String sentence(
      String what, String property, double ratio, Target peer, String bound, double asked) {
    return String.format(
        Locale.ROOT,
        "%s: %s %.2f x %s's (%s %.2f)",
        what,
        property,
        ratio,
        peer.name(),
        bound,
        asked);
  }
}
