package io.understudy.failover.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.view.NodeFacts;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What stays of a series of readings. */
class RunMemoryTest {
  private static final String FIRST = "1111111111111111111111111111111111111111";
  private static final String SECOND = "2222222222222222222222222222222222222222";

  private final RunMemory memory = new RunMemory();

  @Test
  void shouldKeepTheNewerOfTwoReadingsWhicheverComesLast() {
    take(FIRST, 10, 200);
    take(FIRST, 1, 100);

    assertThat(memory.facts().map(NodeFacts::pingSeconds)).contains(OptionalLong.of(10));
    assertThat(memory.facts().map(NodeFacts::askedNanos)).contains(200L);
  }

  @Test
  void shouldNotTakeALateReadingForTheRunThatCameAfter() {
    take(FIRST, 1, 100);
    take(SECOND, 1, 300);
    take(FIRST, 1, 200);

    assertThat(memory.facts().map(f -> f.runId().value())).contains(SECOND);
  }

  private void take(String runId, long pingSeconds, long askedNanos) {
    memory.take(
        InfoText.parse("run_id:" + runId + "\r\nrole:master\r\nredis_version:7.0.15\r\n"),
        MarkReading.UNREADABLE,
        new RunMemory.Settings(
            OptionalLong.empty(), OptionalLong.of(pingSeconds), Optional.empty(), Optional.empty()),
        Optional.empty(),
        askedNanos);
  }
}
