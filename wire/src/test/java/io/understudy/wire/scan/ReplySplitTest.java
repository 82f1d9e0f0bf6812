package io.understudy.wire.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.wire.frame.Frame;
import io.understudy.wire.frame.Frames;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any bytes of a server, cut anywhere, give the same events. */
class ReplySplitTest {
  private static final int STREAMS = 1_000;

  @Test
  void shouldFindTheSameBoundariesWhereverAStreamIsCut() {
    for (long seed = 0; seed < STREAMS; seed++) {
      Random random = new Random(seed);
      byte[] stream = stream(random, new ArrayList<>());
      for (int i = random.nextInt(4) - 1; i > 0; i--) {
        stream = RequestStreams.damaged(stream, random);
      }
      List<String> whole = ReplyTranscript.of(stream);
      for (int cut = 0; cut <= stream.length; cut++) {
        assertSame(seed, stream, whole, cut);
      }
      assertSame(seed, stream, whole, Pieces.everywhere(stream.length));
      assertSame(seed, stream, whole, Pieces.cuts(stream.length, 8, random));
    }
  }

  @Test
  void shouldFindEveryReplyAndPushOfAValidStream() {
    for (long seed = 0; seed < STREAMS; seed++) {
      List<String> expected = new ArrayList<>();
      byte[] stream = stream(new Random(seed), expected);
      List<String> found =
          ReplyTranscript.of(stream).stream()
              .filter(line -> !line.startsWith("end"))
              .map(line -> line.replaceFirst("(?s)( \\d+).*", "$1"))
              .toList();
      assertThat(found).as("seed %d", seed).isEqualTo(expected);
    }
  }

  /** Replies, pushes between them, and pushes inside of them behind the outermost header. */
  private static byte[] stream(Random random, List<String> expected) {
    Frames frames = new Frames(random);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int left = 1 + random.nextInt(3); left > 0; left--) {
      Frame frame = frames.any(3);
      byte[] push = Frames.bytes(frames.push());
      byte[] reply = Frames.bytes(frame);
      switch (random.nextInt(4)) {
        case 0 -> {
          out.writeBytes(push);
          expected.add("push " + push.length);
          out.writeBytes(reply);
          expected.add("reply " + reply.length);
        }
        case 1 -> {
          if (frame instanceof Frame.Array(var items) && !items.isEmpty()) {
            int header = ("*" + items.size() + "\r\n").length();
            out.write(reply, 0, header);
            out.writeBytes(push);
            out.write(reply, header, reply.length - header);
            expected.add("push " + push.length);
            expected.add("reply " + (reply.length + push.length));
          }
        }
        default -> {
          out.writeBytes(reply);
          expected.add("reply " + reply.length);
        }
      }
    }
    return out.toByteArray();
  }

  private static void assertSame(long seed, byte[] stream, List<String> whole, int... cuts) {
    List<String> inPieces = ReplyTranscript.of(stream, cuts);
    if (inPieces.equals(whole)) {
      return; // the description below is costly to make
    }
    assertThat(inPieces)
        .as("seed %d cut at %s: %s", seed, cuts, new String(stream, StandardCharsets.ISO_8859_1))
        .isEqualTo(whole);
  }
}
