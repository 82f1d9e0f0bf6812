package io.understudy.wire.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.understudy.wire.command.CommandTable;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is passed over at once lies where it lies when it is scanned one by one. */
class PassedOverTest {
  private static final int STREAMS = 2_000;
  private static final int MOST_AT_ONCE = 40;

  @Test
  void shouldPassOverTheCommandsThatAreFoundOneByOne() {
    int passed = 0;
    for (long seed = 0; seed < STREAMS; seed++) {
      Random random = new Random(seed);
      byte[] stream = requests(random);
      if (random.nextInt(3) == 0) {
        stream = RequestStreams.damaged(stream, random);
      }
      int[] cuts = Pieces.cuts(stream.length, 3, random);
      List<String> oneByOne = new ArrayList<>();
      scanRequests(stream, cuts, null, oneByOne);
      List<String> atOnce = new ArrayList<>();
      passed += scanRequests(stream, cuts, random, atOnce);
      assertSome(seed, oneByOne, atOnce);
    }
    assertThat(passed).as("commands that were passed over").isGreaterThan(STREAMS);
  }

  @Test
  void shouldPassOverTheRepliesThatAreFoundOneByOne() {
    int passed = 0;
    for (long seed = 0; seed < STREAMS; seed++) {
      Random random = new Random(seed);
      byte[] stream = replies(random);
      if (random.nextInt(3) == 0) {
        stream = RequestStreams.damaged(stream, random);
      }
      int[] cuts = Pieces.cuts(stream.length, 3, random);
      List<String> oneByOne = new ArrayList<>();
      scanReplies(stream, cuts, null, oneByOne);
      List<String> atOnce = new ArrayList<>();
      passed += scanReplies(stream, cuts, random, atOnce);
      assertSome(seed, oneByOne, atOnce);
    }
    assertThat(passed).as("replies that were passed over").isGreaterThan(STREAMS);
  }

  /** What was passed over is {@code ""}: everything else must be the same in the same place. */
  private static void assertSome(long seed, List<String> oneByOne, List<String> atOnce) {
    assertThat(atOnce).as("seed %d", seed).hasSameSizeAs(oneByOne);
    for (int i = 0; i < atOnce.size(); i++) {
      if (!atOnce.get(i).isEmpty()) {
        assertThat(atOnce.get(i)).as("seed %d, event %d", seed, i).isEqualTo(oneByOne.get(i));
      }
    }
  }

  /** Passes over commands only if {@code random} is given; returns how many. */
  private static int scanRequests(
      byte[] stream, int[] cuts, @Nullable Random random, List<String> said) {
    RequestScanner scanner = new RequestScanner(CommandTable.standard(), RequestLimits.DEFAULT);
    int all = 0;
    int from = 0;
    for (int i = 0; i <= cuts.length; i++) {
      int to = i < cuts.length ? cuts[i] : stream.length;
      ByteBuf piece = Pieces.piece(stream, from, to, i);
      scanner.feed(piece, i, i + to - from);
      RequestScanner.Event event = scanner.next();
      while (event != RequestScanner.Event.PARTIAL) {
        int passed =
            event == RequestScanner.Event.COMMAND && random != null
                ? scanner.repeats(random.nextInt(MOST_AT_ONCE))
                : 0;
        all += passed;
        for (int before = 0; before < passed; before++) {
          said.add("");
        }
        said.add(
            "%s %d %d %s"
                .formatted(
                    event, from + scanner.end() - i, scanner.length(), scanner.command().name()));
        if (event == RequestScanner.Event.ERROR || event == RequestScanner.Event.DROP) {
          piece.release();
          return all;
        }
        event = scanner.next();
      }
      piece.release();
      from = to;
    }
    said.add("left " + scanner.length() + " of " + scanner.command().name());
    return all;
  }

  private static int scanReplies(
      byte[] stream, int[] cuts, @Nullable Random random, List<String> said) {
    ReplyScanner scanner = new ReplyScanner();
    int all = 0;
    int from = 0;
    for (int i = 0; i <= cuts.length; i++) {
      int to = i < cuts.length ? cuts[i] : stream.length;
      ByteBuf piece = Pieces.piece(stream, from, to, i);
      scanner.feed(piece, i, i + to - from);
      ReplyScanner.Event event = scanner.next();
      while (event != ReplyScanner.Event.PARTIAL) {
        int passed =
            event == ReplyScanner.Event.REPLY && random != null
                ? scanner.plainReplies(random.nextInt(MOST_AT_ONCE))
                : 0;
        all += passed;
        for (int before = 0; before < passed; before++) {
          said.add("");
        }
        said.add(
            "%s %d %d %c %s %s %s"
                .formatted(
                    event,
                    from + scanner.end() - i,
                    scanner.length(),
                    scanner.type(),
                    scanner.isNull(),
                    scanner.errorPrefix(),
                    scanner.isInsideReply()));
        if (event == ReplyScanner.Event.ERROR) {
          piece.release();
          return all;
        }
        event = scanner.next();
      }
      piece.release();
      from = to;
    }
    said.add("left " + scanner.length() + " of " + scanner.bulkRemaining());
    return all;
  }

  /** Pipelines of few different commands, in which one is often repeated. */
  private static byte[] requests(Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String[] names = {"SET", "set", "GET", "PING", "CLIENT", "INCR", "UNKNOWN", "ZADD", "*"};
    for (int runs = 1 + random.nextInt(4); runs > 0; runs--) {
      String name = names[random.nextInt(names.length)];
      int arguments = random.nextInt(4);
      int[] alike = {length(random), length(random), length(random)};
      boolean areAlike = random.nextBoolean();
      for (int left = 1 + random.nextInt(12); left > 0; left--) {
        write(out, "*" + (arguments + 1) + "\r\n$" + name.length() + "\r\n" + name + "\r\n");
        for (int i = 0; i < arguments; i++) {
          boolean differs = !areAlike || random.nextInt(20) == 0;
          String value = "v".repeat(differs ? length(random) : alike[i]);
          write(out, "$" + value.length() + "\r\n" + value + "\r\n");
        }
      }
    }
    return out.toByteArray();
  }

  private static byte[] replies(Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int left = 1 + random.nextInt(20); left > 0; left--) {
      String value = "v".repeat(length(random));
      write(
          out,
          switch (random.nextInt(16)) {
            case 0 -> "-ERR no\r\n";
            case 1 -> "*2\r\n:1\r\n$-1\r\n";
            case 2 -> ">2\r\n+message\r\n_\r\n";
            case 3 -> "|1\r\n+a\r\n:1\r\n:2\r\n";
            case 4 -> "*-1\r\n";
            case 5, 6 -> "+OK\r\n";
            case 7 -> "+OK\r\n".repeat(1 + random.nextInt(30));
            case 8, 9 -> ":" + random.nextInt() + "\r\n";
            case 10 -> "$-1\r\n";
            case 11 -> "_\r\n";
            case 12 -> "#t\r\n";
            default -> "$" + value.length() + "\r\n" + value + "\r\n";
          });
    }
    return out.toByteArray();
  }

  private static int length(Random random) {
    return random.nextInt(50) == 0 ? 9_990 + random.nextInt(20) : random.nextInt(120);
  }

  private static void write(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
