package io.understudy.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said of the proxy as a whole: the exact line that answers each mistake. */
class ProxyConfigurationTest {
  private static final String READS =
      "proxy: { zone: %s, listeners: [{ bind: a:1, group: orders, reads: %s }] }\n";

  @TempDir private Path directory;

  private static String group(String node) {
    return "groups: [{ name: orders, nodes: [" + node + "] }]\n";
  }

  static Stream<Arguments> mistakes() {
    String east = group("{ address: a:1, zone: east }");
    return Stream.of(
        Arguments.of(
            group("{ address: a:1, weight: -1 }"),
            "1: groups[0].nodes[0].weight: '-1' is not a whole number from 0 to 1000"),
        Arguments.of(
            east + READS.formatted("west", "replicas"),
            "2: proxy.zone: no node is in zone 'west'; write { address: host:port, zone: west } in"
                + " groups[].nodes"),
        Arguments.of(
            east + READS.formatted("'ea st'", "nearest"),
            "2: proxy.zone: 'ea st' is not a zone; use up to 64 letters, digits, '.', '_' and"
                + " '-'"),
        Arguments.of(
            east + READS.formatted("east", "primary"),
            "2: proxy.zone: has no meaning here; it needs a listener with 'reads: replicas' or"
                + " 'nearest'"),
        Arguments.of(
            east + "proxy: { output: { replica: { hard: 1mb } } }\n",
            "2: proxy.output.replica: unknown key; known here: normal, pubsub"),
        Arguments.of(
            east + "proxy: { output: { pubsub: { hard: 1kb } } }\n",
            "2: proxy.output.pubsub.hard: '1kb' is not a size from 64kb to 64gb"),
        Arguments.of(
            east + "proxy: { output: { pubsub: { soft: 40mb } } }\n",
            "2: proxy.output.pubsub.soft: '40mb' would never count before hard, 32mb; write less"),
        Arguments.of(
            east + "proxy: { output: { normal: { softTime: 5s } } }\n",
            "2: proxy.output.normal.softTime: is used only with soft; remove it, or write that"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("mistakes")
  void shouldAnswerMistakeWithOneExactLine(String yaml, String expected) throws IOException {
    Path file = Files.writeString(directory.resolve("understudy.yaml"), yaml);
    ConfigurationException refusal =
        catchThrowableOfType(
            ConfigurationException.class,
            () -> ConfigurationFile.read(file, name -> Optional.empty()));
    assertThat(refusal.lines()).containsExactly(file + ":" + expected);
  }
}
