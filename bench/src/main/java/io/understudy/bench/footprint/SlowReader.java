package io.understudy.bench.footprint;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.CommandRun;
import io.understudy.bench.measure.MachineLoad;
import io.understudy.bench.measure.ProcessMemory;
import io.understudy.bench.measure.RedisBenchmark;
import io.understudy.bench.measure.RedisProcess;
import io.understudy.bench.measure.Resp;
import io.understudy.bench.measure.UnderstudyRun;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/slow-reader}: big values at a crawl, through the proxy. */
@Command(
    name = "bench/slow-reader",
    mixinStandardHelpOptions = true,
    description = {
      "One client reads a value of 512 MB through 'understudy run' very slowly, then sends one as"
          + " slowly, while other clients go on; measures how far the process grows.",
      "Exit code: 0 it stays within proxy.memory.client and the others were served, 1 not, 2 could"
          + " not measure."
    })
public final class SlowReader implements Callable<Integer> {
  private static final Duration START_DEADLINE = Duration.ofSeconds(30);

  /** Long enough for requests in flight to be answered, and for a big reply to begin. */
  private static final Duration SETTLE = Duration.ofSeconds(1);

  private static final int PIECE_BYTES = 64 << 10;
  private static final int READ_TIMEOUT_MILLIS = 60_000;
  private static final int OTHER_CLIENTS = 4;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int MEGABYTE = 1 << 20;

  /** Requests that load and compile the proxy's code, so that it is not counted to the value. */
  private static final long WARM_UP_REQUESTS = 300_000;

  /** A value that warms the path of big values up, and fits the bound many times. */
  private static final int WARM_UP_BYTES = 2 * MEGABYTE;

  @Option(
      names = "--value-mb",
      paramLabel = "MB",
      description = "size of the value (default: ${DEFAULT-VALUE}, the most that Redis takes)")
  private int valueMegabytes = 512;

  @Option(
      names = "--rate-mb",
      paramLabel = "MB",
      description = "how much is read or sent per second (default: ${DEFAULT-VALUE})")
  private int rateMegabytes = 32;

  @Option(
      names = "--stall-seconds",
      paramLabel = "S",
      description = "how long nothing at all is read first (default: ${DEFAULT-VALUE})")
  private int stallSeconds = 5;

  @Option(
      names = "--bound-mb",
      paramLabel = "MB",
      description = "proxy.memory.client in the configuration (default: ${DEFAULT-VALUE})")
  private int boundMegabytes = 32;

  private SlowReader() {}

