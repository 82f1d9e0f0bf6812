package io.understudy.replication.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc64Test {
  @Test
  void shouldGiveTheCheckValueOfTheServersOwnSelfTest() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(Crc64.update(Crc64.EMPTY, digits, 0, digits.length)).isEqualTo(0xe9c6d914c4b8d9caL);
  }

  @Test
  void shouldGiveTheSameSumInWhateverPiecesTheBytesCome() {
    var random = new Random(64);
    byte[] bytes = new byte[20_000];
    random.nextBytes(bytes);
    long whole = Crc64.update(Crc64.EMPTY, bytes, 0, bytes.length);
    for (int i = 0; i < 200; i++) {
      long sum = Crc64.EMPTY;
      int at = 0;
      while (at < bytes.length) {
        int length = Math.min(1 + random.nextInt(i % 2 == 0 ? 50 : 9000), bytes.length - at);
        sum = Crc64.update(sum, bytes, at, length);
        at += length;
      }
      assertThat(sum).isEqualTo(whole);
    }
  }
}
