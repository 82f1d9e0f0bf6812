package io.understudy.wire.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.wire.command.CommandTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * The same bytes go to a real server and to the scanner: both must see the same commands, and break
 * off with the same sentence.
 *
 * <p>After the bytes the client closes its direction, and the server answers what it understood and
 * closes. Streams hold no NUL, at which servers stop to look for a line's end until it is 64 KB
 * long.
 */
class ProtocolServerTest {
  private static final int GENERATED = 400;
  private static final String PING = "*1\r\n$4\r\nPING\r\n";

  /**
   * What servers before Valkey 9.1 pass over without a look; that one looks at both bytes at once.
   */
  private static final String CRLF = "Protocol error: invalid CRLF in request";

  /** What Valkey 9.1 is more generous about than the scanner and all others. */
  private static final String QUOTES = "Protocol error: unbalanced quotes in request";

  /**
   * Behind a line of nothing but blanks Valkey 8.0 and 8.1 take whatever comes for another line.
   * The proxy never passes such a line on, so there both may differ.
   */
  private static final Pattern BLANK_LINE = Pattern.compile("(^|\n)[ \t\r]+\n");

  @EachServer
  void shouldBreakOffWithTheServersOwnWords(ServerVersion version) throws IOException {
    try (RedisServer server = RedisServer.start(version)) {
      for (String hostile : hostile(version)) {
        String bytes = PING + hostile;
        assertThat(answer(server, bytes))
            .as(quoted(bytes))
            .isEqualTo("+PONG\r\n" + predicted(bytes));
      }
    }
  }

  @EachServer
  void shouldBreakOffAsTheServerDoesBeforeAuth(ServerVersion version) throws IOException {
    try (RedisServer server = RedisServer.start(version, "--requirepass", "secret")) {
      for (String hostile :
          List.of(
              "*11\r\n$4\r\nPING\r\n",
              "*1\r\n$16385\r\n",
              "*x\r\n",
              "*1\r\n$x\r\n",
              "GET 'x\r\n")) {
        assertThat(answer(server, hostile)).as(quoted(hostile)).isEqualTo(predicted(hostile));
      }
    }
  }

  @EachServer
  void shouldCloseInSilenceAsTheServerDoes(ServerVersion version) throws IOException {
    try (RedisServer server = RedisServer.start(version)) {
      for (String hostile :
          List.of("POST / HTTP/1.1\r\n", "host: x\r\nPING\r\n", "*1\r\n$4\r\npOsT\r\n")) {
        assertThat(answer(server, hostile + PING)).as(quoted(hostile)).isEmpty();
        assertThat(events(hostile + PING)).containsExactly("nothing");
      }
    }
  }

  @EachServer
  void shouldSeeTheSameCommandsAsTheServer(ServerVersion version) throws IOException {
    boolean checksLineEnds =
        version.family() == ServerVersion.Family.VALKEY && version.isAtLeast(9, 0);
    int compared = 0;
    try (RedisServer server = RedisServer.start(version)) {
      for (long seed = 0; seed < GENERATED; seed++) {
        String bytes = generated(new Random(seed));
        if (version.family() == ServerVersion.Family.VALKEY
            && !checksLineEnds
            && BLANK_LINE.matcher(bytes).find()) {
          continue;
        }
        List<String> expected = events(bytes);
        List<String> found = replies(answer(server, bytes));
        if (expected.getLast().equals(CRLF)
            || (checksLineEnds && expected.getLast().equals(QUOTES))) {
          expected.removeLast(); // and from here on it goes its own way
          found = new ArrayList<>(found.subList(0, expected.size()));
        }
        if (!found.isEmpty()
            && found.getLast().equals(CRLF)
            && expected.getLast().startsWith("Protocol error")) {
          found.set(found.size() - 1, expected.getLast()); // it looks at the line's end first
        }
        assertThat(found).as("seed %d: %s", seed, quoted(bytes)).isEqualTo(expected);
        compared += expected.size();
      }
    }
    assertThat(compared).isGreaterThan(GENERATED / 2);
  }

