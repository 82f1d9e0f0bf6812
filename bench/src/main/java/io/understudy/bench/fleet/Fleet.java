package io.understudy.bench.fleet;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.CommandRun;
import io.understudy.bench.measure.CpuSample;
import io.understudy.bench.measure.MachineLoad;
import io.understudy.bench.measure.UnderstudyRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/fleet}. */
@Command(
    name = "bench/fleet",
    mixinStandardHelpOptions = true,
    description = {
      "Lets three keepers look after many groups of scripted servers; measures what that costs"
          + " while nothing happens, then kills many primaries at once and measures until another"
          + " is published of each.",
      "Exit code: 0 both limits are kept, 1 not, 2 could not measure."
    })
public final class Fleet implements Callable<Integer> {
  private static final List<String> KEEPERS = List.of("k1", "k2", "k3");
  private static final Duration START_DEADLINE = Duration.ofMinutes(5);
  private static final Duration SUCCESSOR_DEADLINE = Duration.ofMinutes(2);
  private static final long POLL_NANOS = 20_000_000;
  private static final long CORE_NANOS = 1_000_000_000L;
  private static final Pattern PUBLISHED =
      Pattern.compile("\\S+ (\\S+): published: (\\S+) in epoch (\\d+),.*");

  @Option(names = "--groups", paramLabel = "N", description = "how many (${DEFAULT-VALUE})")
  private int groups = 1_000;

  @Option(
      names = "--dying",
      paramLabel = "N",
      description = "how many primaries die at once (${DEFAULT-VALUE})")
  private int dying = 100;

  @Option(
      names = "--ping-every",
      paramLabel = "DURATION",
      description = "failover.pingEvery and .turnEvery of the keepers (${DEFAULT-VALUE})")
  private String pingEvery = "1s";

  @Option(
      names = "--settle",
      paramLabel = "SECONDS",
      description = "how long to wait after the start (${DEFAULT-VALUE})")
  private int settleSeconds = 30;

  @Option(
      names = "--idle",
      paramLabel = "SECONDS",
      description = "how long to measure while nothing happens (${DEFAULT-VALUE})")
  private int idleSeconds = 30;

  @Option(
      names = "--limit-percent",
      paramLabel = "N",
      description = "what a keeper may use of one core meanwhile (${DEFAULT-VALUE})")
  private int limitPercent = 30;

  @Option(
      names = "--limit-millis",
      paramLabel = "N",
      description = "when the last group must be served again (${DEFAULT-VALUE})")
  private int limitMillis = 5_000;

  @Option(
      names = "--program",
      paramLabel = "WORDS",
      split = " ",
      description = "what runs understudy (default: the launcher)")
  private List<String> program = List.of();

  private final List<Map<String, ScriptedNode>> nodes = new ArrayList<>();
  private final Map<String, Served> served = new ConcurrentHashMap<>();

  /** What was published of a group last, and when that was read here. */
  private record Served(String primary, long epoch, long atNanos) {}

  private Fleet() {}

  /** Measures and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new Fleet(), arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (dying > groups || groups < 1 || groups > 30_000) {
      throw new IOException("--groups is 1 to 30000, and --dying at most as many");
    }
    try (Children children = Children.inTemporaryDirectory()) {
      startNodes();
      List<Process> keepers = startKeepers(children);
      awaitAll(children, keepers);
      pause(Duration.ofSeconds(settleSeconds));
      double[] percent = idle(keepers);
      long[] millis = killPrimaries();
      return report(percent, millis) ? 0 : 1;
    } finally {
      for (Map<String, ScriptedNode> group : nodes) {
        for (ScriptedNode node : group.values()) {
          node.close();
        }
      }
    }
  }

  private void startNodes() throws IOException {
    int port = freePort();
    for (int i = 0; i < groups; i++) {
      Map<String, ScriptedNode> group = new ConcurrentHashMap<>();
      int high = i / 250;
      int low = i % 250 + 1;
      var primary = ScriptedNode.start("127.1." + high + "." + low, port, group);
      ScriptedNode.start("127.2." + high + "." + low, port, group).follow(primary.address());
      nodes.add(group);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      return socket.getLocalPort();
    }
  }

  private List<Process> startKeepers(Children children) throws IOException {
    int zookeeper = freePort();
    String at = "127.0.0.1:" + zookeeper;
    start(children, "zookeeper", "-Xmx256m", "zookeeper", "--bind", at, "--data", "zookeeper");
    List<Process> keepers = new ArrayList<>();
    for (String id : KEEPERS) {
      int admin = freePort();
      Path folder = Files.createDirectories(children.directory().resolve(id));
      Path file = Files.writeString(folder.resolve("understudy.yaml"), text(id, zookeeper, admin));
      keepers.add(start(children, id, "-Xmx512m", "run", "-c", file.toString()));
      if (id.equals(KEEPERS.getFirst())) {
        Thread.ofVirtual().start(() -> watch(admin));
      }
    }
    return keepers;
  }

  private Process start(Children children, String name, String heap, String... arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(program.isEmpty() ? List.of(UnderstudyRun.launcher().toString()) : program);
    command.addAll(List.of(arguments));
    return children.start(name, command, Map.of("UNDERSTUDY_JAVA_OPTS", heap));
  }

  private String text(String id, int zookeeper, int admin) {
    var text = new StringBuilder("groups:\n");
    for (int i = 0; i < groups; i++) {
      text.append("  - { name: g").append(i).append(", nodes: [");
      text.append(String.join(", ", nodes.get(i).keySet().stream().sorted().toList()));
      text.append("] }\n");
    }
    text.append(
        """
        failover:
          coordinator: zookeeper
          pingEvery: %s
          turnEvery: %s
          keeper: { id: %s, members: [k1, k2, k3] }
          zookeeper: { connect: "127.0.0.1:%d" }
        admin: { bind: "127.0.0.1:%d" }
        log: { level: warn }
        """
            .formatted(pingEvery, pingEvery, id, zookeeper, admin));
    return text.toString();
  }

  /** Notes each publication that the first keeper hears of. */
  private void watch(int admin) {
    while (true) {
      try {
        var connection =
            (HttpURLConnection)
                URI.create("http://127.0.0.1:" + admin + "/watch").toURL().openConnection();
        connection.setRequestProperty("Accept", "text/plain");
        try (var lines =
            new BufferedReader(
                new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher found = PUBLISHED.matcher(line);
            if (found.matches()) {
              note(found.group(1), found.group(2), Long.parseLong(found.group(3)));
            }
          }
        }
      } catch (IOException e) {
        LockSupport.parkNanos(POLL_NANOS); // it is not there yet, or no more
      }
    }
  }

