package io.understudy.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GatheringTest {
  private final Gathering gathering = new Gathering();

  @Test
  void shouldNotLetCommandsWaitWhenTheNodeHasNothingToDo() {
    gathering.add(30);
    gathering.addRun(3);

    assertThat(gathering.canWait(3)).isFalse();
  }

  @Test
  void shouldLetCommandsWaitWhileOthersThatWereWrittenAreUnanswered() {
    gathering.addRun(5);
    gathering.written();
    gathering.addRun(3);

    assertThat(gathering.canWait(8)).isTrue();
    assertThat(gathering.canWait(4)).isTrue();
    assertThat(gathering.canWait(3)).isFalse();
  }

  @Test
  void shouldNotLetBytesWaitWhenNobodyCountsCommands() {
    gathering.add(10);

    assertThat(gathering.canWait(0)).isFalse();
  }

  @Test
  void shouldBeFullAfterManyRunsHoweverShort() {
    for (int run = 1; run < Gathering.MOST_RUNS; run++) {
      gathering.add(1);
      gathering.addRun(1);
    }
    assertThat(gathering.isFull()).isFalse();

    gathering.addRun(1);
    assertThat(gathering.isFull()).isTrue();

    gathering.written();
    assertThat(gathering.isFull()).isFalse();
  }

  @Test
  void shouldBeFullAfterManyBytesHoweverFewRuns() {
    gathering.add(Gathering.MOST_BYTES - 1);
    assertThat(gathering.isFull()).isFalse();

    gathering.add(1);
    assertThat(gathering.isFull()).isTrue();
  }
}