  /** Measures and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new SlowReader(), arguments));
  }

  @Override
  public Integer call() throws Exception {
    try (Children children = Children.inTemporaryDirectory()) {
      RedisProcess redis = RedisProcess.start(children);
      UnderstudyRun run =
          UnderstudyRun.configure(
              children.directory().resolve("understudy"),
              redis.port(),
              0,
              "  memory:\n    client: " + boundMegabytes + "MB");
      Process process = run.start(children, "understudy", List.of());
      children.awaitServing("understudy", process, run.port(), START_DEADLINE);
      warmUp(run.port());
      long valueBytes = (long) valueMegabytes * MEGABYTE;
      send(redis.port(), "big", valueBytes, Long.MAX_VALUE);

      try (PacedClients others = new PacedClients(run.port(), OTHER_CLIENTS);
          ResidentWatch watch = new ResidentWatch(process.pid())) {
        pause(Duration.ofSeconds(stallSeconds));
        print("nothing else", 0, others.take());
        ProcessMemory.afterCollection(process.pid());
        boolean reached = true;

        watch.restart();
        receive(run.port(), "big", valueBytes, others);
        reached &= verdict("reading " + valueMegabytes + " MB", watch.growth(), others);

        watch.restart();
        send(run.port(), "sent", valueBytes, (long) rateMegabytes * MEGABYTE);
        reached &= verdict("sending " + valueMegabytes + " MB", watch.growth(), others);
        System.out.printf(Locale.ROOT, "load average %.1f%n", MachineLoad.average());
        return reached ? 0 : 1;
      }
    }
  }

  private boolean verdict(String phase, long growthBytes, PacedClients others) {
    print(phase, growthBytes, others.take());
    boolean within = growthBytes <= (long) boundMegabytes * MEGABYTE;
    System.out.printf(
        Locale.ROOT,
        "%s  %s slowly: the process grew by %.1f MB at most (bound %d MB)%n",
        within ? "PASS" : "FAIL",
        phase,
        growthBytes / (double) MEGABYTE,
        boundMegabytes);
    boolean served = others.failure().isEmpty();
    System.out.printf(
        "%s  other clients were served meanwhile%s%n",
        served ? "PASS" : "FAIL", served ? "" : ": " + others.failure());
    return within && served;
  }

  private static void print(String phase, long growthBytes, Histogram others) {
    System.out.printf(
        Locale.ROOT,
        "%-16s grew %6.1f MB; %d requests of others: p50 %.2f ms, p99 %.2f ms, max %.2f ms%n",
        phase,
        growthBytes / (double) MEGABYTE,
        others.getTotalCount(),
        others.getValueAtPercentile(50) / NANOS_PER_MILLI,
        others.getValueAtPercentile(99) / NANOS_PER_MILLI,
        others.getMaxValue() / NANOS_PER_MILLI);
  }

  private void warmUp(int port) throws IOException, InterruptedException {
    for (String command : List.of("SET", "GET")) {
      new RedisBenchmark(command, 16, 50, 64, false).run(port, WARM_UP_REQUESTS);
    }
    send(port, "warm", WARM_UP_BYTES, Long.MAX_VALUE);
  }

  /** Sets a value of {@code bytes} bytes in pieces, at most {@code bytesPerSecond}. */
  private static void send(int port, String key, long bytes, long bytesPerSecond)
      throws IOException {
    try (Socket socket = connect(port)) {
      OutputStream out = socket.getOutputStream();
      out.write(ascii("*3\r\n$3\r\nSET\r\n$" + key.length() + "\r\n" + key + "\r\n"));
      out.write(ascii("$" + bytes + "\r\n"));
      byte[] piece = new byte[PIECE_BYTES];
      long begin = System.nanoTime();
      for (long sent = 0; sent < bytes; ) {
        fill(piece, sent);
        int length = (int) Math.min(piece.length, bytes - sent);
        out.write(piece, 0, length);
        sent += length;
        keepPace(begin, sent, bytesPerSecond);
      }
      out.write(ascii("\r\n"));
      expect(new DataInputStream(socket.getInputStream()), "+OK\r\n");
    }
  }

  /**
   * Reads the value with the options' slowness, and checks every byte of it.
   *
   * <p>The others ask nothing until the reply has begun: commands that are behind a big reply on
   * the same connection cannot be answered before it, and Understudy closes a reader that is too
   * slow for them.
   */
  private void receive(int port, String key, long bytes, PacedClients others) throws IOException {
    try (Socket socket = connect(port)) {
      others.pause(true);
      pause(SETTLE);
      socket.getOutputStream().write(Resp.request("GET", key));
      pause(SETTLE);
      others.pause(false);
      pause(Duration.ofSeconds(stallSeconds));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      expect(in, "$" + bytes + "\r\n");
      byte[] piece = new byte[PIECE_BYTES];
      byte[] wanted = new byte[PIECE_BYTES];
      long begin = System.nanoTime();
      for (long received = 0; received < bytes; ) {
        int length = (int) Math.min(piece.length, bytes - received);
        in.readFully(piece, 0, length);
        fill(wanted, received);
        if (Arrays.mismatch(piece, 0, length, wanted, 0, length) >= 0) {
          throw new IOException("the value differs behind byte " + received);
        }
        received += length;
        keepPace(begin, received, (long) rateMegabytes * MEGABYTE);
      }
      expect(in, "\r\n");
    }
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(READ_TIMEOUT_MILLIS);
    return socket;
  }

  private static void expect(DataInputStream in, String text) throws IOException {
    byte[] bytes = new byte[text.length()];
    in.readFully(bytes);
    String read = new String(bytes, StandardCharsets.US_ASCII);
    if (!read.equals(text)) {
      throw new IOException("got '" + read.strip() + "' instead of '" + text.strip() + "'");
    }
  }

  /** Bytes that differ from piece to piece, so that a lost or doubled one is noticed. */
  private static void fill(byte[] piece, long offset) {
    Arrays.fill(piece, (byte) ('a' + offset / PIECE_BYTES % 23));
  }

  private static void keepPace(long beginNanos, long bytes, long bytesPerSecond) {
    if (bytesPerSecond != Long.MAX_VALUE) {
      long due = beginNanos + (long) (bytes * 1e9 / bytesPerSecond);
      LockSupport.parkNanos(due - System.nanoTime());
    }
  }

  private static void pause(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
