package io.understudy.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.bench.compare.Verdict.Outcome;
import io.understudy.bench.measure.LoadResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static final Target DIRECT = new Target("direct", 1, 1, Target.Kind.DIRECT);
  private static final Target SLOW = new Target("haproxy", 2, 2, Target.Kind.PEER);
  private static final Target FAST = new Target("twemproxy", 3, 3, Target.Kind.PEER);
  private static final Target OURS = new Target("understudy", 4, 4, Target.Kind.UNDERSTUDY);

  @Test
  void shouldRejectRoundsWhereDirectWasDisturbed() {
    Map<Target, Measurement> calm = round(100, 50, 80, 80, 1.0);
    Map<Target, Measurement> atTheEdge = round(86, 50, 80, 80, 1.0);
    Map<Target, Measurement> slowed = round(84, 1, 1, 1, 9.0);
    Map<Target, Measurement> hurried = round(116, 1, 1, 1, 9.0);

    Series series = series(16, List.of(calm, slowed, atTheEdge, calm, hurried, calm, calm));

    assertThat(series.kept()).containsExactly(calm, atTheEdge, calm, calm, calm);
    assertThat(series.median(OURS, Measurement::proxyMicros)).isEqualTo(1.0);
  }

  @Test
  void shouldTakeMedianOfRatiosAndNotRatioOfMedians() {
    Series series =
        series(
            16,
            List.of(
                round(100, 10, 10, 20, 1), round(100, 100, 10, 50, 1), round(100, 20, 10, 60, 1)));

    // Ratios to the first peer are 2, 0.5 and 3; the medians, 50 and 20, would give 2.5.
    assertThat(series.medianRatio(OURS, SLOW, Measurement::requestsPerSecond)).isEqualTo(2.0);
  }

  @Test
  void shouldCompareThroughputWithTheBetterPeerOnly() {
    Series series = series(16, List.of(round(100, 50, 80, 79, 1.0)));

    List<Verdict> verdicts = Verdict.of(series, 1);

    assertThat(verdicts)
        .extracting(Verdict::outcome)
        .containsExactly(Outcome.PASS, Outcome.PASS, Outcome.FAIL);
    assertThat(verdicts.getLast().sentence()).contains("0.99 x twemproxy's (at least 1.00)");
  }

  @Test
  void shouldAskALittleLessThroughputAtOtherDepths() {
    assertThat(Verdict.of(series(1, List.of(round(100, 50, 80, 77, 1.0))), 1).getLast().outcome())
        .isEqualTo(Outcome.PASS);
    assertThat(Verdict.of(series(50, List.of(round(100, 50, 80, 75, 1.0))), 1).getLast().outcome())
        .isEqualTo(Outcome.FAIL);
  }

  @Test
  void shouldFailWhenOnePeerUsesLessProcessorTime() {
    Series series = series(16, List.of(round(100, 50, 80, 90, 2.1)));

    assertThat(Verdict.of(series, 1))
        .extracting(Verdict::outcome)
        .containsExactly(Outcome.FAIL, Outcome.FAIL, Outcome.PASS);
  }

  @Test
  void shouldSayNothingFromTooFewRounds() {
    Series series = series(16, List.of(round(100, 50, 80, 90, 1.0)));

    assertThat(Verdict.of(series, 2)).extracting(Verdict::outcome).containsExactly(Outcome.UNCLEAR);
  }

  private static Series series(int depth, List<Map<Target, Measurement>> rounds) {
    return new Series("GET", depth, List.of(DIRECT, SLOW, FAST, OURS), rounds);
  }

  /** Peers use 2 microseconds; throughputs as given. */
  private static Map<Target, Measurement> round(
      double direct, double slow, double fast, double ours, double oursMicros) {
    return Map.of(
        DIRECT, measurement(direct, 0),
        SLOW, measurement(slow, 2),
        FAST, measurement(fast, 2),
        OURS, measurement(ours, oursMicros));
  }

  private static Measurement measurement(double requestsPerSecond, double proxyMicros) {
    return new Measurement(new LoadResult(requestsPerSecond, 1, 2), proxyMicros, 0, 1, 0);
  }
}
