package io.understudy.replication.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyPatternTest {
  private static boolean matches(KeyPattern pattern, String key) {
    byte[] bytes = ("<<" + key + ">>").getBytes(StandardCharsets.ISO_8859_1);
    return pattern.matches(bytes, 2, bytes.length - 4);
  }

  @ParameterizedTest
  @CsvSource({
    "^[a-e].*, apple, true",
    "^[a-e].*, fig, false",
    "^[a-e].*, '', false",
    "^user:\\d+$, user:12, true",
    "^user:\\d+$, user:x, false",
    "ser, user, true",
    "^a\\.b, a.b, true",
    "^a\\.b, axb, false",
    "^[-a]x, -x, true",
    "^[^a]x, bx, true",
    "^ab?, a, true",
    "'^', anything, true",
    "(a|b)$, cab, true",
  })
  void shouldFindRegularExpression(String expression, String key, boolean found) {
    assertThat(matches(KeyPattern.regularExpression(expression), key)).isEqualTo(found);
  }

  @Test
  void shouldAnswerPlainPatternsAsTheEngineDoes() {
    var random = new Random(7);
    for (String text :
        List.of(
            "^[a-c]",
            "^ab.*",
            "^[ab][0-9]x.*",
            "^\\^\\.",
            "^[a-cx-z_]b",
            "[a-c]$",
            ".*x[0-9]$",
            "b\\.$",
            ".*",
            "^")) {
      assertThat(KeyPattern.regularExpression(text)).isInstanceOf(ByteSets.class);
      var engine = new KeyPattern.Expression(com.google.re2j.Pattern.compile(text));
      for (int i = 0; i < 2_000; i++) {
        var key = new StringBuilder();
        for (int length = random.nextInt(5); length > 0; length--) {
          key.append("abcxyz_019^.".charAt(random.nextInt(12)));
        }
        assertThat(matches(KeyPattern.regularExpression(text), key.toString()))
            .as(text + " on " + key)
            .isEqualTo(matches(engine, key.toString()));
      }
    }
  }

  @Test
  void shouldNotHangOnHostilePattern() {
    KeyPattern hostile = KeyPattern.regularExpression("^(([a-z])+.)+[A-Z]([a-z])+$");

    assertThat(matches(hostile, "a".repeat(50_000))).isFalse();
  }

  @Test
  void shouldSayWhatIsWrongWithPattern() {
    assertThatThrownBy(() -> KeyPattern.regularExpression("^[a-"))
        .hasMessage("'^[a-' is not a regular expression: missing closing ]");
  }

  @ParameterizedTest
  @CsvSource({
    "user:*, user:1, true",
    "user:*, other, false",
    "*, '', true",
    "a?c, abc, true",
    "a?c, ac, false",
    "[a-c]x, bx, true",
    "[^a-c]x, bx, false",
    "\\*x, *x, true",
    "\\*x, ax, false",
    "*a*b*c, xxaxxbxxc, true",
    "*a*b*c, xxbxxaxxc, false",
  })
  void shouldMatchGlobsAsServersDo(String glob, String key, boolean found) {
    assertThat(matches(KeyPattern.glob(glob), key)).isEqualTo(found);
  }

  @Test
  void shouldKnowHashSlots() {
    // What CLUSTER KEYSLOT answers.
    assertThat(slot("123456789")).isEqualTo(12739);
    assertThat(slot("foo")).isEqualTo(12182);
    assertThat(slot("{foo}bar")).isEqualTo(12182);
    assertThat(slot("a{}b{foo}")).isNotEqualTo(12182);
    assertThat(slot("{user1000}.following")).isEqualTo(slot("{user1000}.followers"));
    assertThat(matches(new KeyPattern.Slots(12182, 12182), "foo")).isTrue();
    assertThat(matches(new KeyPattern.Slots(0, 12181), "foo")).isFalse();
  }

  private static int slot(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.ISO_8859_1);
    return HashSlot.of(bytes, 0, bytes.length);
  }
}
