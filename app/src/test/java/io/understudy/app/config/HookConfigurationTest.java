package io.understudy.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hooks: what is read, and the exact line that answers each mistake. */
class HookConfigurationTest {
  @TempDir private Path directory;

  private Configuration read(String hooks) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("understudy.yaml"),
            "groups:\n  - { name: orders, nodes: [10.0.0.1:6379] }\nhooks:\n  - " + hooks + "\n");
    return ConfigurationFile.read(file, name -> Optional.empty());
  }

  @Test
  void shouldReadHooks() throws Exception {
    List<HookConfig> hooks =
        read("{ at: [before-failover], run: [/bin/sh, -c, x], deadline: 2s, veto: true }")
            .failover()
            .hooks();
    assertThat(hooks)
        .containsExactly(
            new HookConfig(
                Set.of(HookConfig.At.BEFORE_FAILOVER),
                new HookConfig.Call.Run(List.of("/bin/sh", "-c", "x")),
                Duration.ofSeconds(2),
                true,
                Duration.ofSeconds(30)));
    HookConfig web =
        read("{ at: [after-failover], url: 'https://chat/T0K3N', secret: s3cret }")
            .failover()
            .hooks()
            .getFirst();
    assertThat(web.call())
        .isEqualTo(
            new HookConfig.Call.Post(
                URI.create("https://chat/T0K3N"), Optional.of(new Secret("s3cret"))));
    assertThat(web.toString()).doesNotContain("T0K3N", "s3cret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{ run: [/bin/sh] } | hooks[0]: 'at' is missing; write a list of before-failover,"
            + " after-failover, before-switchover, after-switchover, before-add, after-add,"
            + " before-remove, after-remove, after-repair",
        "{ at: [failover], run: [/bin/sh] } | hooks[0].at[0]: 'failover' is not known here; write"
            + " one of before-failover, after-failover, before-switchover, after-switchover,"
            + " before-add, after-add, before-remove, after-remove, after-repair",
        "{ at: [after-add] } | hooks[0]: write either 'run: [/path/to/program, argument]' or"
            + " 'url: https://...'",
        "{ at: [after-add], run: [sh] } | hooks[0].run[0]: 'sh' is not the absolute path of a"
            + " program that this user may execute",
        "{ at: [after-add], url: ftp://T0K3N } | hooks[0].url: is no address such as"
            + " https://hooks.example.com/understudy, without a user",
        "{ at: [after-add], run: [/bin/sh], secret: x } | hooks[0].secret: signs what a url gets;"
            + " remove it, or write url",
        "{ at: [after-add], run: [/bin/sh], veto: true } | hooks[0].veto: nothing can be called"
            + " off after it; name a before- event",
        "{ at: [before-add], run: [/bin/sh], veto: true, vetoFor: 3s } | hooks[0].vetoFor: is used"
            + " only with veto: true and before-failover; remove it",
        "{ at: [before-add], run: [/bin/sh], deadline: 20s } | hooks[0].deadline: '20s' is not a"
            + " duration from 100ms to 10s",
      })
  void shouldSayWhatIsWrong(String hook, String line) {
    ConfigurationException wrong =
        catchThrowableOfType(ConfigurationException.class, () -> read(hook));
    assertThat(wrong).hasMessage(directory.resolve("understudy.yaml") + ":4: " + line);
  }
}
