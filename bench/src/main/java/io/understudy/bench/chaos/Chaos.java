package io.understudy.bench.chaos;

import io.understudy.bench.measure.CommandRun;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code chaos/run}, which gives it a network and a process tree of its own. */
@Command(
    name = "chaos/run",
    mixinStandardHelpOptions = true,
    description = {
      "Kills, stops and cuts off real processes while clients write, heals everything, and looks"
          + " whether every promise was kept. Three servers, three keepers with their proxies and"
          + " three ZooKeepers run, each in a network namespace of its own.",
      "After each schedule, within 30 s: one primary, the others replicating, the same data;"
          + " nothing run twice, nothing taken by a primary after its successor had answered; and"
          + " no acknowledged write lost, except where --durability is 0 and a primary was"
          + " replaced: those are counted.",
      "Exit code: 0 every promise was kept, 1 one was not, 2 wrong arguments or could not run, 3 no"
          + " namespaces can be made here."
    })
public final class Chaos implements Callable<Integer> {
  private static final Duration START_PATIENCE = Duration.ofMinutes(2);
  private static final Duration HEAL_PATIENCE = Duration.ofSeconds(30);
  private static final Duration LAST_PATIENCE = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration QUIET_BEFORE = Duration.ofMillis(300);
  private static final double SECOND = 1e9;
  private static final int EXIT_REFUSED = 2;

  private enum SubjectKind {
    UNDERSTUDY,
    SENTINEL
  }

  @Option(names = "--schedules", paramLabel = "N", description = "default: ${DEFAULT-VALUE}")
  private int schedules = 52;

  @Option(names = "--seed", paramLabel = "S", description = "default: ${DEFAULT-VALUE}")
  private long seed = 1;

  @Option(
      names = "--first",
      paramLabel = "I",
      description = "the number of the first schedule, to repeat one (default: ${DEFAULT-VALUE})")
  private int first;

  @Option(
      names = "--subject",
      paramLabel = "NAME",
      description = "understudy or sentinel (default: understudy)")
  private String subjectName = "understudy";

  @Option(
      names = "--faults",
      paramLabel = "LIST",
      split = ",",
      description = "only these; --faults list explains all (default: all)")
  private List<String> faultNames = new ArrayList<>();

  @Option(
      names = "--durability",
      paramLabel = "K",
      description =
          "how many replicas must have a write before it is acknowledged (default: 0, none)")
  private int durability;

  @Option(
      names = "--verify",
      description =
          "without ZooKeeper, proxies go on while all replicas follow (whenCoordinatorLost:"
              + " verify)")
  private boolean verify;

  @Option(
      names = "--without-boot-gate",
      description =
          "servers that start again are what their configuration files say, and not replicas of"
              + " nothing; a person may then have to choose a primary, which is counted")
  private boolean withoutBootGate;

  @Option(
      names = "--single",
      description =
          "one fault in each schedule, healed after 2 s; before it, earlier failovers are"
              + " acknowledged, so that the group does not cool down: for the times of an outage")
  private boolean single;

  @Option(
      names = "--server",
      paramLabel = "VERSION",
      description = "one of those that testkit/servers fetched, such as valkey-8.1")
  private Optional<String> server = Optional.empty();

  @Option(
      names = "--logs",
      paramLabel = "DIRECTORY",
      required = true,
      description =
          "all logs go there, and the story of each schedule (default: a new folder, which is"
              + " deleted when every promise was kept)")
  private Path logs = Path.of("");

  @Option(
      names = "--program",
      paramLabel = "WORDS",
      split = " ",
      description = "what runs understudy (default: java -jar app/target/understudy.jar)")
  private List<String> program = new ArrayList<>();

  private final Tally tally = new Tally();
  private final PrintStream progress = System.err;

  private Chaos() {}

