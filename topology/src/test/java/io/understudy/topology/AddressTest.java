package io.understudy.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1:6379", "redis.example:1", "[2001:db8::1]:65535"})
  void shouldReadWhatItPrints(String text) {
    assertThat(Address.parse(text)).hasToString(text);
  }

  @Test
  void shouldKeepAnIpv6HostWithoutBrackets() {
    assertThat(Address.parse("[::1]:6379")).isEqualTo(new Address("::1", 6379));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "host", "host:", ":1", "host:x", "host:0", "host:65536", "::1:6379", "a b:1"})
  void shouldRefuseInOneLineThatSaysWhatToWrite(String text) {
    assertThatThrownBy(() -> Address.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .contains("write")
        .doesNotContain("\n");
  }
}
