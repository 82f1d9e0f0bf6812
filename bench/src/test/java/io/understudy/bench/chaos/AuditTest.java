package io.understudy.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AuditTest {
  @Test
  void shouldSeeAWriteThatAnOldPrimaryTookAfterItsSuccessor() {
    assertThat(
            Audit.ofThePast(
                List.of(writer(acknowledged(0, 10, 2)), writer(acknowledged(11, 20, 1)))))
        .isEqualTo(1);
  }

  @Test
  void shouldAllowThatAnOldPrimaryAnswersLateWhatWasSentBefore() {
    assertThat(
            Audit.ofThePast(
                List.of(writer(acknowledged(0, 10, 2)), writer(acknowledged(9, 20, 1)))))
        .isZero();
  }

  @Test
  void shouldTakeTheLongestTimeWithoutAnAcknowledgementForTheOutage() {
    Fates fates = writer(acknowledged(1, 5, 1), acknowledged(6, 30, 1), acknowledged(31, 33, 1));
    fates.end(50);

    assertThat(fates.outageNanos()).isEqualTo(25);
  }

  private static Fates writer(Fates.Write... writes) {
    Fates fates = new Fates(0);
    List.of(writes).forEach(fates::add);
    return fates;
  }

  private static Fates.Write acknowledged(long sent, long answered, long reign) {
    return new Fates.Write(0, Fates.Fate.ACKNOWLEDGED, sent, answered, reign);
  }
}
