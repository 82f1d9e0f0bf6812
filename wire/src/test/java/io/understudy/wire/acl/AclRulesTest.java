package io.understudy.wire.acl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.understudy.wire.acl.AclCheck.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AclRulesTest {
  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of(
            "on nopas",
            "'nopas' is not a rule; rules begin with + - ~ % & > # or are words such as on, nopass,"
                + " allkeys"),
        Arguments.of("+gett", "'+gett' names no command of Redis or Valkey"),
        Arguments.of(
            "-@reed",
            "'-@reed' names no category; known: all, admin, bitmap, blocking, connection,"
                + " dangerous, fast, geo, hash, hyperloglog, keyspace, list, pubsub, read,"
                + " scripting, set, slow, sortedset, stream, string, transaction, write"),
        Arguments.of("(+get ~x)", "selectors in brackets are not known here; write another user"),
        Arguments.of(
            "skip-sanitize-payload",
            "'skip-sanitize-payload' is for servers only, and means nothing here; remove it"),
        Arguments.of(
            "~* ~a", "'~a' adds nothing to all keys; remove it, or write resetkeys before it"),
        Arguments.of(
            "&* &a",
            "'&a' adds nothing to all channels; remove it, or write resetchannels before it"),
        Arguments.of("%X~a", "'%X~a' is none of %R~PATTERN, %W~PATTERN, %RW~PATTERN"),
        Arguments.of("~a[b", "'~a[b' has a bracket that is not closed; write \\[ for one"),
        Arguments.of("~", "'~' has no pattern behind it"),
        Arguments.of(
            "#abc", "rule 1 is no SHA-256 of a password; it has 64 digits from 0 to 9 and a to f"),
        Arguments.of("on <secret", "rule 2 takes away a password that was not given before"),
        Arguments.of(
            "on >my secret",
            "rule 3 is not a rule; rules begin with + - ~ % & > # or are words such as on, nopass,"
                + " allkeys"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void shouldRefuseWhatItDoesNotUnderstand(String rules, String answer) {
    assertThat(catchThrowable(() -> AclUser.of("u", rules)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(answer);
  }

  @Test
  void shouldRefuseFirstArgumentsAndUnknownSubcommands() {
    assertThat(catchThrowable(() -> AclUser.of("u", "+select|0")))
        .hasMessage(
            "'+select|0' looks at a first argument, which is not possible here; allow select, or"
                + " forbid it");
    assertThat(catchThrowable(() -> AclUser.of("u", "+client|lisst")))
        .hasMessage("'+client|lisst' names no subcommand of client");
  }

  @Test
  void shouldAcceptTheRightPasswordAlone() {
    AclUser user = AclUser.of("u", "on >one #" + AclUser.hash(bytes("two")) + " >three <three");
    assertThat(user.accepts(bytes("one"))).isTrue();
    assertThat(user.accepts(bytes("two"))).isTrue();
    assertThat(user.accepts(bytes("three"))).isFalse();
    assertThat(user.accepts(bytes(""))).isFalse();
    assertThat(user.withPassword("four").accepts(bytes("four"))).isTrue();
    assertThat(AclUser.of("u", ">one").accepts(bytes("one"))).as("it is off").isFalse();
    assertThat(AclUser.of("u", "on nopass").accepts(bytes("any"))).isTrue();
    assertThat(AclUser.of("u", "on nopass >one").accepts(bytes("any"))).isFalse();
    assertThat(user.toString()).doesNotContain(AclUser.hash(bytes("one")));
  }

  /** A table of today must not let a user run what servers of tomorrow have. */
  @Test
  void shouldAllowUnknownCommandsToThoseWhoMayDoEverything() {
    assertThat(AclServerTest.verdict(AclUser.of("u", "+@all ~* &*").rights(), "nobody.knows x"))
        .isEqualTo(Verdict.ALLOWED);
    for (String rules : new String[] {"+@all ~* &* -flushall", "+@all ~a* &*", "+@all ~*"}) {
      assertThat(AclServerTest.verdict(AclUser.of("u", rules).rights(), "nobody.knows x"))
          .isEqualTo(Verdict.NO_COMMAND);
    }
  }

  /** Servers take the last key that is named to store at, their key specs tell the first. */
  @Test
  void shouldNotBeDeceivedByAKeyThatIsNamedTwice() {
    Rights rights = AclUser.of("u", "+@all ~orders:*").rights();
    assertThat(AclServerTest.verdict(rights, "sort orders:1 STORE orders:2"))
        .isEqualTo(Verdict.ALLOWED);
    for (String line :
        new String[] {
          "sort orders:1 STORE orders:2 STORE secret",
          "sort orders:1 BY secret*",
          "sort orders:1 GET secret*",
          "georadius orders:1 1 1 1 m STORE orders:2 STORE secret"
        }) {
      assertThat(AclServerTest.verdict(rights, line)).as(line).isEqualTo(Verdict.NO_KEY);
    }
  }

  @Test
  void shouldTellWhatNoServerWouldRun() {
    Rights rights = AclUser.of("u", "+@all ~orders:*").rights();
    assertThat(AclServerTest.verdict(rights, "get")).isEqualTo(Verdict.WRONG_ARITY);
    assertThat(AclServerTest.verdict(rights, "set orders:1")).isEqualTo(Verdict.WRONG_ARITY);
    assertThat(AclServerTest.verdict(rights, "zunion x orders:1")).isEqualTo(Verdict.NO_KEY);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
