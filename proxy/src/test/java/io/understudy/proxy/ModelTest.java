package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * Whatever a client sends, cut wherever, it gets through the proxy what it would get from the
 * server.
 */
class ModelTest {
  private static final int COMMANDS = 60;
  private static final Pattern NOT_QUEUED = Pattern.compile("SUBSCRIBE|REPLY|NAME|HELLO");
  private static final Pattern ID = Pattern.compile("(\\$2\r\nid\r\n):[0-9]+");

  /** UNSUBSCRIBE without names goes through them in the order of a hash table. */
  private static final Pattern UNORDERED = Pattern.compile("([ps]?unsubscribe\r\n)\\$2\r\n..\r\n");

  private static final Pattern ENDS = Pattern.compile("EXEC|DISCARD|RESET");

  private static RedisServer direct;
  private static RedisServer behind;
  private static Rig rig;

  @BeforeAll
  static void start() {
    direct = RedisServer.start(ServerVersion.usual());
    behind = RedisServer.start(ServerVersion.usual());
    rig = Rig.before(behind);
  }

  @AfterAll
  static void stop() {
    rig.close();
    direct.close();
    behind.close();
  }

  @RepeatedTest(60)
  void shouldAnswerAnySequenceAsTheServerDoes(RepetitionInfo repetition) throws Exception {
    long seed = 20_261_120L * 1_000 + repetition.getCurrentRepetition();
    direct.command("FLUSHALL");
    behind.command("FLUSHALL");
    Random random = new Random(seed);
    boolean queueing = false;
    List<byte[]> commands = new ArrayList<>();
    for (int i = 0; i < COMMANDS; i++) {
      byte[] command = command(random);
      String text = new String(command, StandardCharsets.ISO_8859_1);
      queueing = text.contains("MULTI") || (queueing && !ENDS.matcher(text).find());
      // Inside MULTI, servers push a confirmation in the place of EXEC's element, and leave
      // elements out after CLIENT REPLY: neither is RESP any more. What is queued there speaks of
      // the proxy's connection, which has another name.
      if (!queueing || !NOT_QUEUED.matcher(text).find()) {
        commands.add(command);
      }
    }
    commands.add(Wire.command("QUIT"));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    commands.forEach(all::writeBytes);
    List<String> expected = answers(direct.address(), List.of(all.toByteArray()));
    List<String> got = answers(rig.address(), cut(all.toByteArray(), random));
    for (int i = 0; i < Math.max(got.size(), expected.size()); i++) {
      assertThat(reply(got, i))
          .as("reply " + i + ", seed " + seed + " of " + sent(commands))
          .isEqualTo(reply(expected, i));
    }
  }

  private static String reply(List<String> replies, int index) {
    return index < replies.size() ? shortened(replies.get(index)) : "(none)";
  }

  private static String shortened(String text) {
    return text.length() > 100
        ? text.substring(0, 100) + "… " + text.length() + " #" + text.hashCode()
        : text;
  }

  private static String sent(List<byte[]> commands) {
    StringBuilder text = new StringBuilder();
    for (byte[] command : commands) {
      String one = new String(command, StandardCharsets.ISO_8859_1);
      text.append('\n').append(shortened(one).replaceAll("[^ -~]+", " "));
    }
    return text.toString();
  }

