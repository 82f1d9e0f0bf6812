package io.understudy.failover.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.Operation;
import io.understudy.topology.Epoch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordTextTest {
  /** Written by the first program that had this format, in the middle of a failover. */
  @Test
  void shouldReadAJournalThatAnEarlierProgramWrote() throws IOException {
    GroupJournal journal = RecordText.read(earlier(), GroupJournal.class);

    assertThat(journal.group()).isEqualTo("orders");
    assertThat(journal.published().reason()).startsWith("caf\u00e9 \"quoted\" \\ ; ");
    assertThat(journal.operation().orElseThrow().phase()).isEqualTo(Operation.Phase.PROMOTE);
    assertThat(journal.orders()).isNotEmpty();
    assertThat(journal.entries()).isNotEmpty();
    assertThat(journal.epoch()).isGreaterThan(new Epoch(1));
    assertThat(RecordText.read(RecordText.write(journal), GroupJournal.class)).isEqualTo(journal);
  }

  @Test
  void shouldWriteOneLineOfAscii() throws IOException {
    String text = RecordText.write(RecordText.read(earlier(), GroupJournal.class));

    assertThat(text).matches("[ -~]*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"number\":}",
        "{\"number\":1} {}",
        "{\"number\":1,\"number\":2}",
        "{\"number\":1.5}",
        "{\"number\":99999999999999999999}",
        "{\"number\":\"1\"}",
        "{\"other\":1}",
        "{\"number\":1,\"other\":1}",
        "{\"number\":-1}"
      })
  void shouldRefuseWhatDescribesSomethingElse(String text) {
    assertThatThrownBy(() -> RecordText.read(text, Epoch.class))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldRefuseTextThatNestsWithoutEnd() {
    assertThatThrownBy(() -> RecordText.read("[".repeat(1_000_000), Epoch.class))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String earlier() throws IOException {
    try (InputStream in = RecordTextTest.class.getResourceAsStream("/journal-of-format-1.json")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
