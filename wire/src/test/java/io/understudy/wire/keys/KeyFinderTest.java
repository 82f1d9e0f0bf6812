package io.understudy.wire.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.frame.FrameEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyFinderTest {
  private final Arguments arguments = new Arguments();
  private final KeyFinder finder = new KeyFinder();

  @ParameterizedTest
  @CsvSource({
    "get, GET a, a",
    "mset, MSET a 1 b 2, a b",
    "blpop, BLPOP a b 0, a b",
    "eval, EVAL x 2 a b c, a b",
    "eval, EVAL x 0 c, ''",
    "xread, XREAD COUNT 1 streams a b 0 0, a b",
    "sort, SORT a BY w store b, a b",
    "sort, SORT a, a",
    "zunionstore, ZUNIONSTORE d 2 a b WEIGHTS 1 2, d a b",
    "object|encoding, OBJECT ENCODING a, a",
    "ping, PING a, ''",
    "publish, PUBLISH channel a, ''",
    "spublish, SPUBLISH channel a, ''",
  })
  void shouldFindAllKeys(String name, String words, String keys) {
    assertThat(find(name, words)).isEqualTo(keys);
    assertThat(finder.isComplete()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "eval, EVAL x 3 a b",
    "eval, EVAL x y a b",
    "eval, EVAL x 999999999 a b",
    "mget, MGET",
    "migrate, MIGRATE h 1 '' 0 9 KEYS a b",
    "no-such-command, NO-SUCH-COMMAND a",
  })
  void shouldSayWhenItDoesNotKnowAllKeys(String name, String words) {
    find(name, words);
    assertThat(finder.isComplete()).isFalse();
  }

  @Test
  void shouldFindAHundredThousandKeysAndThenOne() {
    assertThat(find("mget", "MGET" + " k".repeat(100_000))).hasSize(2 * 100_000 - 1);
    assertThat(finder.count()).isEqualTo(100_000);
    assertThat(find("get", "GET a")).isEqualTo("a");
  }

  @ParameterizedTest
  @CsvSource({
    "'*1'",
    "'*1\n$3\nGE'",
    "'*2\n$3\nGET\n'",
    "'*1\n$99999999999\n'",
    "'*x\n'",
    "'GET\n'",
    "'*1\n:3\n'",
    "'*1\n$3'"
  })
  void shouldRefuseWhatIsNotAWholeCommand(String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text.replace("\n", "\r\n"), StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> arguments.read(bytes, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  private String find(String name, String words) {
    ByteBuf bytes = Unpooled.buffer();
    FrameEncoder.writeCommand(bytes, words.split(" ", -1));
    arguments.read(bytes, 0);
    finder.find(CommandTable.standard().named(name), arguments);
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < finder.count(); i++) {
      keys.add(arguments.text(finder.argument(i)));
    }
    return String.join(" ", keys);
  }
}
