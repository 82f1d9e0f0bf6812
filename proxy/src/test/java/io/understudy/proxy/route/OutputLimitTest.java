package io.understudy.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.route.OutputLimit.Verdict;
import org.junit.jupiter.api.Test;

class OutputLimitTest {
  private static final OutputLimit BOTH = new OutputLimit(100, 50, 10);

  @Test
  void shouldCloseAtOnceBeyondTheHardBound() {
    assertThat(BOTH.of(100, 0)).isEqualTo(Verdict.LATE);
    assertThat(BOTH.of(101, 0)).isEqualTo(Verdict.OVER_HARD);
    assertThat(OutputLimit.hard(100).of(100, 1 << 30)).isEqualTo(Verdict.FINE);
    assertThat(OutputLimit.hard(100).of(101, 0)).isEqualTo(Verdict.OVER_HARD);
  }

  @Test
  void shouldCloseBeyondTheSoftBoundWhenItHasLasted() {
    assertThat(BOTH.of(50, 1_000)).isEqualTo(Verdict.FINE);
    assertThat(BOTH.of(51, 9)).isEqualTo(Verdict.LATE);
    assertThat(BOTH.of(51, 10)).isEqualTo(Verdict.OVER_SOFT);
    OutputLimit soft = new OutputLimit(Long.MAX_VALUE, 50, 10);
    assertThat(soft.of(Long.MAX_VALUE, 9)).isEqualTo(Verdict.LATE);
  }
}
