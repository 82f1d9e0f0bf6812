package io.understudy.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.ProgramProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unattended demo as a stranger runs it, on the server that is shipped. */
class DemoOnceTest {
  @TempDir private Path folder;

  @Test
  void shouldSurviveDeathAndReturnOfThePrimary() throws Exception {
    var ended = ProgramProcess.run(folder, "demo", "--once", "--server", "embedded");

    assertThat(ended.out())
        .containsPattern("(?m)^failed +0$")
        .containsPattern("(?m)^acknowledged but lost +0$")
        .containsPattern("(?m)^run twice +0$")
        .containsPattern("(?m)^longest pause a client saw +[0-9.]+ ms$")
        .containsPattern("(?m)^  noticed +[0-9.]+ ms$")
        .containsPattern("(?m)^  replicas gated +[0-9.]+ ms$")
        .containsPattern("(?m)^  failover decided +[0-9.]+ ms$")
        .containsPattern("(?m)^  replica promoted +[0-9.]+ ms$")
        .containsPattern("(?m)^  new primary published +[0-9.]+ ms$")
        .containsPattern("(?m)^  first write acknowledged +[0-9.]+ ms$")
        .containsPattern("(?m)^  old primary back as replica, after its restart +[0-9.]+ ms$")
        .endsWith(
            "GOOD: nothing failed, nothing was lost, nothing ran twice, one primary is left\n");
    assertThat(ended.err()).isEmpty();
    assertThat(ended.exitCode()).isZero();
  }

  @Test
  void shouldSummariseSeveralRoundsAndLeaveNothingBehind() throws Exception {
    long before = leftovers();

    var ended =
        ProgramProcess.run(folder, "demo", "--once", "--rounds", "2", "--server", "embedded");

    assertThat(ended.out())
        .containsPattern("(?m)^2 rounds +min +median +max$")
        .containsPattern("(?m)^longest pause a client saw, ms +[0-9.]+ +[0-9.]+ +[0-9.]+$");
    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
    assertThat(leftovers()).isLessThanOrEqualTo(before);
  }

  private static long leftovers() throws Exception {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(f -> f.getFileName().toString().startsWith("understudy-demo-")).count();
    }
  }
}
