package io.understudy.bench.outage;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.bench.measure.CommandProcess;
import io.understudy.testkit.ServerVersion;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A small run of {@code bench/outage} on the classes that were just built; no time is judged. */
class OutageTest {
  private static final int FIRST_COUNT = 4;

  @ParameterizedTest
  @EnumSource
  void shouldPrintWhatClientsSaw(Change change) throws Exception {
    String server = ServerVersion.usual().toString();

    CommandProcess.Ended ended =
        CommandProcess.run(
            CommandProcess.words(
                Outage.class,
                "--change",
                change.text(),
                "--rounds",
                "2",
                "--servers",
                server,
                "--program",
                CommandProcess.understudy()));

    // A time may be missed on a busy machine; no promise may be.
    assertThat(ended.code()).as(ended.said()).isBetween(0, 1);
    // What shows progress stands before it, on the same line.
    String row =
        ended
            .said()
            .lines()
            .filter(line -> line.contains(server))
            .map(line -> line.substring(line.lastIndexOf(server)))
            .findFirst()
            .orElseThrow();
    List<Long> counts =
        List.of(row.strip().split(" +", -1)).stream()
            .skip(FIRST_COUNT - 1)
            .map(Long::parseLong)
            .toList();
    assertThat(counts.getFirst()).as("acknowledged: " + row).isPositive();
    long unknown = change == Change.SWITCHOVER ? 0 : counts.get(1);
    assertThat(counts.subList(1, counts.size()))
        .as(row)
        .containsExactly(unknown, 0L, change == Change.SWITCHOVER ? 0L : counts.get(3), 0L, 0L);
  }

  @Test
  void shouldNameTheChangesWhenOneIsUnknown() throws Exception {
    CommandProcess.Ended ended =
        CommandProcess.run(CommandProcess.words(Outage.class, "--change", "crash"));

    assertThat(ended.said()).contains("'crash' is neither switchover nor kill");
    assertThat(ended.code()).isEqualTo(2);
  }
}
