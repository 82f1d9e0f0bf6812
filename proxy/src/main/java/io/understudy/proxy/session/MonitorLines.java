package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.Greetings;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines that MONITOR shows to one client: all that the server sends but for the questions that
 * the proxy itself asks on new connections, which no client sent.
 */
final class MonitorLines {
  private static final Pattern LINE =
      Pattern.compile("\\+\\d{1,19}\\.\\d{6} \\[\\d{1,9} (\\S+)\\] (\"[^\"]*\"(?: \"[^\"]*\")?).*");
  private static final Pattern QUESTION =
      Pattern.compile(
          "\"(INFO\" \"server|ROLE|CLIENT\" \"ID|CLIENT\" \"SETNAME|AUTH\" \"\\(redacted\\)|HELLO\""
              + " \"3|SELECT\" \"\\d+)\"");

  /** A line is looked at no further: its address and its first words stand at its beginning. */
  private static final int HEAD_BYTES = 256;

  private final Greetings greetings;
  private final Map<String, Integer> seen;

  /** MONITOR is about to be sent: what was answered before will not be shown. */
  MonitorLines(Greetings greetings) {
    this.greetings = greetings;
    this.seen = new HashMap<>(greetings.answeredSoFar());
  }

  /** Whether a status reply is a line of MONITOR: no other begins with a time and an address. */
  static boolean isLine(ByteBuf bytes, int from, int to) {
    return bytes.getByte(from) == '+'
        && LINE.matcher(Peek.line(bytes, from, to, HEAD_BYTES)).matches();
  }

  /** Whether a line shows a question of the proxy's own. */
  boolean isOwnQuestion(ByteBuf bytes, int from, int to) {
    Matcher line = LINE.matcher(Peek.line(bytes, from, to, HEAD_BYTES));
    if (!line.matches() || !QUESTION.matcher(line.group(2)).matches()) {
      return false;
    }
    String address = line.group(1);
    int shown = seen.getOrDefault(address, 0);
    if (shown >= greetings.count(address)) {
      return false;
    }
    seen.put(address, shown + 1);
    return true;
  }
}
