package io.understudy.app.demo;

import io.understudy.app.rest.GroupReport;
import io.understudy.app.wiring.News;
import io.understudy.app.wiring.StartException;
import io.understudy.topology.Address;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** The demo for a visitor: a screen that is redrawn, and keys that break things. */
final class InteractiveDemo {
  private static final Duration FRAME = Duration.ofMillis(100);
  private static final int FRAMES_PER_RESIZE = 20;
  private static final int FRAMES_PER_AUDIT = 20;
  private static final int FRAMES_PER_PLAIN_LINE = 50;

  /** About a minute of writes is kept before it is looked up and removed. */
  private static final int WINDOWS_KEPT = 60;

  private static final int MAX_NEWS = 100;

  /** A pause shorter than this is not worth a word on the screen. */
  private static final long WORTH_SHOWING_MILLIS = 100;

  private final Optional<String> server;
  private final int port;
  private final PrintStream out;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final ThreadFactory threads;
  private final DateTimeFormatter time =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());
  private final Deque<String> news = new ArrayDeque<>();
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private volatile boolean plain = true;

  InteractiveDemo(
      Optional<String> server,
      int port,
      PrintStream out,
      InstantSource clock,
      LongSupplier nanos,
      ThreadFactory threads) {
    this.server = server;
    this.port = port;
    this.out = out;
    this.clock = clock;
    this.nanos = nanos;
    this.threads = threads;
  }

  /** Runs until the visitor quits; without a terminal, until the process is ended. */
  void run() throws StartException {
    say("starting three servers, and Understudy in front of them");
    try (Stage stage = Stage.open(server, port, this::tell, nanos, threads)) {
      stage.awaitPrimary();
      stage.startWriting();
      say(
          "clients connect to "
              + stage.address()
              + "; in another terminal: understudy status -a "
              + stage.admin());
      Optional<Terminal> terminal = Terminal.open(out, System.in);
      if (terminal.isEmpty()) {
        print(stage);
        return;
      }
      Runtime.getRuntime().addShutdownHook(threads.newThread(terminal.get()::close));
      plain = false;
      try {
        show(stage, terminal.get());
      } finally {
        terminal.get().close();
      }
    }
  }

  private void show(Stage stage, Terminal terminal) {
    long begunNanos = nanos.getAsLong();
    Terminal.Size size = terminal.size();
    Thread auditor = auditor(stage);
    auditor.start();
    for (long frame = 0; ; frame++) {
      for (Optional<Character> key = terminal.key(); key.isPresent(); key = terminal.key()) {
        if (key.get() == 'q') {
          auditor.interrupt();
          return;
        }
        press(stage, key.get());
      }
      if (frame % FRAMES_PER_RESIZE == 0) {
        size = terminal.size();
      }
      terminal.draw(new Screen(size).draw(scene(stage, begunNanos)));
      LockSupport.parkNanos(FRAME.toNanos());
    }
  }

  private void print(Stage stage) {
    Thread auditor = auditor(stage);
    auditor.start();
    for (long frame = 1; !Thread.currentThread().isInterrupted(); frame++) {
      LockSupport.parkNanos(FRAME.toNanos());
      if (frame % FRAMES_PER_PLAIN_LINE == 0) {
        WriteLog.Sums sums = stage.log().sums();
        say(
            String.format(
                Locale.ROOT,
                "primary %s, acknowledged %d, failed %d, unknown %d, longest pause %d ms",
                stage.report().primary().orElse("none"),
                sums.acknowledged(),
                sums.failed(),
                sums.unknown(),
                sums.longestPauseNanos() / 1_000_000));
      }
    }
    auditor.interrupt();
  }

  /** Looks old writes up in the background, because a lookup waits when there is no primary. */
  private Thread auditor(Stage stage) {
    return threads.newThread(
        () -> {
          Auditor auditor = new Auditor(stage.address(), stage.log());
          while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(FRAME.toNanos() * FRAMES_PER_AUDIT);
            try {
              auditor.audit(WINDOWS_KEPT);
            } catch (IOException e) {
              // There is no primary now; the same writes are looked up next time.
            }
          }
        });
  }

  private void press(Stage stage, char key) {
    try {
      switch (key) {
        case 'k' -> kill(stage);
        case 's' -> freezeOrThaw(stage);
        case 'r' -> restart(stage, false);
        case 'e' -> {
          if (stage.servers().stream().noneMatch(s -> s.state() == DemoServer.State.DEAD)) {
            kill(stage);
          }
          restart(stage, true);
        }
        default -> say("no such key: k s r e q");
      }
    } catch (IOException e) {
      say("that did not work: " + e.getMessage());
    }
  }

  private void kill(Stage stage) throws IOException {
    Optional<DemoServer> primary = stage.primary();
    if (primary.isEmpty()) {
      say("there is no primary to kill");
      return;
    }
    stage.log().forgetPause();
    say("YOU: kill -9 " + primary.get().address());
    primary.get().kill();
  }

  private void freezeOrThaw(Stage stage) throws IOException {
    for (DemoServer each : stage.servers()) {
      if (each.state() == DemoServer.State.FROZEN) {
        say("YOU: kill -CONT " + each.address());
        each.thaw();
        return;
      }
    }
    Optional<DemoServer> primary = stage.primary();
    if (primary.isPresent()) {
      stage.log().forgetPause();
      say("YOU: kill -STOP " + primary.get().address());
      primary.get().freeze();
    }
  }

  private void restart(Stage stage, boolean empty) throws IOException {
    for (DemoServer each : stage.servers()) {
      if (each.state() == DemoServer.State.DEAD) {
        say("YOU: restart " + each.address() + (empty ? " with no data" : ""));
        if (empty) {
          each.restartEmpty();
        } else {
          each.restart();
        }
        return;
      }
    }
    say("no server is dead; k kills one");
  }

  /** One decision is told once, however many kinds of news it is. */
  private void tell(News item) {
    String text = item.rule() + ": " + item.text();
    if (told.add(text)) {
      say(text);
    }
    if (told.size() > MAX_NEWS) {
      told.clear();
    }
  }

  private void say(String text) {
    String line = time.format(clock.instant()) + "  " + text;
    synchronized (news) {
      if (news.size() == MAX_NEWS) {
        news.removeFirst();
      }
      news.addLast(line);
    }
    if (plain) {
      out.println(line);
    }
  }

  private Scene scene(Stage stage, long begunNanos) {
    GroupReport report = stage.report();
    long now = nanos.getAsLong();
    List<Scene.Server> servers = new ArrayList<>();
    for (DemoServer each : stage.servers()) {
      servers.add(server(each, report));
    }
    List<Long> recent = new ArrayList<>();
    for (long count : stage.log().recent(now, 60)) {
      recent.add(count);
    }
    Optional<Long> waiting =
        stage
            .log()
            .lastAck()
            .map(ack -> (now - ack) / 1_000_000)
            .filter(ms -> ms >= WORTH_SHOWING_MILLIS);
    List<String> lines;
    synchronized (news) {
      lines = List.copyOf(news);
    }
    return new Scene(
        stage.serverName(),
        stage.address().toString(),
        stage.admin().toString(),
        (now - begunNanos) / 1_000_000_000,
        report.epoch(),
        report.rule(),
        report.reason(),
        servers,
        stage.log().sums(),
        2 * recent.getLast(),
        recent,
        waiting,
        lines);
  }

  private static Scene.Server server(DemoServer server, GroupReport report) {
    Address address = server.address();
    Optional<GroupReport.NodeReport> node =
        report.nodes().stream().filter(n -> n.address().equals(address.toString())).findFirst();
    return new Scene.Server(
        address.toString(),
        server.state(),
        node.map(GroupReport.NodeReport::role).orElse("unknown"),
        report.primary().equals(Optional.of(address.toString())),
        node.map(GroupReport.NodeReport::offset)
            .filter(offset -> offset.isPresent())
            .map(offset -> String.format(Locale.ROOT, "%,d", offset.getAsLong()))
            .orElse("-"),
        node.map(n -> n.link().isEmpty() ? n.health() : n.link()).orElse("not seen yet"));
  }
}
