package io.understudy.bench.costs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A tiny run of {@code bench/costs} on the classes that were just built; no time is judged. */
class CostsTest {
  private static final int DEADLINE_SECONDS = 300;

  @Test
  void shouldPrintARowWithPositiveNumbersForEachVariant() throws Exception {
    assumeTrue(isThere("redis-benchmark") && isThere("redis-server"), "no redis-tools here");

    Ended ended =
        run(
            List.of(
                java(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Costs.class.getName(),
                "--rounds",
                "1",
                "--round-seconds",
                "0.05",
                "--warm-up",
                "10000",
                "--commands",
                "GET",
                "--connections",
                "8",
                "--depths",
                "16",
                "--program",
                program()));

    // Two threads may miss their figure on a busy machine.
    assertThat(ended.code()).as(ended.said()).isBetween(0, 1);
    for (Variant variant : Variant.values()) {
      List<String[]> rows =
          ended
              .said()
              .lines()
              .map(line -> line.strip().split(" +", -1))
              .filter(words -> words[0].equals(variant.shown()))
              .toList();
      assertThat(rows).as(variant.shown() + " in " + ended.said()).hasSize(1);
      for (String[] row : rows) {
        for (int column = 1; column <= 5; column++) {
          assertThat(Double.parseDouble(row[column])).as(ended.said()).isPositive();
        }
      }
    }
  }

  @Test
  void shouldNameAllVariantsWhenOneIsUnknown() throws Exception {
    Ended ended =
        run(
            List.of(
                java(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Costs.class.getName(),
                "--only",
                "tls"));

    assertThat(ended.said()).contains("there is no 'tls'").contains("tls-listener");
    assertThat(ended.code()).isEqualTo(2);
  }

  private record Ended(int code, String said) {}

  private static Ended run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), said);
  }

  private static boolean isThere(String name) throws Exception {
    try {
      return run(List.of(name, "--version")).code() == 0;
    } catch (IOException e) {
      return false; // no such program
    }
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
        "-Xmx128m",
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
