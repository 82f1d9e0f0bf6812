package io.understudy.wire.scan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.wire.command.CommandTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Everything a {@link RequestScanner} says about a stream, with positions in the stream. */
final class RequestTranscript {
  private RequestTranscript() {}

  /** The transcript of a stream that arrives in pieces. */
  static List<String> of(byte[] stream, int[] cuts, boolean authenticated, RequestLimits limits) {
    RequestScanner scanner = new RequestScanner(CommandTable.standard(), limits);
    scanner.authenticated(authenticated);
    List<String> said = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= cuts.length; i++) {
      int to = i < cuts.length ? cuts[i] : stream.length;
      int before = i % 7;
      ByteBuf piece = Pieces.piece(stream, from, to, before);
      scanner.feed(piece, before, before + to - from);
      boolean goesOn = true;
      while (goesOn) {
        RequestScanner.Event event = scanner.next();
        int end = from + scanner.end() - before;
        goesOn =
            switch (event) {
              case PARTIAL -> false;
              case COMMAND -> said.add(end + " " + describe(scanner));
              case IGNORED -> said.add(end + " ignored " + scanner.length());
              case INLINE -> inline(scanner, stream, end, said);
              case ERROR, DROP -> {
                said.add(event + " " + scanner.error());
                piece.release();
                yield said.isEmpty();
              }
            };
        if (event == RequestScanner.Event.ERROR || event == RequestScanner.Event.DROP) {
          return said;
        }
        if (end % 3 == 0) { // now and then the caller copies what is left
          piece.release();
          piece = Pieces.piece(stream, from, to, (before + end) % 7);
          scanner.moved(piece, (before + end) % 7 - before);
          before = (before + end) % 7;
        }
      }
      piece.release();
      from = to;
    }
    said.add("end: " + scanner.isInsideCommand() + scanner.isInline() + describe(scanner));
    return said;
  }

  private static boolean inline(RequestScanner scanner, byte[] stream, int end, List<String> said) {
    ByteBuf out = Unpooled.buffer();
    long length = scanner.length();
    RequestScanner.Event event =
        scanner.convertInline(Unpooled.wrappedBuffer(stream), (int) (end - length), out);
    said.add(
        "%d inline %d %s %s %s"
            .formatted(
                end,
                length,
                event,
                out.toString(StandardCharsets.ISO_8859_1),
                event == RequestScanner.Event.COMMAND ? scanner.command() : scanner.error()));
    return true;
  }

  private static String describe(RequestScanner scanner) {
    StringBuilder text = new StringBuilder();
    text.append(scanner.command()).append(' ').append(scanner.isNameKnown());
    text.append(' ').append(scanner.length()).append(" of ").append(scanner.argumentCount());
    text.append(" left ").append(scanner.bulkRemaining());
    int known = Math.min(scanner.argumentsScanned(), RequestScanner.REMEMBERED_ARGUMENTS);
    for (int i = 0; i < known; i++) {
      text.append(' ')
          .append(scanner.argumentOffset(i))
          .append('+')
          .append(scanner.argumentLength(i));
    }
    return text.toString();
  }
}
