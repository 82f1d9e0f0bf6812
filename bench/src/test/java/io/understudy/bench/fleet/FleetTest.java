package io.understudy.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.bench.measure.CommandProcess;
import org.junit.jupiter.api.Test;

/** A small run of {@code bench/fleet} on the classes that were just built; no time is judged. */
class FleetTest {
  @Test
  void shouldSeeEveryGroupServedAgain() throws Exception {
    CommandProcess.Ended ended =
        CommandProcess.run(
            CommandProcess.words(
                Fleet.class,
                "--groups",
                "6",
                "--dying",
                "2",
                "--settle",
                "0",
                "--idle",
                "1",
                "--program",
                CommandProcess.understudy()));

    // Either limit may be missed on a busy machine.
    assertThat(ended.code()).as(ended.said()).isBetween(0, 1);
    assertThat(ended.said()).contains("6 groups of 2").contains("| k3 | ").contains("| last | ");
  }
}
