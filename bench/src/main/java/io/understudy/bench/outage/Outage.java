package io.understudy.bench.outage;

import io.understudy.bench.measure.CommandRun;
import io.understudy.bench.measure.CpuSample;
import io.understudy.bench.measure.MachineLoad;
import io.understudy.bench.measure.UnderstudyRun;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bench/outage}. */
@Command(
    name = "bench/outage",
    mixinStandardHelpOptions = true,
    description = {
      "Changes the primary under load, on each server version: three servers, three keepers with a"
          + " proxy each, and a ZooKeeper, all on this machine. Prints the longest time that any"
          + " client waited for an answer in each change, and in as much time without one.",
      "Exit code: 0 the figures are reached, 1 one is not, 2 could not measure."
    })
public final class Outage implements Callable<Integer> {
  private static final Duration AFTER = Duration.ofMillis(300);
  private static final int MOST_TRIES = 100;

  /** Changes that are not counted, before the first that is. */
  private static final int FIRST_ROUNDS = 10;

  private static final Duration LOOK = Duration.ofSeconds(1);

  /** So much of a processor, and not more, is a keeper's compiler's when it has done its work. */
  private static final double QUIET_SHARE = 0.05;

  private static final double MILLION = 1e6;
  private static final double SECOND = 1e9;

