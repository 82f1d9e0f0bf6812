package io.understudy.wire.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.frame.Frame;
import io.understudy.wire.frame.FrameDecoder;
import io.understudy.wire.frame.FrameLimits;
import io.understudy.wire.frame.Frames;
import io.understudy.wire.frame.MalformedFrameException;
import io.understudy.wire.keys.Arguments;
import io.understudy.wire.keys.KeyFinder;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;

/** One stream of one seed, damaged, and everything that must hold of it nevertheless. */
public final class Fuzzer {
  private static final int MOST_DAMAGES = 12;
  private static final int MOST_CUTS = 10;

  private final Random random;

  /** For one seed. */
  public Fuzzer(long seed) {
    this.random = new Random(seed);
  }

  /** Fails when something does not hold. */
  public void run() {
    if (random.nextBoolean()) {
      requests();
    } else {
      replies();
    }
  }

  private void requests() {
    byte[] stream = damaged(new RequestStreams(random).any());
    boolean authenticated = random.nextBoolean();
    RequestLimits limits =
        new RequestLimits(1L << random.nextInt(1, 40), 1 + random.nextInt(1 << 20));
    List<String> whole = RequestTranscript.of(stream, new int[0], authenticated, limits);
    int[] cuts = Pieces.cuts(stream.length, MOST_CUTS, random);
    List<String> inPieces = RequestTranscript.of(stream, cuts, authenticated, limits);
    if (!inPieces.equals(whole)) {
      assertThat(inPieces).as("cut at %s", cuts).isEqualTo(whole);
    }
    keys(stream, limits);
  }

  /** Of every command that was found, the arguments and keys can be found, and lie inside of it. */
  private static void keys(byte[] stream, RequestLimits limits) {
    RequestScanner scanner = new RequestScanner(CommandTable.standard(), limits);
    ByteBuf bytes = Unpooled.wrappedBuffer(stream);
    scanner.feed(bytes, 0, stream.length);
    Arguments arguments = new Arguments();
    KeyFinder keys = new KeyFinder();
    while (true) {
      switch (scanner.next()) {
        case COMMAND -> {
          check(scanner, bytes, (int) (scanner.end() - scanner.length()), arguments);
          keys.find(scanner.command(), arguments);
          checkKeys(keys, arguments);
        }
        case INLINE -> {
          ByteBuf out = Unpooled.buffer();
          int from = (int) (scanner.end() - scanner.length());
          if (scanner.convertInline(bytes, from, out) == RequestScanner.Event.COMMAND) {
            check(scanner, out, 0, arguments);
          }
        }
        case IGNORED -> {}
        case PARTIAL, ERROR, DROP -> {
          return;
        }
      }
    }
  }

  private static void check(RequestScanner scanner, ByteBuf bytes, int from, Arguments arguments) {
    arguments.read(bytes, from);
    if (arguments.count() != scanner.argumentCount()) {
      throw new AssertionError(arguments.count() + " arguments, not " + scanner.argumentCount());
    }
    int known = Math.min(arguments.count(), RequestScanner.REMEMBERED_ARGUMENTS);
    for (int i = 0; i < known; i++) {
      if (arguments.offset(i) - from != scanner.argumentOffset(i)
          || arguments.length(i) != scanner.argumentLength(i)) {
        throw new AssertionError("argument " + i + " is elsewhere");
      }
    }
  }

  private static void checkKeys(KeyFinder keys, Arguments arguments) {
    for (int i = 0; i < keys.count(); i++) {
      if (keys.argument(i) <= 0 || keys.argument(i) >= arguments.count()) {
        throw new AssertionError("key " + i + " is argument " + keys.argument(i));
      }
    }
  }

  private void replies() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Frames frames = new Frames(random);
    for (int left = 1 + random.nextInt(3); left > 0; left--) {
      out.writeBytes(Frames.bytes(random.nextInt(5) == 0 ? frames.push() : frames.any(3)));
    }
    byte[] stream = damaged(out.toByteArray());
    List<String> whole = ReplyTranscript.of(stream);
    int[] cuts = Pieces.cuts(stream.length, MOST_CUTS, random);
    List<String> inPieces = ReplyTranscript.of(stream, cuts);
    if (!inPieces.equals(whole)) {
      assertThat(inPieces).as("cut at %s", cuts).isEqualTo(whole);
    }
    frames(stream);
  }

  /** What the scanner calls a reply is either one frame to the decoder, all of it, or none. */
  private static void frames(byte[] stream) {
    ReplyScanner scanner = new ReplyScanner();
    ByteBuf bytes = Unpooled.wrappedBuffer(stream);
    scanner.feed(bytes, 0, stream.length);
    for (ReplyScanner.Event event = scanner.next();
        event == ReplyScanner.Event.REPLY;
        event = scanner.next()) {
      int from = (int) (scanner.end() - scanner.length());
      try {
        Frame frame = FrameDecoder.decode(bytes, from, scanner.end(), FrameLimits.DEFAULT).value();
        byte[] again = Frames.bytes(frame);
        Frame read =
            FrameDecoder.decode(Unpooled.wrappedBuffer(again), 0, again.length, FrameLimits.DEFAULT)
                .value();
        assertThat(Frames.bytes(read)).as("%s", frame).isEqualTo(again);
      } catch (MalformedFrameException refused) {
        assertThat(refused)
            .hasMessageNotContaining("left behind")
            .hasMessageNotContaining("too early");
      }
    }
  }

  private byte[] damaged(byte[] stream) {
    byte[] damaged = stream;
    for (int left = random.nextInt(MOST_DAMAGES); left > 0; left--) {
      damaged = RequestStreams.damaged(damaged, random);
    }
    return damaged;
  }
}
