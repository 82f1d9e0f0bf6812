package io.understudy.bench.costs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.bench.measure.CommandProcess;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A tiny run of {@code bench/costs} on the classes that were just built; no time is judged. */
class CostsTest {
  private static final int[] RATIOS = {1, 2};
  private static final int[] AMOUNTS = {3, 4, 5};
  private static final int REPLICA_COLUMN = 7;

  @Test
  void shouldPrintARowOfNumbersForEachVariant() throws Exception {
    assumeTrue(isThere("redis-benchmark") && isThere("redis-server"), "no redis-tools here");

    CommandProcess.Ended ended =
        CommandProcess.run(
            CommandProcess.words(
                Costs.class,
                "--rounds",
                "1",
                "--round-seconds",
                "0.05",
                "--warm-up",
                "10000",
                "--commands",
                "GET,SET+GET",
                "--connections",
                "8",
                "--depths",
                "16",
                "--program",
                CommandProcess.understudy()));

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
      assertThat(rows)
          .as(variant.shown() + " in " + ended.said())
          .hasSize(variant.hasReplica() ? 2 : 1);
      assertThat(rows.getFirst()[REPLICA_COLUMN])
          .as(variant.shown() + " in " + ended.said())
          .matches(variant.readsReplica() ? "\\d+" : "-");
      for (String[] row : rows) {
        // A ratio may be rounded to nothing when the machine does much else.
        for (int column : RATIOS) {
          assertThat(Double.parseDouble(row[column])).as(ended.said()).isNotNegative();
        }
        for (int column : AMOUNTS) {
          assertThat(Double.parseDouble(row[column])).as(ended.said()).isPositive();
        }
      }
    }
  }

  @Test
  void shouldNameAllVariantsWhenOneIsUnknown() throws Exception {
    CommandProcess.Ended ended =
        CommandProcess.run(CommandProcess.words(Costs.class, "--only", "tls"));

    assertThat(ended.said()).contains("there is no 'tls'").contains("tls-listener");
    assertThat(ended.code()).isEqualTo(2);
  }

  private static boolean isThere(String name) throws Exception {
    try {
      return CommandProcess.run(List.of(name, "--version")).code() == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }
}
