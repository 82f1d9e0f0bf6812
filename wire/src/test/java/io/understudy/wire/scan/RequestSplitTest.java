package io.understudy.wire.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any bytes, cut anywhere, give the same events. */
class RequestSplitTest {
  private static final int STREAMS = 1_000;

  @Test
  void shouldFindTheSameBoundariesWhereverAStreamIsCut() {
    for (long seed = 0; seed < STREAMS; seed++) {
      Random random = new Random(seed);
      byte[] stream = new RequestStreams(random).any();
      boolean authenticated = random.nextInt(4) > 0;
      List<String> whole = transcript(stream, authenticated);
      for (int cut = 0; cut <= stream.length; cut++) {
        assertSame(seed, stream, whole, authenticated, cut);
      }
      assertSame(seed, stream, whole, authenticated, Pieces.everywhere(stream.length));
      assertSame(seed, stream, whole, authenticated, Pieces.cuts(stream.length, 8, random));
    }
  }

  @Test
  void shouldFindEveryCommandOfAValidStream() {
    for (long seed = 0; seed < STREAMS; seed++) {
      List<String> expected = new ArrayList<>();
      byte[] stream = new RequestStreams(new Random(seed)).valid(expected);
      List<String> found =
          transcript(stream, true).stream()
              .filter(line -> !line.startsWith("end"))
              .map(line -> line.replaceFirst(" (true|false) (\\d+) of .*", " $2"))
              .toList();
      assertThat(found).as("seed %d", seed).isEqualTo(expected);
    }
  }

  private static List<String> transcript(byte[] stream, boolean authenticated) {
    return RequestTranscript.of(stream, new int[0], authenticated, RequestLimits.DEFAULT);
  }

  private static void assertSame(
      long seed, byte[] stream, List<String> whole, boolean authenticated, int... cuts) {
    List<String> inPieces =
        RequestTranscript.of(stream, cuts, authenticated, RequestLimits.DEFAULT);
    if (inPieces.equals(whole)) {
      return; // the description below is costly to make
    }
    assertThat(inPieces)
        .as("seed %d cut at %s: %s", seed, cuts, new String(stream, StandardCharsets.ISO_8859_1))
        .isEqualTo(whole);
  }
}
