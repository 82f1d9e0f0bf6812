package io.understudy.wire.scan;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Generates streams of requests, and breaks them. */
final class RequestStreams {
  private static final String[] ODDITIES = {
    "*0\r\n",
    "*-1\r\n",
    "*-7\r\n",
    "\r\n",
    "\n",
    "   \r\n",
    "*01\r\n",
    "*+1\r\n",
    "*-0\r\n",
    "*\r\n",
    "*1\r\n$\r\n",
    "*1\r\n$-1\r\n",
    "*1\r\n:4\r\n",
    "*2147483648\r\n",
    "*1\r\n$99999999999999999999\r\n",
    "*1\r\n$536870913\r\n",
    "GET \"a\r\n",
    "get 'x'y\r\n",
    "POST / HTTP/1.1\r\n",
    "*1\r\n$5\r\nhost:\r\n",
    "*11\r\n",
    "*1\r\n$16385\r\n",
    "\0\r\n",
    "*1\r$4\r\nPING\r\n",
    "*1\r\n$4\r\nPINGxx",
  };

  private final Random random;

  /** A generator; the same random gives the same streams. */
  RequestStreams(Random random) {
    this.random = random;
  }

  /** Valid commands in multibulk form; adds to {@code expected} what a scanner must find. */
  byte[] valid(List<String> expected) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      int before = out.size();
      String name = command(out);
      expected.add(out.size() + " " + name + " " + (out.size() - before));
    }
    return out.toByteArray();
  }

  /** Anything: commands, lines, oddities, all perhaps damaged. */
  byte[] any() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      switch (random.nextInt(4)) {
        case 0 -> out.writeBytes(latin1(inline()));
        case 1 -> out.writeBytes(latin1(ODDITIES[random.nextInt(ODDITIES.length)]));
        default -> command(out);
      }
    }
    byte[] stream = out.toByteArray();
    for (int i = random.nextInt(6) - 2; i > 0; i--) {
      stream = damaged(stream, random);
    }
    return stream;
  }

  private String command(ByteArrayOutputStream out) {
    List<Command> commands = CommandTable.standard().commands();
    Command command = commands.get(1 + random.nextInt(commands.size() - 1));
    if (command.name().equals("post") || command.name().equals("host:")) {
      command = CommandTable.standard().named("client|list");
    }
    List<byte[]> words = new ArrayList<>();
    boolean unknown = random.nextInt(8) == 0;
    String name =
        unknown ? "x." + random.nextInt() + "y".repeat(random.nextInt(40)) : command.name();
    for (String word : name.split("\\|", -1)) {
      words.add(latin1(random.nextBoolean() ? word : word.toUpperCase(Locale.ROOT)));
    }
    boolean bare = command.container();
    for (int left = random.nextInt(4); left > 0 && !bare; left--) {
      byte[] word = new byte[random.nextInt(20)];
      random.nextBytes(word);
      words.add(word);
    }
    out.writeBytes(latin1("*" + words.size() + "\r\n"));
    for (byte[] word : words) {
      out.writeBytes(latin1("$" + word.length + "\r\n"));
      out.writeBytes(word);
      out.writeBytes(latin1("\r\n"));
    }
    return unknown ? "unknown command" : name;
  }

  private String inline() {
    String alphabet = "ab \t\"'\\xn0f";
    StringBuilder line = new StringBuilder(random.nextBoolean() ? "GET " : "");
    for (int left = random.nextInt(12); left > 0; left--) {
      line.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return line.append(random.nextBoolean() ? "\r\n" : "\n").toString();
  }

  /** A copy with one byte changed, one left out, some doubled, or the end cut off. */
  static byte[] damaged(byte[] stream, Random random) {
    if (stream.length < 2) {
      return stream;
    }
    int at = random.nextInt(stream.length - 1);
    return switch (random.nextInt(5)) {
      case 0 -> Arrays.copyOf(stream, at);
      case 1 -> spliced(stream, at, at + 1, new byte[0]);
      case 2 -> spliced(stream, at, at, Arrays.copyOfRange(stream, at, at + 1));
      case 3 -> {
        byte[] alphabet = latin1("0123456789-+*$:%~>|_,#(!=?;.\r\n \"'\0");
        yield spliced(stream, at, at + 1, new byte[] {alphabet[random.nextInt(alphabet.length)]});
      }
      default -> spliced(stream, at, at + 1, new byte[] {(byte) random.nextInt()});
    };
  }

  private static byte[] spliced(byte[] stream, int from, int to, byte[] between) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(stream, 0, from);
    out.writeBytes(between);
    out.write(stream, to, stream.length - to);
    return out.toByteArray();
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
