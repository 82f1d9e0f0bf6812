package io.understudy.wire.scan;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Everything a {@link ReplyScanner} says about a stream. */
final class ReplyTranscript {
  private ReplyTranscript() {}

  /** The transcript of a stream that arrives in pieces. */
  static List<String> of(byte[] stream, int... cuts) {
    ReplyScanner scanner = new ReplyScanner();
    List<String> said = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= cuts.length; i++) {
      int to = i < cuts.length ? cuts[i] : stream.length;
      ByteBuf piece = Pieces.piece(stream, from, to, i % 7);
      scanner.feed(piece, i % 7, i % 7 + to - from);
      ReplyScanner.Event event = scanner.next();
      while (event == ReplyScanner.Event.REPLY || event == ReplyScanner.Event.PUSH) {
        int end = from + scanner.end() - i % 7;
        said.add(
            event == ReplyScanner.Event.PUSH
                ? "push " + scanner.pushLength() + " to " + end + scanner.isInsideReply()
                : "reply " + scanner.length() + " to " + end + describe(scanner));
        event = scanner.next();
      }
      piece.release();
      if (event == ReplyScanner.Event.ERROR) {
        said.add("error " + scanner.error());
        return said;
      }
      from = to;
    }
    said.add(
        "end: %d %s %s %d"
            .formatted(
                scanner.length(),
                scanner.isInsideReply(),
                scanner.isInsidePush(),
                scanner.bulkRemaining()));
    return said;
  }

  private static String describe(ReplyScanner scanner) {
    return " %c %s %s".formatted(scanner.type(), scanner.isNull(), scanner.errorPrefix());
  }
}
