package io.understudy.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.bench.compare.Verdict.Outcome;
import io.understudy.bench.measure.LoadResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StrictFiguresTest {
  private static final Target DIRECT = new Target("direct", 1, 1, Target.Kind.DIRECT);
  private static final Target PEER = new Target("peer", 2, 2, Target.Kind.PEER);
  private static final Target THRIFTY = new Target("thrifty", 3, 3, Target.Kind.PEER);
  private static final Target OURS = new Target("understudy", 4, 4, Target.Kind.UNDERSTUDY);

  @Test
  void shouldCompareWithTheBestPeerInEachRespect() {
    List<Verdict> verdicts = StrictFigures.verdicts(series(16, measurement(120, 1.5, 2, 0.7)), 1);

    assertThat(verdicts)
        .extracting(Verdict::sentence)
        .satisfiesExactly(
            cpu -> assertThat(cpu).contains("CPU per request 1.50 x thrifty's"),
            rate -> assertThat(rate).contains("throughput 1.20 x peer's and 0.60 x direct"),
            p99 -> assertThat(p99).contains("p99 1.00 x peer's"));
    assertThat(verdicts)
        .extracting(Verdict::outcome)
        .containsExactly(Outcome.FAIL, Outcome.PASS, Outcome.PASS);
  }

  @Test
  void shouldAcceptThroughputNearDirectWhereNobodyCanBeMuchFasterThanThePeer() {
    Verdict near = StrictFigures.verdicts(series(50, measurement(180, 1, 2, 0.7)), 1).get(1);
    Verdict far = StrictFigures.verdicts(series(50, measurement(119, 1, 2, 0.7)), 1).get(1);

    assertThat(near.outcome()).isEqualTo(Outcome.PASS);
    assertThat(far.outcome()).isEqualTo(Outcome.FAIL);
  }

  @Test
  void shouldAskThatRedisIsSparedWhenRequestsComeOneByOne() {
    Verdict spared = StrictFigures.verdicts(series(1, measurement(180, 1, 2, 0.5)), 1).getLast();
    Verdict busy = StrictFigures.verdicts(series(1, measurement(180, 1, 2, 0.6)), 1).getLast();

    assertThat(spared.outcome()).isEqualTo(Outcome.PASS);
    assertThat(busy.outcome()).isEqualTo(Outcome.FAIL);
  }

  @Test
  void shouldSayNothingFromTooFewRounds() {
    assertThat(StrictFigures.verdicts(series(1, measurement(180, 1, 2, 0.5)), 2))
        .extracting(Verdict::outcome)
        .containsExactly(Outcome.UNCLEAR);
  }

  /** The peers serve 100 and 60 requests a second with 2 and 1 microseconds; Redis alone 200. */
  private static Series series(int depth, Measurement ours) {
    return new Series(
        "GET",
        depth,
        List.of(DIRECT, PEER, THRIFTY, OURS),
        List.of(
            Map.of(
                DIRECT, measurement(200, 0, 1, 1),
                PEER, measurement(100, 2, 2, 1),
                THRIFTY, measurement(60, 1, 5, 1),
                OURS, ours)));
  }

  private static Measurement measurement(
      double requestsPerSecond, double proxyMicros, double p99Millis, double redisMicros) {
    return new Measurement(
        new LoadResult(requestsPerSecond, 1, p99Millis), proxyMicros, 0, redisMicros, 0);
  }
}
