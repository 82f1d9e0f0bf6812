package io.understudy.replication.stage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.understudy.replication.rdb.Value;
import io.understudy.replication.rdb.ValueKind;
import io.understudy.replication.stage.StreamStage.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentEdgeTest {
  private static final Contents HASHES_AND_LISTS =
      new Contents(Set.of(ValueKind.HASH, ValueKind.LIST), List.of());

  /** Values of keys that begin with {@code s} have their digits hidden. */
  private static final Contents HIDDEN =
      new Contents(
          Set.of(),
          List.of(
              new ValueRule(
                  KeyPattern.prefix("s"),
                  new DeclaredChange.Replacing(Pattern.compile("[0-9]"), "*"))));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HSET h f v                 | HSET h f v",
        "RPUSH l v                  | RPUSH l v",
        "SET k v                    | DEL k",
        "MSET k v j w               | DEL k j",
        "INCR k                     | ''",
        "SADD s v                   | ''",
        "XADD x 1-1 f v             | ''",
        "SUNIONSTORE d s1 s2        | DEL d",
        "ZUNIONSTORE d 2 z1 z2      | DEL d",
        "DEL h k                    | DEL h k",
        "PEXPIREAT k 17             | PEXPIREAT k 17",
        "LMOVE a b LEFT LEFT        | LMOVE a b LEFT LEFT",
        "PFCOUNT p                  | ''",
        "FLUSHALL                   | FLUSHALL",
      })
  void shouldKeepTypesThatAreAskedFor(String command, String left) {
    StageScript script = StageScript.of(HASHES_AND_LISTS);

    assertThat(script.give(command)).isEqualTo(new Outcome.Done());

    assertThat(script.left()).isEqualTo(left.isEmpty() ? "" : "SELECT 0; " + left);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RENAME a b                 | SELECT 0; DEL a | b",
        "COPY a b                   | ''              | b",
        "RESTORE a 0 payload        | ''              | a",
        "SORT s STORE l             | ''              | l",
      })
  void shouldReadWhatTellsNoType(String command, String left, String key) {
    StageScript script = StageScript.of(HASHES_AND_LISTS);

    assertThat(script.give(command)).isEqualTo(fetch(key));

    assertThat(script.left()).isEqualTo(left);
  }

  @Test
  void shouldLeaveOutValueThatIsReadAndOfAnotherType() {
    StageScript script = StageScript.of(HASHES_AND_LISTS);
    script.give("RENAME a b");
    script.left();

    script
        .stage()
        .fetched(
            new KeyName(0, Words.ascii("b")),
            List.of(
                Words.command("DEL", Words.ascii("b")),
                Words.command("SET", Words.ascii("b"), Words.ascii("v"))),
            io.understudy.replication.rdb.RdbTarget.OLDEST);

    assertThat(script.left()).isEqualTo("DEL b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SET s1 a1b2                | SET s1 a*b*",
        "SET s1 a1 PXAT 17          | SET s1 a* PXAT 17",
        "SET other 12               | SET other 12",
        "DEL s1                     | DEL s1",
        "HSET other f 12            | HSET other f 12",
        "XADD s1 1-1 f 12           | XADD s1 1-1 f 12",
      })
  void shouldChangeWhatIsWhole(String command, String left) {
    StageScript script = StageScript.of(HIDDEN);

    assertThat(script.give(command)).isEqualTo(new Outcome.Done());

    assertThat(script.left()).isEqualTo("SELECT 0; " + left);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "APPEND s1 12               | s1",
        "HSET s1 f 12               | s1",
        "SET s1 12 KEEPTTL          | s1",
        "SUNIONSTORE other s1 other2| other",
      })
  void shouldReadWhatIsOnlyPartOfValue(String command, String key) {
    StageScript script = StageScript.of(HIDDEN);

    assertThat(script.give(command)).isEqualTo(fetch(key));

    assertThat(script.left()).isEmpty();
  }

  @Test
  void shouldStopWhenRuleFails() {
    StageScript script =
        StageScript.of(
            new Contents(
                Set.of(),
                List.of(
                    new ValueRule(
                        KeyPattern.prefix(""),
                        (key, value) -> {
                          throw new IllegalStateException("a defect");
                        }))));

    assertThat(script.give("SET k v"))
        .isEqualTo(
            new Outcome.Stop(
                "the rule for the value of 'k' failed: java.lang.IllegalStateException: a defect"));
  }

  @Test
  void shouldDeleteKeyWhoseValueDoesNotFit() {
    StageScript script =
        StageScript.of(
            new Contents(
                Set.of(),
                List.of(
                    new ValueRule(
                        KeyPattern.prefix(""),
                        new DeclaredChange.Matching(Pattern.compile("^keep"))))));

    script.give("SET a keep-this");
    script.give("SET b other");

    assertThat(script.left()).isEqualTo("SELECT 0; SET a keep-this; DEL b");
  }

  @Test
  void shouldLeaveOutHashWithoutOtherFields() {
    var change = new DeclaredChange.WithoutFields(Set.of("password"));
    Value.Field password = new Value.Field(Words.ascii("password"), Words.ascii("x"), -1);
    Value.Field name = new Value.Field(Words.ascii("name"), Words.ascii("y"), -1);
    byte[] key = Words.ascii("k");

    assertThat(change.apply(key, new Value.Fields(List.of(password)))).isEmpty();
    assertThat(change.apply(key, new Value.Fields(List.of(password, name))))
        .isEqualTo(Optional.of(new Value.Fields(List.of(name))));
  }

  private static Outcome fetch(String key) {
    return new Outcome.Fetch(List.of(new KeyName(0, Words.ascii(key))));
  }
}