  private static List<String> hostile(ServerVersion version) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "*01\r\n",
                "*+1\r\n",
                "* 1\r\n",
                "*1 \r\n",
                "*-\r\n",
                "*\r\n",
                "*-0\r\n",
                "*1x\r\n",
                "*2147483648\r\n",
                "*99999999999999999999\r\n",
                "*1\r\nfoo\r\n",
                "*1\r\n\u00e9\r\n",
                "*1\r\n\n\r\n",
                "*1\r\n\r\n\r\n",
                "*1\r\n$\r\n",
                "*1\r\n$-1\r\n",
                "*1\r\n$01\r\n",
                "*1\r\n$536870913\r\n",
                "*1\r\n$99999999999999999999\r\n",
                "*3\r\n$3\r\nSET\r\n:1\r\n",
                "GET \"a\r\n",
                "GET 'a\r\n",
                "GET \"a\\\"\r\n",
                "GET 'a'b\r\n",
                "'\r\n",
                "*0\r\n*x\r\n",
                "*-1\r\n*x\r\n",
                "\r\n\r\n*x\r\n",
                "*" + "1".repeat(70_000),
                "*" + "x".repeat(70_000),
                "x".repeat(70_000)));
    if (!(version.family() == ServerVersion.Family.REDIS && version.isAtLeast(8, 6))) {
      all.add("*1\r\n$" + "1".repeat(70_000));
    }
    if (version.family() == ServerVersion.Family.VALKEY && version.isAtLeast(9, 0)) {
      all.add("*1\r\n$4\r\nPINGxx");
      all.removeAll(List.of("GET 'a'b\r\n", "GET \"a\\\"\r\n")); // it takes both for words
    }
    return all;
  }

  /** PINGs in both forms and oddities, perhaps damaged. */
  private static String generated(Random random) {
    List<String> parts =
        List.of(
            PING,
            PING,
            PING,
            "*2\r\n$4\r\nping\r\n$5\r\nhello\r\n",
            "PING\r\n",
            "ping\n",
            "PING \"a b\"\r\n",
            "\r\n",
            "*0\r\n",
            "*-1\r\n",
            "  \r\n");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int left = 1 + random.nextInt(5); left > 0; left--) {
      out.writeBytes(parts.get(random.nextInt(parts.size())).getBytes(StandardCharsets.ISO_8859_1));
    }
    byte[] stream = out.toByteArray();
    for (int left = random.nextInt(4); left > 0; left--) {
      stream = RequestStreams.damaged(stream, random);
    }
    return new String(stream, StandardCharsets.ISO_8859_1).replace('\0', 'N');
  }

  /** What the scanner would have the proxy answer to the end of a stream; commands are PINGs. */
  private static String predicted(String bytes) {
    String last = events(bytes).getLast();
    return last.startsWith("Protocol error") ? "-ERR " + last + "\r\n" : "";
  }

  /** "command" for each command, then the protocol error if there is one. */
  private static List<String> events(String text) {
    ByteBuf bytes = latin1(text);
    RequestScanner scanner = new RequestScanner(CommandTable.standard(), RequestLimits.DEFAULT);
    scanner.authenticated(!text.startsWith("*11\r\n") && !text.startsWith("*1\r\n$16385"));
    scanner.feed(bytes, 0, bytes.writerIndex());
    List<String> events = new ArrayList<>();
    while (true) {
      RequestScanner.Event event = scanner.next();
      if (event == RequestScanner.Event.INLINE) {
        event =
            scanner.convertInline(
                bytes, (int) (scanner.end() - scanner.length()), Unpooled.buffer());
      }
      switch (event) {
        case COMMAND -> events.add("command");
        case INLINE, IGNORED -> {}
        case PARTIAL, DROP -> {
          return events.isEmpty() ? new ArrayList<>(List.of("nothing")) : events;
        }
        case ERROR -> {
          events.add(String.valueOf(scanner.error()));
          return events;
        }
      }
    }
  }

  /** The same of a server's answer. */
  private static List<String> replies(String text) {
    ByteBuf bytes = latin1(text);
    ReplyScanner scanner = new ReplyScanner();
    scanner.feed(bytes, 0, bytes.writerIndex());
    List<String> replies = new ArrayList<>();
    while (scanner.next() == ReplyScanner.Event.REPLY) {
      String error = scanner.errorPrefix();
      replies.add(error.startsWith("ERR Protocol error") ? error.substring(4) : "command");
    }
    assertThat(scanner.end())
        .as("a server's reply is whole: %s", text)
        .isEqualTo(bytes.writerIndex());
    return replies.isEmpty() ? new ArrayList<>(List.of("nothing")) : replies;
  }

  private static String answer(RedisServer server, String bytes) throws IOException {
    try (Socket socket = new Socket(server.address().host(), server.address().port())) {
      socket.setSoTimeout(30_000);
      try {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        socket.shutdownOutput();
      } catch (SocketException closedEarlier) {
        // The server broke off before it had read everything; what it said is still there.
      }
      return new String(untilClosed(socket.getInputStream()), StandardCharsets.ISO_8859_1);
    }
  }

  /**
   * A server that closes with unread bytes in its buffer resets the connection after its answer.
   */
  private static byte[] untilClosed(InputStream in) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        out.write(b);
      }
    } catch (SocketException reset) {
      return out.toByteArray();
    }
    return out.toByteArray();
  }

  private static ByteBuf latin1(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
  }

  private static String quoted(String bytes) {
    String shown = bytes.length() > 100 ? bytes.substring(0, 100) + "..." : bytes;
    return shown.replace("\r", "\\r").replace("\n", "\\n");
  }
}
