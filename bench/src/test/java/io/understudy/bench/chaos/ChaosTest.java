package io.understudy.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few schedules of {@code chaos/run}, on the classes that were just built. */
class ChaosTest {
  private static final int DEADLINE_SECONDS = 300;
  private static final List<String> ISOLATED =
      List.of("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc");

  @TempDir private Path logs;

  @Test
  void shouldKeepEveryPromiseInAFewSchedules() throws Exception {
    assumeTrue(canIsolate(), "network namespaces cannot be made here");

    Ended ended =
        run(
            chaos(
                "--schedules",
                "3",
                "--faults",
                "minority-side,keeper-kill-in-failover,primary-empty",
                "--program",
                program()));

    assertThat(ended.said()).contains("3 schedules, 0 invariants violated");
    assertThat(ended.code()).isZero();
  }

  @Test
  void shouldFindWhatSentinelLosesInAPartition() throws Exception {
    assumeTrue(canIsolate(), "network namespaces cannot be made here");

    Ended ended =
        run(chaos("--schedules", "1", "--subject", "sentinel", "--faults", "primary-empty"));

    assertThat(ended.said())
        .contains("VIOLATION in schedule 0")
        .contains("data from before the first fault is gone");
    assertThat(ended.code()).isEqualTo(1);
  }

  private record Ended(int code, String said) {}

  private static Ended run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), said);
  }

  private static boolean canIsolate() throws Exception {
    List<String> probe = new ArrayList<>(ISOLATED);
    probe.addAll(
        List.of(
            "sh",
            "-c",
            "mkdir -p /run/netns && mount -t tmpfs none /run/netns && ip netns add probe"));
    try {
      return run(probe).code() == 0;
    } catch (IOException e) {
      return false; // no such programs
    }
  }

  private List<String> chaos(String... arguments) {
    List<String> command = new ArrayList<>(ISOLATED);
    command.addAll(
        List.of(
            java(),
            "-XX:+UseSerialGC",
            "-Dunderstudy.root=" + System.getProperty("understudy.root", ".."),
            "-cp",
            System.getProperty("java.class.path"),
            Chaos.class.getName(),
            "--logs",
            logs.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static String program() {
    // The measurements' own logger, which writes nothing, would be found before the program's.
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !entry.contains("slf4j-nop"))
            .collect(Collectors.joining(File.pathSeparator));
    return String.join(
        " ",
        java(),
        "-XX:+UseSerialGC",
        "-Xmx192m",
        "-XX:MaxDirectMemorySize=1g",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        classPath,
        "io.understudy.app.Main");
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
