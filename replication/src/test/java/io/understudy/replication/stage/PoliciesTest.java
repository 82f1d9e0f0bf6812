package io.understudy.replication.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.stage.Policies.Passage;
import io.understudy.replication.stage.Policies.Uncuttable;
import io.understudy.replication.stage.StreamStage.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoliciesTest {
  /** Keys that begin with {@code in} are kept. */
  private static final Selection IN = Selection.of(KeyPattern.prefix("in"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RENAME out1 in1              | RENAME out1 is left out, which has keys on both sides of"
            + " the filter",
        "SUNIONSTORE in1 in2 out1     | SUNIONSTORE in1 is left out, which has keys on both sides"
            + " of the filter",
        "NOSUCH in1                   | NOSUCH is left out: the source sent NOSUCH, a command that"
            + " neither is known here nor tells its keys in the source's COMMAND",
      })
  void shouldLeaveOutAndTellWhatCannotBeCut(String command, String told) {
    List<String> lost = new ArrayList<>();
    StageScript script = StageScript.of(IN, policies(Uncuttable.WARN), lost);

    assertThat(script.give(command)).isEqualTo(new Outcome.Done());

    assertThat(script.left()).isEmpty();
    assertThat(lost).containsExactly(told);
  }

  @ParameterizedTest
  @CsvSource({"RENAME out1 in1", "SUNIONSTORE in1 in2 out1", "LMPOP 2 in1 out1 LEFT"})
  void shouldStopWhereValueWouldBeReadElse(String command) {
    StageScript script = StageScript.of(IN, policies(Uncuttable.FAIL), new ArrayList<>());

    assertThat(script.give(command)).isInstanceOf(Outcome.Stop.class);
  }

  @ParameterizedTest
  @CsvSource({"DEL in1 out1", "RENAME in1 out1", "SMOVE out1 in1 m", "SUNIONSTORE out1 in1"})
  void shouldCutWhatCanBeCutWhateverThePolicy(String command) {
    List<String> lost = new ArrayList<>();
    StageScript warning = StageScript.of(IN, policies(Uncuttable.WARN), lost);
    StageScript failing = StageScript.of(IN, policies(Uncuttable.FAIL), new ArrayList<>());

    assertThat(warning.give(command)).isEqualTo(new Outcome.Done());
    assertThat(failing.give(command)).isEqualTo(new Outcome.Done());
    assertThat(lost).isEmpty();
  }

  /** It is no fault of the filter that a value is on its way. */
  @Test
  void shouldReadValuesThatDependOnOneThatIsReadWhateverThePolicy() {
    StageScript script = StageScript.of(IN, policies(Uncuttable.FAIL), new ArrayList<>());
    script.stage().fence(List.of(name("in1")));

    assertThat(script.give("SUNIONSTORE in2 in1 in3"))
        .isEqualTo(new Outcome.Fetch(List.of(name("in2"))));
  }

  @ParameterizedTest
  @CsvSource({"PUBLISH news hello", "SPUBLISH news hello"})
  void shouldLeaveOutMessagesWhenTold(String command) {
    var policies = new Policies(Uncuttable.FETCH, Passage.DROP, Passage.PASS);
    StageScript script = StageScript.of(Selection.EVERYTHING, policies, new ArrayList<>());

    script.give(command);
    script.give("FUNCTION FLUSH");

    assertThat(script.left()).isEqualTo("SELECT 0; FUNCTION FLUSH");
  }

  @Test
  void shouldLeaveOutFunctionsWhenTold() {
    var policies = new Policies(Uncuttable.FETCH, Passage.PASS, Passage.DROP);
    StageScript script = StageScript.of(Selection.EVERYTHING, policies, new ArrayList<>());

    script.give("FUNCTION LOAD code");
    script.give("PUBLISH news hello");

    assertThat(script.left()).isEqualTo("SELECT 0; PUBLISH news hello");
  }

  private static Policies policies(Uncuttable uncuttable) {
    return new Policies(uncuttable, Passage.PASS, Passage.PASS);
  }

  private static KeyName name(String key) {
    return new KeyName(0, key.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
  }
}