  @Option(
      names = "--change",
      paramLabel = "NAME",
      description = "switchover or kill (default: switchover)")
  private String changeName = "switchover";

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "of each version (default: ${DEFAULT-VALUE})")
  private int rounds = 50;

  @Option(
      names = "--servers",
      paramLabel = "VERSION",
      split = ",",
      description = "such as redis-7.0; default: all that testkit/servers fetched")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "spread over the three proxies (default: ${DEFAULT-VALUE})")
  private int clientCount = 6;

  @Option(
      names = "--pause-micros",
      paramLabel = "N",
      description =
          "of a client between an answer and its next request (default: ${DEFAULT-VALUE})")
  private int pauseMicros = 2_000;

  @Option(
      names = "--settle-seconds",
      paramLabel = "N",
      description =
          "how long clients work without pauses before, until the keepers' compilers are quiet, at"
              + " most (default: ${DEFAULT-VALUE})")
  private int settleSeconds = 60;

  @Option(
      names = "--program",
      paramLabel = "WORDS",
      split = " ",
      description = "what runs understudy (default: the launcher)")
  private List<String> program = List.of();

  private Outage() {}

  /** Measures and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new Outage(), arguments));
  }

  @Override
  public Integer call() throws Exception {
    Change change =
        Change.named(changeName)
            .orElseThrow(
                () ->
                    new IOException(
                        "--change: '" + changeName + "' is neither switchover nor kill"));
    if (rounds < 1 || clientCount < 1 || pauseMicros < 0) {
      throw new IOException("--rounds and --clients are 1 or more, --pause-micros 0 or more");
    }
    List<ServerVersion> versions = versions();
    System.out.printf(
        Locale.ROOT,
        "%s of a primary, %d rounds each, %d clients; load average %.1f%n%n",
        change.text(),
        rounds,
        clientCount,
        MachineLoad.average());
    System.out.println(Result.HEADER);
    boolean reached = true;
    for (int i = 0; i < versions.size(); i++) {
      Result result = measure(versions.get(i), change, i * rounds, versions.size() * rounds);
      System.out.println(result.line(versions.get(i).toString()));
      reached &= change.isReachedBy(result);
    }
    System.out.printf("%n%s: wanted is %s%n", reached ? "PASS" : "FAIL", change.wanted());
    return reached ? 0 : 1;
  }

  private List<ServerVersion> versions() throws IOException {
    List<ServerVersion> all = ServerVersion.installed();
    List<ServerVersion> chosen =
        names.isEmpty()
            ? all
            : all.stream().filter(version -> names.contains(version.toString())).toList();
    if (!names.isEmpty() && chosen.size() != names.size()) {
      throw new IOException("--servers: not all of " + names + " were fetched; there are " + all);
    }
    return chosen;
  }

  private List<String> words() throws IOException {
    return program.isEmpty() ? List.of(UnderstudyRun.launcher().toString()) : program;
  }

  private Result measure(ServerVersion version, Change change, int done, int all) throws Exception {
    try (Stand stand = Stand.start(version, words())) {
      List<CountingClient> clients = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < clientCount; i++) {
        var client =
            new CountingClient(
                stand.proxies().get(i % stand.proxies().size()),
                "counter:" + i,
                pauseMicros * 1_000L);
        clients.add(client);
        threads.add(Thread.ofPlatform().start(client));
      }
      awaitFlow(clients);
      Eventually.holds("all is whole", stand::isWhole);
      List<Double> changed = new ArrayList<>();
      List<Double> calm = new ArrayList<>();
      warmUp(stand, clients, change);
      long resyncs = stand.fullResyncs();
      long began = System.nanoTime();
      for (int i = 0; i < rounds; i++) {
        round(stand, clients, change, changed, calm);
        progress(done + i + 1, all, began, i + 1);
      }
      resyncs = change == Change.SWITCHOVER ? stand.fullResyncs() - resyncs : 0;
      clients.forEach(CountingClient::end);
      for (Thread thread : threads) {
        thread.join();
      }
      System.err.print("\r\033[K");
      return new Result(
          changed,
          calm,
          clients.stream()
              .map(CountingClient::count)
              .reduce(CountingClient.Count.NONE, CountingClient.Count::plus),
          resyncs);
    }
  }

  /** Keepers have run for days when a primary is changed, and are measured like that. */
  private void warmUp(Stand stand, List<CountingClient> clients, Change change) throws IOException {
    System.err.print("\r\033[Kthe keepers warm up, for at most " + settleSeconds + " s ");
    System.err.flush();
    clients.forEach(client -> client.hurry(true));
    for (int i = 0; i < settleSeconds; i++) {
      List<CpuSample> before = stand.used();
      pause(LOOK);
      if (areQuiet(before, stand.used())) {
        break;
      }
    }
    clients.forEach(client -> client.hurry(false));
    for (int i = 0; i < FIRST_ROUNDS; i++) {
      round(stand, clients, change, new ArrayList<>(), new ArrayList<>());
    }
  }

  private static boolean areQuiet(List<CpuSample> before, List<CpuSample> after) {
    for (int i = 0; i < before.size(); i++) {
      if (after.get(i).since(before.get(i)).runtimeNanos() > QUIET_SHARE * LOOK.toNanos()) {
        return false;
      }
    }
    return true;
  }

  private static void round(
      Stand stand,
      List<CountingClient> clients,
      Change change,
      List<Double> changed,
      List<Double> calm)
      throws IOException {
    var _ = stand.ask("acknowledge"); // refused where there was no failover lately
    RedisServer primary = stand.primary();
    longest(clients);
    long start = System.nanoTime();
    // A keeper that looked a moment ago may not know yet that all replicas are in sync again.
    for (int tries = 1; !begins(stand, change, primary); tries++) {
      if (tries == MOST_TRIES) {
        throw new IOException("the change was refused: " + stand.said());
      }
      pause(AFTER);
      longest(clients);
      start = System.nanoTime();
    }
    Eventually.holds("another is primary", () -> stand.primary() != primary);
    awaitFlow(clients);
    pause(AFTER);
    Duration length = Duration.ofNanos(System.nanoTime() - start);
    changed.add(longest(clients));
    if (change == Change.KILL) {
      primary.restartWithData();
    }
    Eventually.holds("all is whole again", stand::isWhole);
    longest(clients);
    pause(length);
    calm.add(longest(clients));
  }

  /** Whether the change begins; a keeper may refuse it for a moment. */
  private static boolean begins(Stand stand, Change change, RedisServer primary)
      throws IOException {
    return switch (change) {
      case SWITCHOVER -> stand.ask("switchover");
      case KILL -> {
        primary.kill9();
        yield true;
      }
    };
  }

  /** The longest that any client waited since this was asked last, in milliseconds. */
  private static double longest(List<CountingClient> clients) {
    return clients.stream().mapToLong(CountingClient::takeLongestNanos).max().orElseThrow()
        / MILLION;
  }

  /** Waits until every client got an answer. */
  private static void awaitFlow(List<CountingClient> clients) {
    for (CountingClient client : clients) {
      long before = client.acknowledged();
      Eventually.holds("a client is answered", () -> client.acknowledged() > before);
    }
  }

  private static void pause(Duration length) {
    long end = System.nanoTime() + length.toNanos();
    for (long left = length.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static void progress(int done, int all, long began, int ofThese) {
    double each = (System.nanoTime() - began) / SECOND / ofThese;
    long left = Math.round(each * (all - done));
    System.err.printf(
        Locale.ROOT,
        "\r%d of %d rounds (%d %%), %d:%02d left ",
        done,
        all,
        100 * done / all,
        left / 60,
        left % 60);
    System.err.flush();
  }
}
