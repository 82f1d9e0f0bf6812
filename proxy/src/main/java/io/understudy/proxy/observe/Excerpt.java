package io.understudy.proxy.observe;

import io.netty.buffer.ByteBuf;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.command.KeySpec;
import io.understudy.wire.scan.RequestLimits;
import io.understudy.wire.scan.RequestScanner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a command says, shortened, for people: never what may be a secret.
 *
 * @param command its name in lower case, a subcommand behind a bar; {@code unknown} for what is in
 *     no table
 * @param key its first key, at most {@link #MOST_KEY} bytes; empty if it has none or none is known
 * @param arguments the first of what stands behind its name, each shortened
 * @param more how many further arguments it has
 */
public record Excerpt(String command, String key, List<String> arguments, int more) {
  /** So many bytes of a key are kept: longer ones that begin alike are taken for one. */
  public static final int MOST_KEY = 128;

  /** So many bytes of a command are enough for its excerpt. */
  public static final int MOST_BYTES = 512;

  private static final int MOST_ARGUMENT = 32;
  private static final int MOST_ARGUMENTS = 6;

  /** What was forwarded once was within the server's limits. */
  private static final RequestLimits ANY = new RequestLimits(Long.MAX_VALUE, Integer.MAX_VALUE);

  /** Their arguments are, or may hold, passwords. */
  private static final Set<String> SECRETIVE =
      Set.of("auth", "hello", "acl|setuser", "config|set", "migrate");

  /** Makes the list unmodifiable. */
  public Excerpt {
    arguments = List.copyOf(arguments);
  }

  /**
   * Reads the command that begins at {@code from}.
   *
   * @param bytes of a command in multibulk form; the rest of it may be missing
   * @param to behind the last byte that there is
   */
  public static Excerpt of(ByteBuf bytes, int from, int to) {
    RequestScanner scanner = new RequestScanner(CommandTable.standard(), ANY);
    scanner.feed(bytes, from, to);
    RequestScanner.Event event = scanner.next();
    boolean known = event == RequestScanner.Event.COMMAND || scanner.isNameKnown();
    Command command = known ? scanner.command() : Command.UNKNOWN;
    if (command.isUnknown()) {
      return new Excerpt("unknown", "", List.of(), Math.max(0, scanner.argumentCount() - 1));
    }
    int words = command.name().indexOf('|') < 0 ? 1 : 2;
    int count = scanner.argumentCount();
    if (SECRETIVE.contains(command.name())) {
      return new Excerpt(command.name(), "", List.of(), Math.max(0, count - words));
    }
    List<String> arguments = new ArrayList<>();
    int last = Math.min(scanner.argumentsScanned(), RequestScanner.REMEMBERED_ARGUMENTS);
    for (int i = words; i < last && arguments.size() < MOST_ARGUMENTS; i++) {
      arguments.add(text(bytes, from, to, scanner, i, MOST_ARGUMENT));
    }
    int key = keyOf(command, bytes, from, to, scanner);
    return new Excerpt(
        command.name(),
        key > 0 && key < last ? text(bytes, from, to, scanner, key, MOST_KEY) : "",
        arguments,
        Math.max(0, count - words - arguments.size()));
  }

  /** Which argument is the first key; 0 if none is known. */
  private static int keyOf(
      Command command, ByteBuf bytes, int from, int to, RequestScanner scanner) {
    for (KeySpec spec : command.keySpecs()) {
      if (!spec.isNotKey() && spec.begin() instanceof KeySpec.AtIndex(int position)) {
        if (spec.find() instanceof KeySpec.Counted(int numberAt, int first, int step)) {
          int at = position + numberAt;
          boolean none =
              at >= scanner.argumentsScanned()
                  || at >= RequestScanner.REMEMBERED_ARGUMENTS
                  || text(bytes, from, to, scanner, at, MOST_ARGUMENT).equals("0");
          return none ? 0 : position + first;
        }
        return position;
      }
    }
    return 0;
  }

  private static String text(
      ByteBuf bytes, int from, int to, RequestScanner scanner, int argument, int most) {
    long begin = from + scanner.argumentOffset(argument);
    long length = scanner.argumentLength(argument);
    long there = Math.max(0, Math.min(Math.min(length, most), to - begin));
    String text = bytes.toString((int) begin, (int) there, StandardCharsets.ISO_8859_1);
    return there < length ? text + "..." : text;
  }

  /** Bytes as people can read them: what is not printable as {@code \xNN}. */
  public static String printable(String bytes) {
    StringBuilder text = new StringBuilder(bytes.length());
    for (int i = 0; i < bytes.length(); i++) {
      char c = bytes.charAt(i);
      if (c >= ' ' && c <= '~' && c != '\\') {
        text.append(c);
      } else if (c == '\\') {
        text.append("\\\\");
      } else {
        text.append(String.format("\\x%02x", (int) c));
      }
    }
    return text.toString();
  }
}
