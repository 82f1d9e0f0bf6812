package io.understudy.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.ProgramProcess;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A feed says that it is a primary, but holds no data: it can be no node of a group. */
class FeedAsNodeTest {
  @TempDir private Path folder;

  @Test
  void shouldReportFeedAmongNodesAndNeverMakeItPrimary() throws Exception {
    ServerVersion version = ServerVersion.usual();
    Address feed = new Address("127.0.0.1", Ports.reserveUntilExit());
    int admin = Ports.reserveUntilExit();
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        ProgramProcess filter =
            ProgramProcess.start(
                folder,
                Map.of(),
                List.of("filter", "--primary=" + source.address(), "--listen=" + feed, "."))) {
      Eventually.holds("the filter runs", () -> filter.out().contains("idle"));
      source.command("SET", "a", "1");
      replica.command("REPLICAOF", feed.host(), Integer.toString(feed.port()));
      replica.awaitLinkUp();
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - { name: orders, nodes: [%s, "%s"] }
          admin: { bind: 127.0.0.1:%d }
          """
              .formatted(source.address(), feed, admin));

      var checked = ProgramProcess.run(folder, "check", "--connect", "understudy.yaml");
      assertThat(checked.out()).contains("is a replication feed of Understudy");
      assertThat(checked.exitCode()).isEqualTo(1);

      try (ProgramProcess keeper = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        Eventually.holds(
            "the server is primary", () -> status(admin).contains("primary " + source.address()));
        Eventually.holds(
            "the feed is reported",
            () -> status(admin).contains("is a replication feed of Understudy"));
        source.kill9();
        Eventually.holds(
            "the loss is noticed", () -> status(admin).contains("refuses connections"));
        assertThat(status(admin)).doesNotContain("primary " + feed);
        assertThat(keeper.isAlive()).isTrue();
      }
      assertThat(filter.isAlive()).isTrue();
      assertThat(replica.command("GET", "a")).isEqualTo("1");
    }
  }

  private String status(int admin) {
    try {
      return ProgramProcess.run(folder, "status", "-a", "127.0.0.1:" + admin).out();
    } catch (Exception e) {
      throw new AssertionError("status cannot be run", e);
    }
  }
}
