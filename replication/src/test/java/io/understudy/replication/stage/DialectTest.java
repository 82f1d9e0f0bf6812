package io.understudy.replication.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.RdbVersion.Family;
import io.understudy.replication.stage.StreamStage.Outcome;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Reply;
import io.understudy.testkit.ServerVersion;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandFlag;
import io.understudy.wire.command.CommandTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DialectTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redis 6.0 | SET k v                             | SET k v",
        "redis 6.0 | SET k v PXAT 17                     | MULTI; SET k v; PEXPIREAT k 17; EXEC",
        "redis 7.0 | SET k v PXAT 17                     | SET k v PXAT 17",
        "redis 7.0 | SET k v IFEQ PXAT PXAT 17           | SET k v PXAT 17",
        "valkey 8.0| SET k v IFDNE KEEPTTL               | SET k v",
        "redis 6.0 | SET k v XX KEEPTTL                  | SET k v KEEPTTL",
        "redis 8.0 | MSETEX 2 a 1 b 2                    | MSET a 1 b 2",
        "redis 8.0 | MSETEX 1 a 1 NX PXAT 17             | SET a 1 PXAT 17",
        "redis 8.0 | MSETEX 2 a 1 b 2 KEEPTTL | MULTI; SET a 1 KEEPTTL; SET b 2 KEEPTTL; EXEC",
        "redis 6.0 | PEXPIREAT k 17 GT                   | PEXPIREAT k 17",
        "redis 7.0 | HSETEX h KEEPTTL FIELDS 1 f v       | HSET h f v",
        "redis 7.0 | HSETEX h FXX FIELDS 2 f v g w       | HSET h f v g w",
        "redis 7.4 | HSETEX h PXAT 9 FIELDS 1 f v | MULTI; HSET h f v; HPEXPIREAT h 9 FIELDS 1 f;"
            + " EXEC",
        "valkey 9.0| HSETEX h PXAT 9 FIELDS 1 f v        | HSETEX h PXAT 9 FIELDS 1 f v",
        "redis 7.0 | HPERSIST h FIELDS 1 f               | ''",
        "valkey 8.1| HGETDEL h FIELDS 2 f g              | HDEL h f g",
        "redis 6.0 | ZADD z CH INCR 5 GT                 | ZADD z CH INCR 5 GT",
        "redis 6.0 | LMOVE a b RIGHT LEFT                | RPOPLPUSH a b",
        "redis 6.0 | LPOP l 3                            | LTRIM l 3 -1",
        "redis 6.0 | RPOP l 3                            | LTRIM l 0 -4",
        "redis 7.0 | LPOP l 3                            | LPOP l 3",
        "redis 6.0 | XADD s NOMKSTREAM MAXLEN = 2 1-1 f v| XADD s MAXLEN = 2 1-1 f v",
        "redis 7.0 | XADD s KEEPREF IDMP p i 1-1 f v     | XADD s 1-1 f v",
        "redis 8.0 | XADD s IDMPAUTO p * f v             | ''",
        "redis 8.6 | XADD s IDMPAUTO p * f v             | XADD s IDMPAUTO p * f v",
        "redis 8.0 | XCFGSET s IDMP-DURATION 300         | ''",
        "redis 6.0 | XGROUP CREATE s g $ ENTRIESREAD 3   | XGROUP CREATE s g $",
        "redis 6.0 | XGROUP SETID s g 0 ENTRIESREAD 1    | XGROUP SETID s g 0",
        "redis 6.0 | XGROUP CREATECONSUMER s g c         | ''",
        "redis 6.0 | XSETID s 9-1 ENTRIESADDED 9 MAXDELETEDID 3-1 | XSETID s 9-1",
        "redis 6.0 | FLUSHDB SYNC                        | FLUSHDB",
        "redis 6.0 | SPUBLISH c m                        | ''",
        "redis 7.0 | FUNCTION FLUSH                      | FUNCTION FLUSH",
      })
  void shouldSayInWordsThatTargetKnows(String target, String command, String said) {
    StageScript script = StageScript.of(Selection.EVERYTHING, target(target));

    assertThat(script.give(command)).isEqualTo(new Outcome.Done());

    assertThat(script.left()).isEqualTo(said.isEmpty() ? "" : "SELECT 0; " + said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redis 6.0 | ZADD z GT 3 a               | z",
        "redis 6.0 | ZADD z NX LT 3 a            | z",
        "redis 6.0 | COPY a b                    | b",
        "redis 6.0 | ZRANGESTORE d z 0 -1        | d",
        "redis 6.0 | GEORADIUS g 1 2 5 km STORE d | d",
        "redis 6.0 | ZDIFFSTORE d 2 z y          | d",
        "redis 8.0 | BITOP DIFF d a b            | d",
        "redis 6.0 | GEOSEARCHSTORE d g FROMLONLAT 1 2 BYRADIUS 5 km | d",
        "redis 8.6 | GEOSEARCHSTORE d g BYPOLYGON 3 1 2 3 4 5 6      | d",
        "redis 7.4 | HSETEX h KEEPTTL FIELDS 1 f v| h",
        "redis 6.0 | XADD s MINID = 1-1 3-1 f v  | s",
        "redis 8.0 | XADD s MAXLEN 3 DELREF 4-1 f v | s",
        "redis 6.0 | XTRIM s MINID 2-1           | s",
        "redis 8.0 | XTRIM s MAXLEN 3 ACKED      | s",
        "redis 8.0 | XDELEX s DELREF IDS 1 4-1   | s",
        "redis 8.0 | XACKDEL s g ACKED IDS 1 4-1 | s",
      })
  void shouldAskForResultWhenWordsAreMissing(String target, String command, String key) {
    StageScript script = StageScript.of(Selection.EVERYTHING, target(target));

    assertThat(script.give(command))
        .isEqualTo(
            new Outcome.Fetch(List.of(new KeyName(0, key.getBytes(StandardCharsets.UTF_8)))));

    assertThat(script.left()).isEmpty();
  }

  @Test
  void shouldTakeFromOneListAndAskForTheOther() {
    StageScript script = StageScript.of(Selection.EVERYTHING, target("redis 6.0"));

    assertThat(script.give("LMOVE a b LEFT RIGHT")).isInstanceOf(Outcome.Fetch.class);

    assertThat(script.left()).isEqualTo("SELECT 0; LPOP a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redis 7.0  | HPEXPIREAT h 17 FIELDS 1 f       | has no times of fields",
        "valkey 8.1 | HSETEX h PXAT 17 FIELDS 1 f v    | has no times of fields",
        "redis 6.0  | FUNCTION LOAD x                  | does not know FUNCTION",
        "valkey 9.1 | VADD k VALUES 1 1 e              | Valkey 9.1 does not know VADD",
        "redis 8.6  | DELIFEQ k v                      | Redis 8.6 does not know DELIFEQ",
        "redis 8.6  | JSON.SET k $ 1                   | does not know JSON.SET",
        "redis 7.0  | RESTORE k 0 nonsense             | the value that RESTORE gives the key k",
      })
  void shouldStopWhenNothingSaysIt(String target, String command, String reason) {
    StageScript script = StageScript.of(Selection.EVERYTHING, target(target));

    assertThat(script.give(command))
        .isInstanceOfSatisfying(
            Outcome.Stop.class, stop -> assertThat(stop.reason()).contains(reason));
  }

  @Test
  void shouldLeaveOutWhatCannotBeSaidWhenLossIsAllowed() {
    RdbTarget target = target("redis 7.0").withLoss(RdbTarget.Loss.ALLOWED);
    StageScript script = StageScript.of(Selection.EVERYTHING, target);

    assertThat(script.give("HPEXPIREAT h 17 FIELDS 1 f")).isEqualTo(new Outcome.Done());
    assertThat(script.give("HSETEX h PXAT 17 FIELDS 1 f v")).isEqualTo(new Outcome.Done());
    assertThat(script.give("VADD k VALUES 1 1 e")).isEqualTo(new Outcome.Done());

    assertThat(script.left()).isEqualTo("SELECT 0; HSET h f v");
  }

  static List<ServerVersion> everyServer() {
    return ServerVersion.installed();
  }

  /** Each server at hand is asked for each command that may be in a stream. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("everyServer")
  void shouldKnowWhichCommandsEachServerHas(ServerVersion version) throws Exception {
    RdbTarget target =
        RdbTarget.of(Family.valueOf(version.family().name()), version.major(), version.minor());
    List<String> wrong = new ArrayList<>();
    try (RedisServer server = RedisServer.start(version)) {
      for (Command command : CommandTable.standard().commands()) {
        boolean replicated =
            command.has(CommandFlag.WRITE) && !command.name().startsWith("cluster");
        if (replicated && !command.name().contains("|")) {
          boolean has =
              server.call("COMMAND", "INFO", command.name()) instanceof Reply.Items(var items)
                  && items.getFirst() instanceof Reply.Items;
          if (has != CommandAges.has(target, command)) {
            wrong.add(command.name().toLowerCase(Locale.ROOT));
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static RdbTarget target(String text) {
    String[] words = text.strip().split("[ .]", -1);
    return RdbTarget.of(
        Family.valueOf(words[0].toUpperCase(Locale.ROOT)),
        Integer.parseInt(words[1]),
        Integer.parseInt(words[2]));
  }
}
