package io.understudy.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.bench.measure.CommandProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few schedules of {@code chaos/run}, on the classes that were just built. */
class ChaosTest {
  private static final List<String> ISOLATED =
      List.of("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc");

  @TempDir private Path logs;

  @Test
  void shouldKeepEveryPromiseInAFewSchedules() throws Exception {
    assumeTrue(canIsolate(), "network namespaces cannot be made here");

    CommandProcess.Ended ended =
        CommandProcess.run(
            chaos(
                "--schedules",
                "3",
                "--faults",
                "minority-side,keeper-kill-in-failover,primary-empty",
                "--program",
                CommandProcess.understudy()));

    assertThat(ended.said()).contains("3 schedules, 0 invariants violated");
    assertThat(ended.code()).isZero();
  }

  @Test
  void shouldFindWhatSentinelLosesInAPartition() throws Exception {
    assumeTrue(canIsolate(), "network namespaces cannot be made here");

    CommandProcess.Ended ended =
        CommandProcess.run(
            chaos("--schedules", "1", "--subject", "sentinel", "--faults", "primary-empty"));

    assertThat(ended.said())
        .contains("VIOLATION in schedule 0")
        .contains("data from before the first fault is gone");
    assertThat(ended.code()).isEqualTo(1);
  }

  private static boolean canIsolate() throws Exception {
    List<String> probe = new ArrayList<>(ISOLATED);
    probe.addAll(
        List.of(
            "sh",
            "-c",
            "mkdir -p /run/netns && mount -t tmpfs none /run/netns && ip netns add probe"));
    try {
      return CommandProcess.run(probe).code() == 0;
    } catch (IOException e) {
      return false; // no such programs
    }
  }

  private List<String> chaos(String... arguments) {
    List<String> command = new ArrayList<>(ISOLATED);
    command.addAll(CommandProcess.words(Chaos.class, "--logs", logs.toString()));
    command.addAll(List.of(arguments));
    return command;
  }
}
