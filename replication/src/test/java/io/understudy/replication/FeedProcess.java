package io.understudy.replication;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.sink.FeedOptions;
import io.understudy.replication.source.SourceOptions;
import io.understudy.replication.stage.Contents;
import io.understudy.replication.stage.Policies;
import io.understudy.replication.stage.Rename;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/** A process of its own that feeds parts of a source, to be killed by tests. */
final class FeedProcess {
  private static final int BACKLOG_BYTES = 32 << 20;
  private static final int MAX_COMMAND_BYTES = 64 << 20;

  private final Process process;

  private FeedProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts it.
   *
   * @param feeds for each where it listens and which keys it has, in turn
   */
  static FeedProcess start(Address source, Path state, List<String> feeds) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                FeedProcess.class.getName(),
                source.toString(),
                state.toString()));
    command.addAll(feeds);
    return new FeedProcess(new ProcessBuilder(command).inheritIO().start());
  }

  /** Ends it as a crash would. */
  void kill9() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Runs until it is killed. */
  public static void main(String[] arguments) throws Exception {
    List<FeedPlan> feeds = new ArrayList<>();
    for (int i = 2; i < arguments.length; i += 2) {
      feeds.add(
          new FeedPlan(
              Address.parse(arguments[i]),
              Rig.keys(arguments[i + 1]),
              Contents.ALL,
              Rename.NONE,
              Policies.DEFAULT,
              arguments[i + 1],
              BACKLOG_BYTES,
              BACKLOG_BYTES,
              new FeedOptions(
                  Optional.empty(),
                  Duration.ofMillis(500),
                  Duration.ofSeconds(60),
                  Duration.ofMillis(100)),
              Optional.empty(),
              RdbTarget.Loss.REFUSED,
              Optional.empty()));
    }
    SourcePlan plan =
        new SourcePlan(
            "test",
            SourceOptions.of(
                Address.parse(arguments[0]), Optional.empty(), feeds.getFirst().listen().port()),
            feeds,
            Duration.ofMillis(300),
            Optional.of(Path.of(arguments[1])),
            MAX_COMMAND_BYTES);
    Replication running =
        Replication.start(
            List.of(plan), new Random(ProcessHandle.current().pid()), System::nanoTime);
    new CountDownLatch(1).await();
    running.close();
  }
}
