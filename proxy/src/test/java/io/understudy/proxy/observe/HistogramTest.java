package io.understudy.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HistogramTest {
  @Test
  void shouldPutEachTimeBelowTheFirstBoundThatIsNotLess() {
    List<Double> bounds = Histogram.boundsSeconds();
    for (long nanos = 1; nanos < 100_000_000_000L; nanos += 1 + nanos / 7) {
      int step = Histogram.step(nanos);
      double seconds = nanos / 1e9;
      assertThat(step == bounds.size() || seconds <= bounds.get(step)).as("%s ns", nanos).isTrue();
      assertThat(step == 0 || seconds > bounds.get(step - 1)).as("%s ns", nanos).isTrue();
    }
    for (int step = 0; step < bounds.size(); step++) {
      assertThat(Histogram.step(Math.round(bounds.get(step) * 1e9))).isEqualTo(step);
      assertThat(Histogram.step(Math.round(bounds.get(step) * 1e9) + 1)).isEqualTo(step + 1);
    }
  }

  @Test
  void shouldAddUpWhatWasNoted() {
    Histogram one = new Histogram();
    one.record(1_000, 3);
    one.record(-5, 1);
    Histogram other = new Histogram();
    other.record(3_600_000_000_000L, 2);

    Distribution both = one.read().plus(other.read());
    assertThat(both.count()).isEqualTo(6);
    assertThat(both.sumNanos()).isEqualTo(7_200_000_003_000L);
    assertThat(both.counts()).startsWith(4L, 0L).endsWith(0L, 2L);
  }

  @Test
  void shouldCountErrorsOfUnknownKindsAsOne() {
    ErrorKinds kinds = new ErrorKinds();
    kinds.add("WRONGTYPE Operation against a key");
    kinds.add("MYOWN error of a script");
    kinds.add("ANOTHER");

    assertThat(kinds.read()).containsOnly(Map.entry("WRONGTYPE", 1L), Map.entry("other", 2L));
  }
}
