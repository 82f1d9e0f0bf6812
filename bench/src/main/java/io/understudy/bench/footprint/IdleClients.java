package io.understudy.bench.footprint;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.CommandRun;
import io.understudy.bench.measure.MachineLoad;
import io.understudy.bench.measure.ProcessMemory;
import io.understudy.bench.measure.RedisBenchmark;
import io.understudy.bench.measure.RedisProcess;
import io.understudy.bench.measure.Resp;
import io.understudy.bench.measure.UnderstudyRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/idle}: what a connected client that does nothing costs. */
@Command(
    name = "bench/idle",
    mixinStandardHelpOptions = true,
    description = {
      "Connects many clients to 'understudy run', lets each send what client libraries send first,"
          + " and one GET; then measures what the idle clients cost in the process.",
      "Exit code: 0 heap and native bytes per client are below the limit, 1 not, 2 could not"
          + " measure."
    })
public final class IdleClients implements Callable<Integer> {
  private static final Duration START_DEADLINE = Duration.ofSeconds(30);
  private static final int REPLY_TIMEOUT_MILLIS = 30_000;

  /** One source address has about 28,000 ports; a new one is used for each of these. */
  private static final int CLIENTS_PER_ADDRESS = 5_000;

  private static final int CLIENTS_PER_LOT = 200;

  /** Requests that load and compile the proxy's code, so that it is not counted to the clients. */
  private static final long WARM_UP_REQUESTS = 300_000;

  private static final int WARM_UP_CLIENTS = 1_000;

  /** What client libraries send by default when they connect, and then a GET of no key. */
  private static final List<byte[]> GREETING =
      List.of(
          Resp.request("HELLO", "3"),
          Resp.request("CLIENT", "SETINFO", "LIB-NAME", "bench"),
          Resp.request("CLIENT", "SETINFO", "LIB-VER", "1"),
          Resp.request("GET", "none"));

  /** What the last reply ends with: a null of RESP3. */
  private static final String LAST_REPLY = "_\r\n";

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "how many (default: ${DEFAULT-VALUE})")
  private int clients = 10_000;

  @Option(
      names = "--limit-bytes",
      paramLabel = "N",
      description = "what a client may cost (default: ${DEFAULT-VALUE})")
  private int limitBytes = 8 * 1024;

  @Option(
      names = "--jvm",
      split = " ",
      paramLabel = "OPTIONS",
      description = "more options for Understudy's virtual machine")
  private List<String> jvmOptions = List.of();

  private IdleClients() {}

  /** Measures and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new IdleClients(), arguments));
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
              "  maxClients: " + (clients + 1_000));
      Process process = run.start(children, "understudy", jvmOptions);
      children.awaitServing("understudy", process, run.port(), START_DEADLINE);
      new RedisBenchmark("GET", 16, 50, 64, false).run(run.port(), WARM_UP_REQUESTS);
      close(connect(run.port(), WARM_UP_CLIENTS));

      ProcessMemory before = ProcessMemory.afterCollection(process.pid());
      List<Socket> sockets = connect(run.port(), clients);
      ProcessMemory after = ProcessMemory.afterCollection(process.pid());
      close(sockets);
      return report(before, after) ? 0 : 1;
    }
  }

  private boolean report(ProcessMemory before, ProcessMemory after) throws IOException {
    double heap = (after.heapUsedBytes() - before.heapUsedBytes()) / (double) clients;
    double outside = (after.nativeBytes() - before.nativeBytes()) / (double) clients;
    double resident = (after.residentBytes() - before.residentBytes()) / (double) clients;
    boolean reached = heap + outside < limitBytes;
    System.out.printf(
        Locale.ROOT,
        "%d idle clients: %.0f bytes each (heap %.0f, native %.0f); the resident size grew by %.0f"
            + " each, from %d to %d MB; load average %.1f%n"
            + "%s  %.0f bytes per idle client (below %d)%n",
        clients,
        heap + outside,
        heap,
        outside,
        resident,
        before.residentBytes() >> 20,
        after.residentBytes() >> 20,
        MachineLoad.average(),
        reached ? "PASS" : "FAIL",
        heap + outside,
        limitBytes);
    return reached;
  }

  /** Connects them, in lots: all of a lot have sent their requests before replies are awaited. */
  private static List<Socket> connect(int port, int count) throws IOException {
    List<Socket> sockets = new ArrayList<>(count);
    byte[] greeting = Resp.pipeline(GREETING);
    while (sockets.size() < count) {
      int from = sockets.size();
      int lot = Math.min(CLIENTS_PER_LOT, count - from);
      for (int i = from; i < from + lot; i++) {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.bind(new InetSocketAddress("127.0.0." + (1 + i / CLIENTS_PER_ADDRESS), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(REPLY_TIMEOUT_MILLIS);
        socket.getOutputStream().write(greeting);
      }
      for (Socket socket : sockets.subList(from, from + lot)) {
        awaitLastReply(socket);
      }
    }
    return sockets;
  }

  private static void awaitLastReply(Socket socket) throws IOException {
    byte[] buffer = new byte[4096];
    StringBuilder replies = new StringBuilder();
    while (!replies.toString().endsWith(LAST_REPLY)) {
      int read = socket.getInputStream().read(buffer);
      if (read < 0) {
        throw new IOException("a client was closed after these replies: " + replies);
      }
      replies.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
    }
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
