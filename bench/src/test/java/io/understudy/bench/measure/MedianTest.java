package io.understudy.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MedianTest {
  @Test
  void shouldTakeMiddleValueWhateverTheOrder() {
    assertThat(Median.of(List.of(9.0, 1.0, 2.0))).isEqualTo(2.0);
  }

  @Test
  void shouldTakeMeanOfTheTwoMiddleValues() {
    assertThat(Median.of(List.of(100.0, 1.0, 4.0, 2.0))).isEqualTo(3.0);
  }

  @Test
  void shouldRefuseNothing() {
    assertThatThrownBy(() -> Median.of(List.of())).isInstanceOf(IllegalArgumentException.class);
  }
}
