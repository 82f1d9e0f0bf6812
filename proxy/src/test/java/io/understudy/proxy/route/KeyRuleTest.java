package io.understudy.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyRuleTest {
  @ParameterizedTest
  @CsvSource({
    "a*, abc, true",
    "a*, ba, false",
    "a?c, abc, true",
    "a?c, ac, false",
    "[a-c]x, bx, true",
    "[^a-c]x, bx, false",
    "a.c, abc, false",
    "a\\*, a*, true",
    "a\\*, ab, false",
    "*{x}*, a{x}b, true",
  })
  void shouldReadGlobsAsServersDo(String glob, String key, boolean taken) {
    assertThat(KeyRule.glob(glob).takes(key)).isEqualTo(taken);
  }

  @ParameterizedTest
  @CsvSource({"foo, 12182", "bar, 5061", "{foo}x, 12182", "a{foo}b{bar}, 12182", "{}foo, 9500"})
  void shouldCountSlotsAsClustersDo(String key, int slot) {
    assertThat(KeyRule.slotOf(key)).isEqualTo(slot);
    assertThat(new KeyRule.Slots(slot, slot).takes(key)).isTrue();
  }

  @Test
  void shouldTakeTheFirstRouteThatFits() {
    Routes routes =
        new Routes(
            List.of(
                new Routes.Route(KeyRule.prefix("ab"), "one"),
                new Routes.Route(KeyRule.regex("^a[0-9]+$"), "two"),
                new Routes.Route(KeyRule.prefix("a"), "three")),
            "rest",
            "rest");
    assertThat(List.of("abc", "a12", "a", "b").stream().map(routes::groupOf))
        .containsExactly("one", "two", "three", "rest");
    assertThat(routes.groups()).containsExactly("rest", "one", "two", "three");
  }

  @Test
  void shouldRefuseWhatIsNoPattern() {
    assertThatThrownBy(() -> KeyRule.regex("a(")).hasMessageStartingWith("'a(' is not a pattern");
    assertThatThrownBy(() -> KeyRule.glob("a[")).hasMessageStartingWith("'a[' is not a pattern");
  }
}
