package io.understudy.bench.footprint;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.CommandRun;
import io.understudy.bench.measure.MachineLoad;
import io.understudy.bench.measure.Median;
import io.understudy.bench.measure.RedisProcess;
import io.understudy.bench.measure.Resp;
import io.understudy.bench.measure.UnderstudyRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/start}: from the start of the launcher to the first reply. */
@Command(
    name = "bench/start",
    mixinStandardHelpOptions = true,
    description = {
      "Starts 'understudy run' again and again, each time with a new state directory, and measures"
          + " until a GET through its listener is answered by the Redis behind it.",
      "Exit code: 0 the median is below the limit, 1 it is not, 2 could not measure."
    })
public final class StartTime implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(1);
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final byte[] REQUEST = Resp.request("GET", "start");

  @Option(
      names = "--starts",
      paramLabel = "N",
      description = "how often (default: ${DEFAULT-VALUE})")
  private int starts = 11;

  @Option(
      names = "--limit-millis",
      paramLabel = "MS",
      description = "what the median is held against (default: ${DEFAULT-VALUE})")
  private int limitMillis = 1500;

  private StartTime() {}

  /** Measures and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new StartTime(), arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < starts; i++) {
      try (Children children = Children.inTemporaryDirectory()) {
        RedisProcess redis = RedisProcess.start(children);
        UnderstudyRun run =
            UnderstudyRun.configure(
                children.directory().resolve("understudy"), redis.port(), 0, "");
        long begin = System.nanoTime();
        Process process = run.start(children, "understudy", List.of());
        awaitReply(process, run.port(), begin + DEADLINE.toNanos());
        millis.add((System.nanoTime() - begin) / (double) TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
    double median = Median.of(millis);
    boolean reached = median < limitMillis;
    System.out.printf(
        Locale.ROOT,
        "%d starts to the first reply: min %.0f ms, median %.0f ms, max %.0f ms; load average"
            + " %.1f%n%s  median start %.0f ms (below %d ms)%n",
        starts,
        Collections.min(millis),
        median,
        Collections.max(millis),
        MachineLoad.average(),
        reached ? "PASS" : "FAIL",
        median,
        limitMillis);
    return reached ? 0 : 1;
  }

  private static void awaitReply(Process process, int port, long deadlineNanos) throws IOException {
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout((int) DEADLINE.toMillis());
        socket.getOutputStream().write(REQUEST);
        int first = socket.getInputStream().read();
        if (first != '$') {
          throw new IllegalStateException(
              "the first reply begins with '" + (char) first + "' and is no value");
        }
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > deadlineNanos) {
          throw new IOException("understudy run does not serve", e);
        }
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
