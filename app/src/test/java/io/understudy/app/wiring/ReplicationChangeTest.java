package io.understudy.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.config.ConfigurationFile;
import io.understudy.app.config.SourceConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which sources and feeds a changed configuration concerns. */
class ReplicationChangeTest {
  private static final String BOTH =
      "[{ source: 'h:1', feeds: [{ listen: '127.0.0.1:11', prefix: a },"
          + " { listen: '127.0.0.1:12', prefix: b }] }]";

  @TempDir private Path directory;

  private List<SourceConfig> read(String replication) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("understudy.yaml"),
            "groups: [{ name: orders, nodes: [a:1] }]\n"
                + (replication.isEmpty() ? "" : "replication: " + replication + "\n"));
    return ConfigurationFile.read(file, name -> Optional.empty()).replication();
  }

  private ReplicationChange change(String now, String next) throws Exception {
    return ReplicationChange.of(read(now), read(next));
  }

  @Test
  void shouldChangeNothingWhereNothingDiffers() throws Exception {
    ReplicationChange none = change(BOTH, BOTH);
    assertThat(none.lines()).isEmpty();
    assertThat(none.begunFeeds()).isEmpty();
    assertThat(none.endedFeeds()).isEmpty();
  }

  @Test
  void shouldConcernOnlyTheFeedsThatDiffer() throws Exception {
    ReplicationChange change =
        change(
            BOTH,
            "[{ source: 'h:1', feeds: [{ listen: '127.0.0.1:12', prefix: c },"
                + " { listen: '127.0.0.1:13', prefix: d }, { listen: '127.0.0.1:11', prefix: a }]"
                + " }]");
    assertThat(change.lines())
        .containsExactly(
            "the feed at 127.0.0.1:12 begins anew; its replicas get another snapshot",
            "the feed at 127.0.0.1:13 is open");
    assertThat(change.endedFeeds()).hasSize(1);
    assertThat(change.begunFeeds()).hasSize(2);
    assertThat(change.ended()).isEmpty();
    assertThat(change.begun()).isEmpty();

    assertThat(
            change(BOTH, "[{ source: 'h:1', feeds: [{ listen: '127.0.0.1:11', prefix: a }] }]")
                .lines())
        .containsExactly("the feed at 127.0.0.1:12 ends; its replicas keep what they have");
  }

  @Test
  void shouldLetSourcesComeAndGo() throws Exception {
    ReplicationChange change =
        change(
            BOTH,
            "[{ source: orders, feeds: [{ listen: '127.0.0.1:12', prefix: b }] },"
                + " { source: 'h:1', auth: { password: p }, feeds: [{ listen: '127.0.0.1:11',"
                + " prefix: a }] }]");
    assertThat(change.lines())
        .containsExactly(
            "source h:1 is reached in its new way from the next link on",
            "the feed at 127.0.0.1:12 ends; its replicas keep what they have",
            "replication of orders to 127.0.0.1:12 begins");
    assertThat(change("", BOTH).lines())
        .containsExactly("replication of h:1 to 127.0.0.1:11, 127.0.0.1:12 begins");
    ReplicationChange end = change(BOTH, "");
    assertThat(end.lines())
        .containsExactly(
            "replication of h:1 to 127.0.0.1:11, 127.0.0.1:12 ends; replicas keep what they have");
    assertThat(end.ended()).containsExactly(0);
  }

  @Test
  void shouldBeginASourceAnewWhoseStateIsElsewhere() throws Exception {
    ReplicationChange change = change(BOTH, BOTH.replace("feeds:", "state: elsewhere, feeds:"));
    assertThat(change.ended()).containsExactly(0);
    assertThat(change.begun()).hasSize(1);
    assertThat(change.endedFeeds()).isEmpty();
  }
}
