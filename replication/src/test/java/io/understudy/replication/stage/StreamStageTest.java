package io.understudy.replication.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.stage.StreamStage.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamStageTest {
  /** Keys that begin with {@code in} are kept. */
  private static final Selection IN = Selection.of(KeyPattern.prefix("in"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SET in1 v                        | SET in1 v",
        "SET out1 v                       | ''",
        "set in1 v PXAT 1700000000000     | set in1 v PXAT 1700000000000",
        "DEL in1 out1 in2                 | DEL in1 in2",
        "UNLINK out1 in1                  | UNLINK in1",
        "DEL out1 out2                    | ''",
        "MSET in1 a out1 b in2 c          | MSET in1 a in2 c",
        "MSETNX in1 a out1 b              | MSET in1 a",
        "MSETEX 2 in1 a out1 b PXAT 17    | MSETEX 1 in1 a PXAT 17",
        "SMOVE in1 in2 m                  | SMOVE in1 in2 m",
        "SMOVE in1 out1 m                 | SREM in1 m",
        "SMOVE out1 in1 m                 | SADD in1 m",
        "RENAME in1 in2                   | RENAME in1 in2",
        "RENAME in1 out1                  | DEL in1",
        "RENAMENX out1 out2               | ''",
        "COPY in1 out1                    | ''",
        "COPY in1 in2 REPLACE             | COPY in1 in2 REPLACE",
        "LMOVE in1 out1 LEFT RIGHT        | LPOP in1",
        "LMOVE in1 out1 RIGHT LEFT        | RPOP in1",
        "RPOPLPUSH in1 out1               | RPOP in1",
        "SUNIONSTORE out1 in1 in2         | ''",
        "SUNIONSTORE in1 in2 in3          | SUNIONSTORE in1 in2 in3",
        "ZUNIONSTORE in1 2 in2 in3        | ZUNIONSTORE in1 2 in2 in3",
        "BITOP AND in1 in2 in3            | BITOP AND in1 in2 in3",
        "SORT in1 STORE in2               | SORT in1 STORE in2",
        "SORT in1 STORE out2              | ''",
        "PFCOUNT in1 in2                  | PFCOUNT in1 in2",
        "PFCOUNT in1 out2                 | ''",
        "FLUSHALL                         | FLUSHALL",
        "FLUSHDB ASYNC                    | FLUSHDB ASYNC",
        "SWAPDB 0 1                       | SWAPDB 0 1",
        "PUBLISH news hello               | PUBLISH news hello",
        "PUBLISH __sentinel__:hello x     | ''",
        "FUNCTION FLUSH                   | FUNCTION FLUSH",
        "XGROUP CREATE in1 g $            | XGROUP CREATE in1 g $",
        "XGROUP CREATE out1 g $           | ''",
        "MOVE in1 3                       | MOVE in1 3",
      })
  void shouldLeaveOnlyWhatIsKept(String command, String left) {
    StageScript script = StageScript.of(IN);

    assertThat(script.give(command)).isEqualTo(new Outcome.Done());

    assertThat(script.left()).isEqualTo(left.isEmpty() ? "" : "SELECT 0; " + left);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RENAME out1 in1                  | in1",
        "COPY out1 in1                    | in1",
        "LMOVE out1 in1 LEFT RIGHT        | in1",
        "SUNIONSTORE in1 in2 out1         | in1",
        "ZRANGESTORE in1 out1 0 -1        | in1",
        "BITOP OR in1 in2 out3            | in1",
        "PFMERGE in1 out1                 | in1",
        "SORT out1 STORE in1              | in1",
        "SORT in2 BY w_* STORE in1        | in1",
        "GEORADIUS out1 1 2 3 km STORE in1| in1",
        "GEOSEARCHSTORE in1 out1          | in1",
        "LMPOP 2 out1 in1 LEFT            | in1",
      })
  void shouldFetchValueThatComesFromOutside(String command, String key) {
    StageScript script = StageScript.of(IN);

    assertThat(script.give(command)).isEqualTo(new Outcome.Fetch(List.of(name(key))));

    assertThat(script.left()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NOSUCH in1               | the source sent NOSUCH, a command that neither is known here"
            + " nor tells its keys in the source's COMMAND",
        "EVAL script 1 in1        | the source replicates scripts as they are called, not what they"
            + " do",
        "TRIMSLOTS RANGES 1 0 1   | nobody can tell which keys TRIMSLOTS changes",
        "MOVE in1 nowhere         | nowhere is not a database",
      })
  void shouldStopWhenNobodyKnowsWhatIsRight(String command, String reason) {
    assertThat(StageScript.of(IN).give(command)).isEqualTo(new Outcome.Stop(reason));
  }

  @Test
  void shouldPassEverythingWhenNothingIsLeftOut() {
    StageScript script = StageScript.of(Selection.EVERYTHING);

    script.give("NOSUCH a b");
    script.give("EVAL script 1 a");
    script.give("SORT a BY w_* STORE b");

    assertThat(script.left())
        .isEqualTo("SELECT 0; NOSUCH a b; EVAL script 1 a; SORT a BY w_* STORE b");
  }

  @Test
  void shouldSelectDatabaseOnlyBeforeCommandThatNeedsIt() {
    StageScript script = StageScript.of(IN);

    script.give("SET in1 v", 3);
    script.give("SET out1 v", 4);
    script.give("SET in2 v", 3);
    script.give("SET in3 v", 0);

    assertThat(script.left()).isEqualTo("SELECT 3; SET in1 v; SET in2 v; SELECT 0; SET in3 v");
  }

  @Test
  void shouldKeepOnlyChosenDatabases() {
    StageScript script = StageScript.of(new Selection(List.of(), List.of(), Set.of(0, 3)));

    script.give("SET a v", 0);
    script.give("SET b v", 1);
    script.give("FLUSHDB", 1);
    script.give("MOVE a 1", 0);
    script.give("MOVE c 1", 2);

    assertThat(script.left()).isEqualTo("SELECT 0; SET a v; DEL a");
    assertThat(script.give("MOVE d 3", 1)).isEqualTo(new Outcome.Fetch(List.of(name("d", 3))));
    assertThat(script.give("COPY a z DB 3", 1)).isEqualTo(new Outcome.Fetch(List.of(name("z", 3))));
    assertThat(script.give("SWAPDB 0 1", 0))
        .isEqualTo(new Outcome.Resync("databases 0 and 1 were swapped across the filter"));
  }

  @Test
  void shouldKeepTransactionWholeAndDropEmptyOne() {
    StageScript script = StageScript.of(IN);

    script.stage().begin();
    script.give("SET in1 v", 1);
    script.give("SET out1 v", 2);
    script.give("DEL in2 out2", 2);
    assertThat(script.left()).isEmpty();
    script.stage().commit();
    script.stage().begin();
    script.give("SET out1 v", 5);
    script.stage().commit();

    assertThat(script.left()).isEqualTo("MULTI; SELECT 1; SET in1 v; SELECT 2; DEL in2; EXEC");
  }

  @Test
  void shouldForgetTransactionWhenItsEndNeverComes() {
    StageScript script = StageScript.of(IN);
    script.give("SET in1 v", 1);
    script.stage().begin();
    script.give("SET in2 v", 2);
    script.stage().abort();

    script.give("SET in3 v", 1);

    assertThat(script.left()).isEqualTo("SELECT 1; SET in1 v; SET in3 v");
  }

  @Test
  void shouldTreatFetchedKeyAsOutsideUntilItsValueIsThere() {
    StageScript script = StageScript.of(IN);
    script.give("RENAME out1 in1");

    script.give("SET in1 other");
    script.give("DEL in1 in2");
    assertThat(script.give("COPY in1 in3")).isEqualTo(new Outcome.Fetch(List.of(name("in3"))));
    script
        .stage()
        .fetched(name("in1"), List.of(words("DEL in1"), words("SET in1 value")), RdbTarget.OLDEST);
    script.give("APPEND in1 more");

    assertThat(script.left())
        .isEqualTo("SELECT 0; DEL in2; MULTI; DEL in1; SET in1 value; EXEC; APPEND in1 more");
  }

  @Test
  void shouldFetchBothKeysWhenDatabasesAreSwappedAroundOneThatIsFetched() {
    StageScript script = StageScript.of(IN);
    script.give("RENAME out1 in1", 1);

    assertThat(script.give("SWAPDB 1 2")).isEqualTo(new Outcome.Fetch(List.of(name("in1", 2))));

    script.stage().fetched(name("in1", 1), List.of(words("DEL in1")), RdbTarget.OLDEST);
    script.stage().fetched(name("in1", 2), List.of(words("DEL in1")), RdbTarget.OLDEST);
    assertThat(script.left())
        .isEqualTo("SELECT 0; SWAPDB 1 2; SELECT 1; DEL in1; SELECT 2; DEL in1");
  }

  @Test
  void shouldRenameKeysWhereverTheyStand() {
    StageScript script = StageScript.of(IN, Rename.ofPrefix("in", "new:"));

    script.give("SET in1 in1");
    script.give("MSET in1 a out1 b");
    script.give("RENAME in1 out1");
    script.give("BITOP AND in1 in2");

    assertThat(script.left())
        .isEqualTo("SELECT 0; SET new:1 in1; MSET new:1 a; DEL new:1; BITOP AND new:1 new:2");
  }

  @Test
  void shouldStopWhenRenameCouldMakeTwoKeysOne() {
    StageScript script = StageScript.of(Selection.EVERYTHING, Rename.ofPrefix("a:", "b:"));

    assertThat(script.give("SET b:1 v"))
        .isEqualTo(
            new Outcome.Stop(
                "the key 'b:1' already begins with 'b:', so a renamed key could overwrite it;"
                    + " leave it out, or rename to something else"));
  }

  @Test
  void shouldStopWhenTransactionIsTooLarge() {
    StageScript script =
        new StageScript(
            new StreamStage(
                IN,
                Contents.ALL,
                Rename.NONE,
                Policies.DEFAULT,
                java.util.Optional.empty(),
                100,
                new Tally(),
                lost -> {}));
    script.stage().begin();
    script.give("SET in1 " + "x".repeat(100));

    assertThat(script.stage().commit())
        .isEqualTo(new Outcome.Stop("a transaction holds more than the 100 bytes allowed"));
  }

  private static KeyName name(String key) {
    return name(key, 0);
  }

  private static KeyName name(String key, int database) {
    return new KeyName(database, key.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static List<byte[]> words(String text) {
    return java.util.Arrays.stream(text.split(" ", -1))
        .map(w -> w.getBytes(StandardCharsets.ISO_8859_1))
        .toList();
  }
}
