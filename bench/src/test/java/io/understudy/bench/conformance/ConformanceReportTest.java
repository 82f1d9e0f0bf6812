package io.understudy.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the output of two runs of a suite amounts to. */
class ConformanceReportTest {
  private static final Checkout CHECKOUT = new Checkout(Path.of("."), "redis", "7.0.15");
  private static final String END =
      "                   The End\n\n\\o/ All tests passed without errors!\n";
  private static final String FAILED_END =
      "!!! WARNING The following tests failed:\n*** [err]: b\n";

  private static String unit(String name, String... lines) {
    return "Testing " + name + "\n" + String.join("\n", lines) + "\n";
  }

  private static String ok(String test) {
    return "[\u001b[0;32;49mok\u001b[0m]: " + test + " (3 ms)";
  }

  private static String err(String unit, String test) {
    return "[\u001b[0;31;49merr\u001b[0m]: " + test + " in tests/" + unit + ".tcl";
  }

  private static int compare(
      Map<String, String> known, String direct, String proxied, ByteArrayOutputStream out) {
    return new ConformanceReport(
            CHECKOUT,
            false,
            new KnownDifferences(known),
            SuiteResult.of(direct),
            SuiteResult.of(proxied))
        .print(new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  @Test
  void shouldFindNoDifferenceWhenTheSameTestsPass() {
    String run = unit("unit/a", ok("one (1) two"), ok("one (1) two"), "[ignore]: x: skipped") + END;
    var out = new ByteArrayOutputStream();
    assertThat(compare(Map.of(), run, run, out)).isZero();
    assertThat(SuiteResult.of(run).passed().keySet())
        .containsExactly("unit/a: one (1) two", "unit/a: one (1) two #2");
    assertThat(SuiteResult.of(run).ignored()).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("differences                      0");
  }

  @Test
  void shouldNameATestThatFailsOnlyThroughTheProxy() {
    String direct = unit("unit/a", ok("a"), ok("b")) + END;
    String proxied = unit("unit/a", ok("a"), err("unit/a", "b")) + FAILED_END;
    var out = new ByteArrayOutputStream();
    assertThat(compare(Map.of(), direct, proxied, out)).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("unit/a: b\n");
    assertThat(compare(Map.of("redis-7.0 unit/a: b", "right so"), direct, proxied, out)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("right so");
    assertThat(compare(Map.of("redis-8.0 unit/a: b", "else"), direct, proxied, out)).isEqualTo(1);
  }

  @Test
  void shouldBeBadWhenTheSuiteHangsThroughTheProxy() {
    String direct = unit("unit/a", ok("a")) + END;
    String hung = unit("unit/a", ok("a"), "[TIMEOUT]: clients state report follows.");
    assertThat(compare(Map.of(), direct, hung, new ByteArrayOutputStream())).isEqualTo(1);
  }

  @Test
  void shouldRefuseADifferenceWithoutAReason(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("differences.txt");
    Files.writeString(file, "# a comment\n\nredis-7.0 unit/a: b => because\n");
    assertThat(KnownDifferences.read(file).reason("redis-7.0", "unit/a: b")).isEqualTo("because");
    Files.writeString(file, "redis-7.0 unit/a: b\n");
    assertThatThrownBy(() -> KnownDifferences.read(file))
        .hasMessageContaining("differences.txt:1: write RELEASE UNIT: NAME => REASON");
  }

  @Test
  void shouldSayWhatIsWrongWithACheckout(@TempDir Path folder) throws IOException {
    assertThatThrownBy(() -> Checkout.of(folder)).hasMessageContaining("is no checkout");
    Files.createDirectories(folder.resolve("src"));
    Path run = Files.writeString(folder.resolve("runtest"), "");
    assertThat(run.toFile().setExecutable(true)).isTrue();
    Files.writeString(
        folder.resolve("src/version.h"),
        "#define VALKEY_VERSION \"8.0.1\"\n#define REDIS_VERSION \"7.2.4\"\n");
    assertThat(Checkout.of(folder).release()).isEqualTo("valkey-8.0");
  }
}
