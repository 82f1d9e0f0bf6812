package io.understudy.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.scan.ReplyScanner;
import io.understudy.wire.scan.RequestLimits;
import io.understudy.wire.scan.RequestScanner;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to find one command or one reply in a buffer that holds a run of {@link #RUN}:
 * {@code bench/jmh ScannerBenchmark}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ScannerBenchmark {
  /** How many commands or replies a buffer holds. */
  public static final int RUN = 48;

  private static final String VALUE = "v".repeat(64);

  /** Which traffic is scanned. */
  @Param({"GET", "SET", "MIXED", "MANY"})
  public Traffic traffic = Traffic.GET;

  /** The traffic of the comparison with other proxies, and one that branches less predictably. */
  public enum Traffic {
    /** GET of a short key, answered with 64 bytes. */
    GET,
    /** SET of 64 bytes, answered with OK. */
    SET,
    /** Sixteen commands of many shapes, with RESP3 replies. */
    MIXED,
    /**
     * RPUSH of twenty short elements, answered with twenty: what one element costs, times twenty.
     */
    MANY
  }

  private final RequestScanner requests =
      new RequestScanner(CommandTable.standard(), RequestLimits.DEFAULT);
  private final ReplyScanner replies = new ReplyScanner();
  private final ByteBuf requestBytes = PooledByteBufAllocator.DEFAULT.directBuffer();
  private final ByteBuf replyBytes = PooledByteBufAllocator.DEFAULT.directBuffer();

  /** Writes the run into the buffers. */
  @Setup
  public void fill() {
    for (int i = 0; i < RUN; i++) {
      switch (traffic) {
        case GET -> {
          command("GET", "key:%012d".formatted(i));
          reply("$64\r\n" + VALUE + "\r\n");
        }
        case SET -> {
          command("SET", "key:%012d".formatted(i), VALUE);
          reply("+OK\r\n");
        }
        case MIXED -> mixed(i);
        case MANY -> {
          command(("RPUSH list" + " element".repeat(20)).split(" ", -1));
          reply("*20\r\n" + "$7\r\nelement\r\n".repeat(20));
        }
      }
    }
  }

  private void mixed(int i) {
    switch (i % 8) {
      case 0 -> command("hgetall", "user:" + i);
      case 1 -> command("ZADD", "board", Integer.toString(i * 1000), "player" + i);
      case 2 -> command("CLIENT", "SETINFO", "lib-name", "bench");
      case 3 -> command("PING");
      case 4 -> command("MGET", "a" + i, "b", "ccc", "dddd", "eeeee");
      case 5 -> command("expire", "session:" + i, "3600");
      case 6 -> command("LPUSH", "queue", VALUE.substring(i));
      default -> command("EVALSHA", "0123456789012345678901234567890123456789", "1", "k" + i, "x");
    }
    switch (i % 8) {
      case 0 -> reply("%2\r\n$4\r\nname\r\n$5\r\nAlice\r\n$3\r\nage\r\n$2\r\n42\r\n");
      case 1, 5, 6 -> reply(":" + i + "\r\n");
      case 2 -> reply("+OK\r\n");
      case 3 -> reply("+PONG\r\n");
      case 4 -> reply("*5\r\n$1\r\n1\r\n_\r\n$2\r\n22\r\n_\r\n$-1\r\n");
      default -> reply("-NOSCRIPT No matching script. Please use EVAL.\r\n");
    }
  }

  private void command(String... words) {
    ascii(requestBytes, "*" + words.length + "\r\n");
    for (String word : words) {
      ascii(requestBytes, "$" + word.length() + "\r\n" + word + "\r\n");
    }
  }

  private void reply(String text) {
    ascii(replyBytes, text);
  }

  private static void ascii(ByteBuf out, String text) {
    out.writeCharSequence(text, StandardCharsets.US_ASCII);
  }

  /** Finds the commands; the sum of their ids keeps the look-ups alive. */
  @Benchmark
  @OperationsPerInvocation(RUN)
  public int requests() {
    requests.feed(requestBytes, 0, requestBytes.writerIndex());
    int sum = 0;
    while (requests.next() == RequestScanner.Event.COMMAND) {
      sum += requests.command().id();
    }
    return sum;
  }

  /** Finds the replies. */
  @Benchmark
  @OperationsPerInvocation(RUN)
  public int replies() {
    replies.feed(replyBytes, 0, replyBytes.writerIndex());
    int sum = 0;
    while (replies.next() == ReplyScanner.Event.REPLY) {
      sum += replies.type();
    }
    return sum;
  }

  /** Finds the commands as the proxy does: what repeats is passed over. */
  @Benchmark
  @OperationsPerInvocation(RUN)
  public int runsOfRequests() {
    requests.feed(requestBytes, 0, requestBytes.writerIndex());
    int sum = 0;
    while (requests.next() == RequestScanner.Event.COMMAND) {
      sum += requests.command().id() * (1 + requests.repeats(RUN));
    }
    return sum;
  }

  /** Finds the replies as the proxy does. */
  @Benchmark
  @OperationsPerInvocation(RUN)
  public int runsOfReplies() {
    replies.feed(replyBytes, 0, replyBytes.writerIndex());
    int sum = 0;
    while (replies.next() == ReplyScanner.Event.REPLY) {
      sum += replies.type() + replies.plainReplies(RUN);
    }
    return sum;
  }

  /** Gives the buffers back. */
  @TearDown
  public void release() {
    requestBytes.release();
    replyBytes.release();
  }
}