  private static List<String> answers(Address address, List<byte[]> pieces) throws Exception {
    try (Wire client = new Wire(address)) {
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (byte[] piece : pieces) {
                        client.send(piece);
                      }
                    } catch (IOException e) {
                      // QUIT was answered before the rest was sent.
                    }
                  });
      List<String> answers = new ArrayList<>();
      for (String answer : client.readToEnd()) {
        answers.add(UNORDERED.matcher(ID.matcher(answer).replaceAll("$1:N")).replaceAll("$1 any"));
      }
      sender.join();
      return answers;
    }
  }

  private static List<byte[]> cut(byte[] bytes, Random random) {
    List<byte[]> pieces = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int length =
          switch (random.nextInt(4)) {
            case 0 -> 1 + random.nextInt(3);
            case 1 -> 1 + random.nextInt(60);
            case 2 -> 1 + random.nextInt(1_000);
            default -> 1 + random.nextInt(100_000);
          };
      int end = Math.min(bytes.length, at + length);
      pieces.add(Arrays.copyOfRange(bytes, at, end));
      at = end;
    }
    return pieces;
  }

  private static byte[] command(Random random) {
    String key = "k" + random.nextInt(4);
    String list = "l" + random.nextInt(2);
    String channel = "c" + random.nextInt(3);
    return switch (random.nextInt(60)) {
      case 0, 1, 2, 3 -> Wire.command("GET", key);
      case 4, 5, 6, 7 -> Wire.command("SET", key, text(random, 40));
      case 8, 9 -> Wire.command("INCR", key);
      case 10, 11 -> Wire.command("RPUSH", list, text(random, 5));
      case 12 -> Wire.command("LRANGE", list, "0", "-1");
      case 13, 14, 15 -> Wire.command("MULTI");
      case 16, 17, 18 -> Wire.command("EXEC");
      case 19 -> Wire.command("DISCARD");
      case 20, 21 -> Wire.command("WATCH", key);
      case 22 -> Wire.command("UNWATCH");
      case 23, 24 -> Wire.command("BLPOP", list, "0.01");
      case 25 -> Wire.command("XREAD", "BLOCK", "5", "STREAMS", "s", "$");
      case 26 -> Wire.command("WAIT", "0", "1");
      case 27, 28, 29 -> Wire.command("SELECT", Integer.toString(random.nextInt(3)));
      case 30 -> Wire.command("SELECT", "999");
      case 31, 32 -> Wire.command("HELLO", "3");
      case 33 -> Wire.command("HELLO", "2");
      case 34 -> Wire.command("HELLO", random.nextBoolean() ? "9" : "x", "SETNAME", "n");
      case 35 -> Wire.command("HELLO", "3", "SETNAME", "name" + random.nextInt(3));
      case 36 -> Wire.command("RESET");
      case 37 -> Wire.command("SUBSCRIBE", channel, "c9");
      case 38 -> Wire.command("UNSUBSCRIBE");
      case 39 -> Wire.command("UNSUBSCRIBE", channel, "c9");
      case 40 -> Wire.command("PSUBSCRIBE", "c*");
      case 41 -> Wire.command("PUNSUBSCRIBE");
      case 42 -> Wire.command("SSUBSCRIBE", channel);
      case 43 -> Wire.command("SUNSUBSCRIBE");
      case 44 -> Wire.command("PUBLISH", channel, text(random, 10));
      case 45 -> Wire.command("SET", key, text(random, 70_000 + random.nextInt(80_000)));
      case 46 -> Wire.command("SET", key, text(random, 300_000));
      case 47 -> Wire.command("NOSUCHCOMMAND", "a");
      case 48 -> Wire.command("CLIENT", "SETNAME", "me" + random.nextInt(3));
      case 49 -> Wire.command("CLIENT", "GETNAME");
      case 50 -> Wire.command("CLIENT", "REPLY", "ON");
      case 51 -> Wire.command("OBJECT", "FREQ", key);
      case 52 -> Wire.bytes("GET " + key + "\r\n");
      case 53 -> Wire.bytes("SET " + key + " \"a \\x00 b\"\r\n");
      case 54 -> Wire.command("GET");
      case 55 -> Wire.command("EVAL", "return redis.call('INCR', KEYS[1])", "1", "n");
      case 56 -> Wire.command("PING");
      case 57 -> Wire.command("CLIENT", "TRACKING", random.nextBoolean() ? "ON" : "OFF");
      case 58 -> Wire.command("CLIENT", "NO-EVICT", "ON");
      default -> Wire.bytes("\r\n*0\r\n");
    };
  }

  private static String text(Random random, int most) {
    char[] text = new char[1 + random.nextInt(most)];
    for (int i = 0; i < text.length; i++) {
      text[i] = (char) random.nextInt(256);
    }
    return new String(text);
  }
}
