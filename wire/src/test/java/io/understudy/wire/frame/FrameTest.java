package io.understudy.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {
  @Test
  void shouldReadBackWhatItWrote() {
    for (long seed = 0; seed < 5_000; seed++) {
      Frame frame = new Frames(new Random(seed)).any(4);
      ByteBuf bytes = Unpooled.wrappedBuffer(Frames.bytes(frame));
      FrameDecoder.Decoded decoded =
          FrameDecoder.decode(bytes, 0, bytes.writerIndex(), FrameLimits.DEFAULT);
      assertThat(decoded.value()).as("seed %d", seed).isEqualTo(frame);
      assertThat(decoded.embedded()).isEmpty();
    }
  }

  @Test
  void shouldReadFramesFromPieces() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      Frame first = new Frames(random).any(3);
      Frame second = new Frames(random).push();
      ByteBuf bytes = Unpooled.wrappedBuffer(Frames.bytes(first), Frames.bytes(second));
      try (FrameReader reader = new FrameReader(Unpooled.buffer(), FrameLimits.DEFAULT)) {
        while (bytes.isReadable()) {
          reader.feed(bytes.readSlice(1 + random.nextInt(bytes.readableBytes())));
        }
        assertThat(reader.next()).as("seed %d", seed).isEqualTo(first);
        assertThat(reader.next()).isEqualTo(second);
        assertThat(reader.next()).isNull();
      }
    }
  }

  @Test
  void shouldTellAPushInsideAReplyApart() {
    ByteBuf bytes = ascii("*2\n>1\n+p\n+a\n+b\n");
    FrameDecoder.Decoded decoded =
        FrameDecoder.decode(bytes, 0, bytes.writerIndex(), FrameLimits.DEFAULT);
    assertThat(decoded.value())
        .isEqualTo(new Frame.Array(List.of(new Frame.Simple("a"), new Frame.Simple("b"))));
    assertThat(decoded.embedded()).containsExactly(new Frame.Push(List.of(new Frame.Simple("p"))));
  }

  @Test
  void shouldTakeAnyNumberOfPushesInsideAReply() {
    ByteBuf bytes = ascii("|1\n+a\n+b\n>0\n*1\n" + ">0\n".repeat(200_000) + "+a\n");
    FrameDecoder.Decoded decoded =
        FrameDecoder.decode(bytes, 0, bytes.writerIndex(), FrameLimits.DEFAULT);
    assertThat(decoded.value()).isInstanceOf(Frame.Attributed.class);
    assertThat(decoded.embedded()).hasSize(200_001);
  }

  @Test
  void shouldWriteForResp2WhatRedisWouldSend() {
    Frame frame =
        new Frame.Table(
            List.of(
                new Frame.Pair(Frame.bulk("a"), new Frame.Bool(true)),
                new Frame.Pair(new Frame.Real(1.5), new Frame.Null(Frame.Null.Kind.ARRAY))));
    ByteBuf out = Unpooled.buffer();
    FrameEncoder.write(frame, Protocol.RESP2, out);
    assertThat(out).isEqualTo(ascii("*4\n$1\na\n:1\n$3\n1.5\n*-1\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "+OK",
        "*2\n+a\n",
        "$5\nab\n",
        "$-2\n",
        "*-2\n",
        ":x\n",
        "#x\n",
        ",x\n",
        "(1.5\n",
        "=3\nabc\n",
        "_x\n",
        "?1\n",
        "*999999999\n",
        "+a\n+b\n",
        "%1\n+a\n",
        "*1\n>1\n+p\n",
      })
  void shouldRefuseWhatIsNotOneFrame(String text) {
    ByteBuf bytes = ascii(text);
    assertThatThrownBy(
            () -> FrameDecoder.decode(bytes, 0, bytes.writerIndex(), FrameLimits.DEFAULT))
        .isInstanceOf(MalformedFrameException.class);
  }

  @Test
  void shouldRefuseWhatIsOverTheLimits() {
    FrameLimits limits = new FrameLimits(100, 10, 3);
    for (String text :
        List.of(
            "+" + "x".repeat(100) + "\n", "*10\n" + ":1\n".repeat(10), "*1\n".repeat(4) + ":1\n")) {
      ByteBuf bytes = ascii(text);
      assertThatThrownBy(() -> FrameDecoder.decode(bytes, 0, bytes.writerIndex(), limits))
          .isInstanceOf(MalformedFrameException.class);
    }
  }

  /** The bytes of a text in which every line feed stands for a whole line end. */
  private static ByteBuf ascii(String text) {
    return Unpooled.copiedBuffer(text.replace("\n", "\r\n"), StandardCharsets.ISO_8859_1);
  }
}
