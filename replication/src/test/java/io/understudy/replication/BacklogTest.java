package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.sink.Backlog;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The newest bytes of a stream come out as they went in, whatever pieces memory is taken in. */
class BacklogTest {
  private static final int ROUNDS = 400;

  @ParameterizedTest
  @ValueSource(ints = {1_000, (1 << 20) - 1, 1 << 20, (5 << 19) + 7})
  void shouldGiveBackTheNewestBytes(int capacity) {
    requireRing(new Backlog(capacity, 12_345), capacity, 12_345);
    requireRing(new Backlog(ByteBuffer.allocate(capacity), 0, 0, end -> {}), capacity, 0);
  }

  private static void requireRing(Backlog backlog, int capacity, long begin) {
    var random = new Random(capacity);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = new byte[random.nextInt(capacity / 40 + (round == 7 ? 2 * capacity : 1))];
      random.nextBytes(bytes);
      backlog.append(bytes, 0, bytes.length);
      all.writeBytes(bytes);
    }
    byte[] written = all.toByteArray();

    assertThat(backlog.end()).isEqualTo(begin + written.length);
    assertThat(backlog.start()).isEqualTo(backlog.end() - capacity);
    assertThat(backlog.covers(backlog.start() - 1)).isFalse();
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    for (long at = backlog.start(); at < backlog.end(); ) {
      ByteBuffer next = backlog.read(at, 1 + random.nextInt(capacity));
      byte[] bytes = new byte[next.remaining()];
      next.get(bytes);
      read.writeBytes(bytes);
      at += bytes.length;
    }
    assertThat(read.toByteArray())
        .isEqualTo(Arrays.copyOfRange(written, written.length - capacity, written.length));
  }
}