  private Served of(String group) {
    return Objects.requireNonNull(served.get(group), group);
  }

  private void note(String group, String primary, long epoch) {
    long now = System.nanoTime();
    served.merge(
        group,
        new Served(primary, epoch, now),
        (before, next) -> next.epoch() > before.epoch() ? next : before);
  }

  private void awaitAll(Children children, List<Process> keepers) throws IOException {
    long end = System.nanoTime() + START_DEADLINE.toNanos();
    while (served.size() < groups) {
      for (int i = 0; i < keepers.size(); i++) {
        if (!keepers.get(i).isAlive()) {
          String id = KEEPERS.get(i);
          throw new IOException("keeper " + id + " ended: " + children.endOfLog(id));
        }
      }
      if (System.nanoTime() - end > 0) {
        throw new IOException(
            served.size() + " of " + groups + " groups are served, after minutes");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static void pause(Duration length) {
    long end = System.nanoTime() + length.toNanos();
    for (long left = length.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** How much of a core each keeper uses. */
  private double[] idle(List<Process> keepers) throws IOException {
    List<CpuSample> before = new ArrayList<>();
    for (Process keeper : keepers) {
      before.add(CpuSample.of(keeper.pid()));
    }
    pause(Duration.ofSeconds(idleSeconds));
    double[] percent = new double[keepers.size()];
    for (int i = 0; i < percent.length; i++) {
      CpuSample.Use use = CpuSample.of(keepers.get(i).pid()).since(before.get(i));
      percent[i] = 100.0 * use.totalNanos() / (CORE_NANOS * idleSeconds);
    }
    return percent;
  }

  /** Milliseconds until each of the groups was published anew, in order. */
  private long[] killPrimaries() throws Exception {
    Map<String, Served> before = new HashMap<>();
    for (int i = 0; i < dying; i++) {
      // Spread over all, so that every keeper has some to act for.
      String group = "g" + (long) i * groups / dying;
      before.put(group, of(group));
    }
    long killedNanos = System.nanoTime();
    for (Map.Entry<String, Served> each : before.entrySet()) {
      Map<String, ScriptedNode> group = nodes.get(Integer.parseInt(each.getKey().substring(1)));
      ScriptedNode primary = group.get(each.getValue().primary());
      if (primary == null) {
        throw new IOException(each + " names no scripted node");
      }
      primary.kill();
    }
    long end = killedNanos + SUCCESSOR_DEADLINE.toNanos();
    Map<String, Served> waiting = new HashMap<>(before);
    while (!waiting.isEmpty() && System.nanoTime() - end < 0) {
      waiting.entrySet().removeIf(each -> of(each.getKey()).epoch() > each.getValue().epoch());
      LockSupport.parkNanos(POLL_NANOS);
    }
    if (!waiting.isEmpty()) {
      throw new IOException(
          waiting.size() + " groups had no primary after 2 minutes: " + waiting.keySet());
    }
    return before.keySet().stream()
        .mapToLong(group -> (of(group).atNanos() - killedNanos) / 1_000_000)
        .sorted()
        .toArray();
  }

  private boolean report(double[] percent, long[] millis) throws IOException {
    double most = Arrays.stream(percent).max().orElseThrow();
    long last = millis[millis.length - 1];
    System.out.printf(
        Locale.ROOT,
        "%d groups of 2 scripted servers, 3 keepers, pingEvery and turnEvery %s, ZooKeeper alone,"
            + " load average %.1f%n%n"
            + "| keeper | of one core while nothing happens (%d s) |%n|---|---|%n",
        groups,
        pingEvery,
        MachineLoad.average(),
        idleSeconds);
    for (int i = 0; i < percent.length; i++) {
      System.out.printf(Locale.ROOT, "| %s | %.1f %% |%n", KEEPERS.get(i), percent[i]);
    }
    System.out.printf(
        Locale.ROOT,
        "%n| %d primaries die at once | ms until another is published |%n|---|---|%n"
            + "| first | %d |%n| half | %d |%n| 99 %% | %d |%n| last | %d |%n%n",
        dying,
        millis[0],
        millis[millis.length / 2],
        millis[Math.min(millis.length - 1, millis.length * 99 / 100)],
        last);
    System.out.printf(
        Locale.ROOT,
        "%s  %.1f %% of one core per keeper (below %d %%)%n%s  %d ms until all are served (below"
            + " %d)%n",
        most < limitPercent ? "reached" : "MISSED",
        most,
        limitPercent,
        last < limitMillis ? "reached" : "MISSED",
        last,
        limitMillis);
    return most < limitPercent && last < limitMillis;
  }
}
