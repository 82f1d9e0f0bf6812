package io.understudy.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stream of bytes to a node: what is kept, for how long, and how far it got. */
class OutboxTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Outbox outbox = new Outbox(UnpooledByteBufAllocator.DEFAULT, true);

  @AfterEach
  void close() {
    outbox.release();
    channel.finishAndReleaseAll();
  }

  private void append(String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    outbox.append(bytes, 0, bytes.readableBytes());
    bytes.release();
  }

  private String copy(long from, long to) {
    ByteBuf copy = Unpooled.buffer();
    outbox.copy(from, to, copy);
    String text = copy.toString(StandardCharsets.US_ASCII);
    copy.release();
    return text;
  }

  private String written() {
    StringBuilder text = new StringBuilder();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      text.append(next.toString(StandardCharsets.US_ASCII));
      next.release();
    }
    return text.toString();
  }

  @Test
  void shouldSendNothingBeforeItIsFlushed() {
    append("abc");

    assertThat(outbox.isPending()).isTrue();
    assertThat(outbox.endOffset()).isEqualTo(3);
    assertThat(outbox.sentOffset()).isZero();
    assertThat(written()).isEmpty();
  }

  @Test
  void shouldKeepWhatWasSentUntilItIsAnswered() {
    append("abc");
    outbox.flush(channel);
    append("def");

    assertThat(written()).isEqualTo("abc");
    assertThat(outbox.sentOffset()).isEqualTo(3);
    assertThat(copy(1, 5)).isEqualTo("bcde");

    outbox.answered(3);
    assertThat(copy(0, 6)).isEqualTo("def");
  }

  @Test
  void shouldKeepAWholeMessageUntilItsLastByteIsAnswered() {
    append("abc");
    outbox.flush(channel);

    outbox.answered(2);
    assertThat(copy(0, 3)).isEqualTo("abc");

    outbox.answered(3);
    assertThat(outbox.keptBytes()).isZero();
  }

  @Test
  void shouldRetainALargeRunAndCopyASmallOne() {
    ByteBuf large = Unpooled.wrappedBuffer(new byte[Outbox.SLICE_BYTES]);
    ByteBuf small = Unpooled.wrappedBuffer(new byte[Outbox.SLICE_BYTES - 1]);
    outbox.append(large, 0, large.readableBytes());
    outbox.append(small, 0, small.readableBytes());

    assertThat(large.refCnt()).isEqualTo(2);
    assertThat(small.refCnt()).isEqualTo(1);

    outbox.release();
    assertThat(large.refCnt()).isEqualTo(1);
    large.release();
    small.release();
  }

  @Test
  void shouldWriteAnySequenceInOrderAndForgetItInOrder() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    StringBuilder all = new StringBuilder();
    StringBuilder sent = new StringBuilder();
    int answered = 0;
    for (int step = 0; step < 2_000; step++) {
      switch (random.nextInt(3)) {
        case 0 -> {
          String text = Character.toString('a' + random.nextInt(26)).repeat(random.nextInt(1, 900));
          append(text);
          all.append(text);
        }
        case 1 -> {
          outbox.flush(channel);
          sent.append(written());
          assertThat(sent.toString()).as("seed %d, step %d", seed, step).isEqualTo(all.toString());
        }
        default -> {
          answered = random.nextInt(answered, sent.length() + 1);
          outbox.answered(answered);
        }
      }
      assertThat(copy(answered, all.length()))
          .as("seed %d, step %d", seed, step)
          .isEqualTo(all.substring(answered));
    }
  }
}
