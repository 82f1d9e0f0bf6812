package io.understudy.app.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Users of a listener: what is read, and the exact line that answers each mistake. */
class UserConfigurationTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("PASSWORD", "hunter2");

  @TempDir private Path directory;

  private Configuration read(String users) throws IOException, ConfigurationException {
    Path file =
        Files.writeString(
            directory.resolve("understudy.yaml"),
            "groups:\n  - { name: orders, nodes: [10.0.0.1:6379] }\nproxy:\n  listeners:\n"
                + "    - bind: a:1\n      group: orders\n      users:\n        "
                + users
                + "\n");
    return ConfigurationFile.read(file, name -> Optional.ofNullable(ENVIRONMENT.get(name)));
  }

  @Test
  void shouldReadUsers() throws Exception {
    Files.writeString(directory.resolve("secret"), "s3cret\n");
    List<Configuration.User> users =
        read("""
        - { name: a, rules: "on >${PASSWORD} +get ~a*" }
                - name: b
                  rules: on allkeys +@read
                  password: file:secret
                  as: { username: shop, password: "${PASSWORD}" }
        """)
            .proxy()
            .listeners()
            .getFirst()
            .users();
    assertThat(users.get(0).acl().accepts("hunter2".getBytes(UTF_8))).isTrue();
    assertThat(users.get(0).as()).isEmpty();
    assertThat(users.get(1).acl().accepts("s3cret".getBytes(UTF_8))).isTrue();
    assertThat(users.get(1).as())
        .contains(new Configuration.Credentials(Optional.of("shop"), new Secret("hunter2")));
    assertThat(users.toString()).doesNotContain("hunter2", "s3cret", "[0-9a-f]{64}");
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of(
            "[]", 8, "users: the list is empty; write a list of users, each with name and rules"),
        Arguments.of(
            "- { name: a }",
            8,
            "users[0]: 'rules' is missing; write rules such as \"on ~orders:* +@read\""),
        Arguments.of(
            "- { name: a, rules: on nopass +gett }",
            8,
            "users[0].rules: '+gett' names no command of Redis or Valkey"),
        Arguments.of(
            "- { name: a, rules: on +get }",
            8,
            "users[0].rules: nobody can log in as 'a'; add the key 'password', or a rule:"
                + " >PASSWORD, #HASH (in quotes), nopass"),
        Arguments.of(
            "- { name: a b, rules: on nopass }",
            8,
            "users[0].name: 'a b' has a blank in it; no client could log in so"),
        Arguments.of(
            "- { name: a, rules: on nopass }\n        - { name: a, rules: on nopass }",
            9,
            "users[1].name: 'a' is already proxy.listeners[0].users[0].name; choose another name"),
        Arguments.of(
            "- { name: a, rules: \"on >hunter2 hunter3\" }",
            8,
            "users[0].rules: rule 3 is not a rule; rules begin with + - ~ % & > # or are words"
                + " such as on, nopass, allkeys"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void shouldAnswerMistakes(String users, int line, String answer) {
    ConfigurationException refusal =
        catchThrowableOfType(ConfigurationException.class, () -> read(users));
    assertThat(refusal)
        .hasMessage(
            directory.resolve("understudy.yaml") + ":" + line + ": proxy.listeners[0]." + answer);
  }
}
