package io.understudy.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.ProgramProcess;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code understudy filter} as a process, and what {@code understudy run} feeds to replicas. */
class FilterTest {
  @TempDir private Path folder;

  /** The example of redis-resharding-proxy's page, in its order. */
  @Test
  void shouldDoWhatTheOldToolsPageShows() throws Exception {
    try (RedisServer source = RedisServer.start(ServerVersion.usual())) {
      source.command("SET", "apple", "red");
      source.command("SET", "banana", "yellow");
      source.command("SET", "cucumber", "green");
      int firstPort = Ports.reserveUntilExit();
      int secondPort = Ports.reserveUntilExit();
      String sourcePort = Integer.toString(source.address().port());
      try (RedisServer first = RedisServer.start(ServerVersion.usual());
          RedisServer second = RedisServer.start(ServerVersion.usual());
          ProgramProcess apples = filter("--primary-port=" + sourcePort, firstPort, "^a.*");
          ProgramProcess bananas = filter("--primary-port=" + sourcePort, secondPort, "^b.*")) {
        Eventually.holds("the first filter runs", () -> apples.out().contains("idle"));
        Eventually.holds("the second filter runs", () -> bananas.out().contains("idle"));

        first.command("REPLICAOF", "localhost", Integer.toString(firstPort));
        second.command("REPLICAOF", "localhost", Integer.toString(secondPort));
        first.awaitLinkUp();
        second.awaitLinkUp();

        Eventually.holds(
            "progress is shown", () -> apples.out().contains("streaming: 1 replica, lag "));
        assertThat(first.command("GET", "apple")).isEqualTo("red");
        assertThat(first.command("GET", "banana")).isEqualTo("(nil)");
        assertThat(second.command("GET", "apple")).isEqualTo("(nil)");
        assertThat(second.command("GET", "banana")).isEqualTo("yellow");

        source.command("SET", "apple", "blue");
        Eventually.holds("the change arrives", () -> first.command("GET", "apple").equals("blue"));

        first.command("REPLICAOF", "NO", "ONE");
        second.command("REPLICAOF", "NO", "ONE");
        apples.terminate();
        bananas.terminate();
        assertThat(apples.await().exitCode()).isZero();
        assertThat(bananas.await().exitCode()).isZero();
        source.kill9();
        assertThat(first.command("KEYS", "*")).isEqualTo("apple");
        assertThat(second.command("KEYS", "*")).isEqualTo("banana");
      }
    }
  }

  private ProgramProcess filter(String primary, int port, String pattern) throws IOException {
    return ProgramProcess.start(
        folder, Map.of(), List.of("filter", primary, "--proxy-port=" + port, pattern));
  }

  @Test
  void shouldFeedPartsOfGroupThatConfigurationNames() throws Exception {
    try (RedisServer source = RedisServer.start(ServerVersion.usual());
        RedisServer low = RedisServer.start(ServerVersion.usual());
        RedisServer rest = RedisServer.start(ServerVersion.usual())) {
      source.command("MSET", "1:a", "x", "7:b", "y");
      int lowPort = Ports.reserveUntilExit();
      int restPort = Ports.reserveUntilExit();
      int admin = Ports.reserveUntilExit();
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - { name: orders, nodes: [%s] }
          replication:
            - source: orders
              feeds:
                - { listen: 127.0.0.1:%d, keys: '^[0-4].*' }
                - { listen: 127.0.0.1:%d, keys: '^[5-9].*', databases: [0, 3] }
          admin: { bind: 127.0.0.1:%d }
          """
              .formatted(source.address(), lowPort, restPort, admin));
      assertThat(ProgramProcess.run(folder, "check", "understudy.yaml").out())
          .contains(
              "source orders\n  fed to replicas at 127.0.0.1:" + lowPort + ": keys ^[0-4].*\n");
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        low.command("REPLICAOF", "127.0.0.1", Integer.toString(lowPort));
        rest.command("REPLICAOF", "127.0.0.1", Integer.toString(restPort));
        low.awaitLinkUp();
        rest.awaitLinkUp();
        assertThat(low.command("KEYS", "*")).isEqualTo("1:a");
        assertThat(rest.command("KEYS", "*")).isEqualTo("7:b");
        assertThat(source.info("sync_full")).as("one snapshot for both").isEqualTo("1");

        var status = ProgramProcess.run(folder, "status", "--admin", "127.0.0.1:" + admin);
        assertThat(status.out())
            .contains("source orders   at " + source.address() + ", redis ")
            .contains("  streaming: 2 replicas, lag ")
            .contains("  feed 127.0.0.1:" + lowPort + "  keys ^[0-4].*  offset ")
            .contains("keys ^[5-9].*, of databases 0, 3  offset ");
        program.terminate();
        assertThat(program.await().exitCode()).isZero();
      }
    }
  }

  @Test
  void shouldSayInOneLineWhyItCannotStart() throws Exception {
    try (RedisServer source = RedisServer.start(ServerVersion.usual(), "--requirepass", "secret");
        RedisServer cluster =
            RedisServer.start(ServerVersion.usual(), "--cluster-enabled", "yes")) {
      assertLine(
          3,
          "the source " + source.address() + " needs a password; give one",
          "--primary",
          source.address().toString());
      assertLine(
          3,
          "the source "
              + cluster.address()
              + " is a node of a cluster, whose keys move between nodes; only a primary outside of"
              + " a cluster can be filtered",
          "--primary",
          cluster.address().toString());
      int nobody = Ports.reserveUntilExit();
      assertLine(
          3,
          "the source localhost:"
              + nobody
              + " cannot be reached: nothing listens there; start the server, or correct the"
              + " address",
          "--primary-port",
          Integer.toString(nobody));
    }
    try (RedisServer open = RedisServer.start(ServerVersion.usual())) {
      assertLine(
          3,
          open.address()
              + " is in use; stop what listens there ('ss -ltnp' names it), or choose another port",
          "--primary",
          open.address().toString(),
          "--listen",
          open.address().toString());
    }
    assertLine(
        2,
        "--primary: 'here' has no port; write host:port, such as 10.0.0.1:6379",
        "--primary",
        "here");
    var bad = ProgramProcess.run(folder, "filter", "^[a-");
    assertThat(bad.err())
        .isEqualTo(
            "understudy filter: '^[a-' is not a regular expression: missing closing ]; RE2's syntax"
                + " is understood\n");
    assertThat(bad.exitCode()).isEqualTo(2);
  }

  private void assertLine(int exitCode, String line, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("filter"));
    arguments.addAll(List.of(options));
    if (!arguments.contains("--listen")) {
      arguments.addAll(List.of("--proxy-port", Integer.toString(Ports.reserveUntilExit())));
    }
    arguments.add("^a");
    var ended = ProgramProcess.run(folder, arguments.toArray(String[]::new));
    assertThat(ended.err()).isEqualTo("understudy filter: " + line + "\n");
    assertThat(ended.exitCode()).isEqualTo(exitCode);
  }
}
