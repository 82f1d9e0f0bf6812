package io.understudy.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WriteLogTest {
  private final WriteLog log = new WriteLog();

  @Test
  void shouldFindLostDoubledAndFalselyRefusedWrites() {
    long fine = done();
    long lost = done();
    long twice = done();
    long refused = refused();
    long refusedYetDone = refused();
    long unknownRan = unknown();
    long unknownDidNot = unknown();

    log.audit(0, counts(fine, 1, twice, 2, refusedYetDone, 1, unknownRan, 1));

    WriteLog.Sums sums = log.sums();
    assertThat(sums.acknowledged()).isEqualTo(3);
    assertThat(sums.failed()).isEqualTo(2);
    assertThat(sums.unknown()).isEqualTo(2);
    assertThat(sums.lost()).as("write " + lost).isEqualTo(1);
    assertThat(sums.twice()).isEqualTo(1);
    assertThat(sums.refusedYetDone()).as("of " + refused).isEqualTo(1);
    assertThat(sums.unknownExecuted()).isEqualTo(1);
    assertThat(sums.unknownNotExecuted()).as("write " + unknownDidNot).isEqualTo(1);
  }

  @Test
  void shouldOfferWindowOnlyWhenAllOfItsWritesAreSettled() {
    long open = log.begin();
    assertThat(log.oldestSettled(0)).isEmpty();
    log.unknown(open);
    assertThat(log.oldestSettled(0)).contains(0L);
    assertThat(log.oldestSettled(1)).isEmpty();
  }

  @Test
  void shouldMeasurePauseFromTheFirstAttempt() {
    long id = log.begin();
    log.refused(id, "no");
    log.done(log.begin(), 1_000, 5_000);
    assertThat(log.sums().longestPauseNanos()).isEqualTo(4_000);
  }

  @Test
  void shouldTellFirstAcknowledgementAfterMark() {
    log.done(log.begin(), 0, 10);
    log.mark(20);
    assertThat(log.firstAckAfterMark()).isEmpty();
    log.done(log.begin(), 5, 30);
    log.done(log.begin(), 5, 40);
    assertThat(log.firstAckAfterMark()).isEqualTo(Optional.of(30L));
  }

  private long done() {
    long id = log.begin();
    log.done(id, 0, 1);
    return id;
  }

  private long refused() {
    long id = log.begin();
    log.refused(id, "READONLY");
    return id;
  }

  private long unknown() {
    long id = log.begin();
    log.unknown(id);
    return id;
  }

  private static Map<Long, Long> counts(long... pairs) {
    Map<Long, Long> counts = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      counts.put(pairs[i], pairs[i + 1]);
    }
    return counts;
  }
}