  /** Runs and exits. */
  public static void main(String[] arguments) {
    System.exit(CommandRun.execute(new Chaos(), arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (faultNames.equals(List.of("list"))) {
      for (Fault fault : Fault.values()) {
        System.out.printf("%-32s %s%n", fault.text(), fault.meaning());
      }
      return 0;
    }
    if (verify && durability > 0) {
      return refused("--verify: understudy refuses it together with durability");
    }
    if (durability < 0 || durability >= Host.NODES.size()) {
      return refused("--durability: " + durability + " is not 0 to " + (Host.NODES.size() - 1));
    }
    SubjectKind kind;
    List<Fault> faults;
    try {
      kind = kind(subjectName);
      faults = faults(kind);
    } catch (IllegalArgumentException e) {
      return refused(String.valueOf(e.getMessage()));
    }
    Path work = Files.createDirectories(logs.toAbsolutePath());
    Network network = Network.up();
    String serverProgram = serverProgram();
    Nodes nodes =
        new Nodes(work, serverProgram, kind == SubjectKind.UNDERSTUDY && !withoutBootGate);
    Subject subject =
        switch (kind) {
          case UNDERSTUDY -> new UnderstudySubject(work, understudy(), durability, verify);
          case SENTINEL -> new SentinelSubject(work, serverProgram);
        };
    Runtime.getRuntime().addShutdownHook(new Thread(this::report));
    nodes.start();
    awaitFlawless("the servers", () -> nodes.flaw(), START_PATIENCE);
    subject.start();
    awaitFlawless("all", () -> flaw(nodes, subject), START_PATIENCE);
    writeOldKeys(nodes);
    Path story = work.resolve("story.log");
    Injector injector = new Injector(network, nodes, subject, line -> tell(story, line));
    long began = System.nanoTime();
    for (int i = 0; i < schedules; i++) {
      Schedule schedule = Schedule.draw(seed, first + i, faults, single);
      if (single) {
        subject.acknowledge();
      }
      tell(story, schedule.toString());
      Outcome outcome = run(schedule, injector, nodes, subject);
      if (!outcome.violations().isEmpty()) {
        writeOldKeys(nodes);
      }
      tell(story, outcome.toString());
      tally.add(outcome);
      showProgress(began);
    }
    return tally.violations() == 0 ? 0 : 1;
  }

  private static SubjectKind kind(String name) {
    return Arrays.stream(SubjectKind.values())
        .filter(k -> k.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--subject: '" + name + "' is neither understudy nor sentinel"));
  }

  private static int refused(String why) {
    System.err.println("chaos/run: " + why);
    return EXIT_REFUSED;
  }

  private List<Fault> faults(SubjectKind kind) {
    List<Fault> asked =
        faultNames.isEmpty()
            ? Arrays.asList(Fault.values())
            : faultNames.stream().map(Fault::named).toList();
    return asked.stream()
        .filter(f -> kind == SubjectKind.UNDERSTUDY || !f.needsZookeeper())
        .toList();
  }

  private String serverProgram() throws IOException {
    for (ServerVersion version : ServerVersion.installed()) {
      if (version.toString().equals(server.orElse(ServerVersion.usual().toString()))) {
        return version.program().toAbsolutePath().toString();
      }
    }
    throw new IOException(
        "--server: '"
            + server.orElse("")
            + "' was not fetched; there are "
            + ServerVersion.installed());
  }

  private List<String> understudy() {
    if (!program.isEmpty()) {
      return program;
    }
    Path target = Path.of(System.getProperty("understudy.root", "."), "app", "target");
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-Xmx192m",
        "-XX:MaxDirectMemorySize=1g",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "-jar",
        target.resolve("understudy.jar").toAbsolutePath().toString());
  }

  private Outcome run(Schedule schedule, Injector injector, Nodes nodes, Subject subject)
      throws IOException, InterruptedException {
    Random random = schedule.random();
    long resyncs = nodes.fullResyncs();
    Writers writers = new Writers(subject, schedule.number());
    writers.start();
    pause(QUIET_BEFORE);
    for (Schedule.Injection injection : schedule.injections()) {
      pause(injection.after());
      injector.inject(injection.fault(), random);
    }
    pause(schedule.healAfter());
    injector.heal();
    long healed = System.nanoTime();
    Optional<String> roles = await(() -> flawAfterHealing(injector, nodes, subject), HEAL_PATIENCE);
    writers.end();
    Duration left = HEAL_PATIENCE.minusNanos(System.nanoTime() - healed);
    Optional<String> flaw =
        roles.or(() -> await(nodes::flaw, left.isNegative() ? Duration.ZERO : left));
    long whole = System.nanoTime();
    boolean forced = false;
    if (flaw.isPresent()) {
      flaw = Optional.of(flaw.get() + "; " + subject.explanation());
      injector.tell(flaw.get());
      forced = force(injector, nodes, subject);
      awaitFlawless("all", () -> flaw(nodes, subject), LAST_PATIENCE);
    }
    // Without the gate, and where durability cannot be proven, a person is meant to decide.
    if (forced && (withoutBootGate || durability > 0)) {
      flaw = Optional.empty();
    }
    try (RespClient primary = Nodes.connect(nodes.primary().orElseThrow().host())) {
      Outcome outcome =
          Audit.of(
              schedule,
              writers.fates(),
              primary,
              whole - healed,
              flaw.orElse(""),
              forced || (durability == 0 && schedule.replacesPrimary()),
              forced);
      return outcome.planned(nodes.fullResyncs() - resyncs);
    }
  }

  private static Optional<String> flawAfterHealing(
      Injector injector, Nodes nodes, Subject subject) {
    try {
      injector.revive();
    } catch (IOException e) {
      return Optional.of(e.toString());
    }
    return nodes.flawOfRoles().or(subject::flaw);
  }

  private static boolean force(Injector injector, Nodes nodes, Subject subject) {
    try {
      return subject.decideAsOperator(nodes.fullest());
    } catch (IOException e) {
      injector.tell("forcing a failover: " + e.getMessage());
      return false;
    }
  }

  private static void writeOldKeys(Nodes nodes) throws IOException {
    try (RespClient primary = Nodes.connect(nodes.primary().orElseThrow().host())) {
      Audit.writeOldKeys(primary);
    }
  }

  private static Optional<String> flaw(Nodes nodes, Subject subject) {
    return nodes.flaw().or(subject::flaw);
  }

  /**
   * Looks again and again until nothing is wrong; what is wrong when patience ends, if anything.
   */
  private static Optional<String> await(Supplier<Optional<String>> flaw, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      Optional<String> found = flaw.get();
      if (found.isEmpty() || System.nanoTime() > end) {
        return found;
      }
      pause(POLL);
    }
  }

  private static void awaitFlawless(
      String what, Supplier<Optional<String>> flaw, Duration patience) {
    await(flaw, patience)
        .ifPresent(
            f -> {
              throw new IllegalStateException(
                  what + " is not well after " + patience.toSeconds() + " s: " + f);
            });
  }

  private static void pause(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static void tell(Path story, String line) {
    try {
      Files.writeString(
          story,
          LocalTime.now(ZoneOffset.UTC) + " " + line + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void showProgress(long began) {
    double seconds = (System.nanoTime() - began) / SECOND;
    long left = Math.round(seconds / tally.size() * (schedules - tally.size()));
    progress.printf(
        "\r%d of %d schedules (%d %%), %d violations, %d:%02d left   ",
        tally.size(),
        schedules,
        100 * tally.size() / schedules,
        tally.violations(),
        left / 60,
        left % 60);
    progress.flush();
  }

  private void report() {
    progress.println();
    if (tally.size() > 0) {
      System.out.print(tally.text());
    }
    System.out.flush();
  }
}
