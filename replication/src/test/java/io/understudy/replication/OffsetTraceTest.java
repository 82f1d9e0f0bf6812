package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.OffsetTrace.Place;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OffsetTraceTest {
  private static final int NOTES = 60_000;
  private static final long FAR = 1L << 40;

  @Test
  void shouldTellThePlaceOfEveryOffset() {
    var random = new Random(5);
    var trace = new OffsetTrace();
    TreeMap<Long, Place> expected = new TreeMap<>();
    long source = FAR;
    long feed = 3 * FAR;
    int database = -1;
    trace.start(source, feed, database);
    expected.put(source, new Place(feed, database));
    for (int i = 0; i < NOTES; i++) {
      source += 1 + random.nextInt(random.nextBoolean() ? 100 : 1 << 30);
      if (random.nextInt(3) > 0) { // else nothing is left of the command
        feed += 1 + random.nextInt(random.nextBoolean() ? 100 : 1 << 30);
        database = random.nextInt(5) == 0 ? random.nextInt(16) : database;
        expected.put(source, new Place(feed, database));
      }
      trace.note(source, feed, database);
    }

    int asked = 0;
    for (Map.Entry<Long, Place> each : expected.entrySet()) {
      if (asked++ % 1_000 == 0) {
        assertThat(trace.at(each.getKey())).isEqualTo(each.getValue());
        Map.Entry<Long, Place> before = expected.lowerEntry(each.getKey());
        assertThat(trace.at(each.getKey() - 1))
            .isEqualTo(before == null ? each.getValue() : before.getValue());
      }
    }
    assertThat(trace.at(source + FAR)).isEqualTo(expected.lastEntry().getValue());
  }

  @Test
  void shouldForgetWhatWasNotedBeforeItBegan() {
    var trace = new OffsetTrace();
    trace.start(10, 100, 0);
    trace.note(20, 200, 1);
    trace.stop();
    trace.note(30, 300, 2);
    trace.start(40, 400, 3);

    assertThat(trace.at(50)).isEqualTo(new Place(400, 3));
    assertThat(trace.at(40)).isEqualTo(new Place(400, 3));
  }

  @Test
  void shouldSayThatNoMoreIsNoted() {
    var trace = new OffsetTrace();
    trace.start(0, 0, 0);
    for (int i = 1; i < OffsetTrace.MAX_NOTES; i++) {
      assertThat(trace.isFull()).isFalse();
      trace.note(i, i, 0);
    }

    assertThat(trace.isFull()).isTrue();
    trace.note(FAR, FAR, 0);
    assertThat(trace.at(FAR)).isEqualTo(new Place(OffsetTrace.MAX_NOTES - 1, 0));
  }
}
