package io.understudy.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.ProgramProcess;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reload that changes what is fed to others: what it does not concern keeps its links. */
class ReloadFeedsTest {
  @TempDir private Path folder;
  private int adminPort;
  private String source = "";

  private void write(String feeds) throws Exception {
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups: [{ name: orders, nodes: ["%s"] }]
        admin: { bind: "127.0.0.1:%d" }
        %s
        """
            .formatted(
                source,
                adminPort,
                feeds.isEmpty()
                    ? ""
                    : "replication: [{ source: orders, feeds: [" + feeds + "] }]"));
  }

  private static String feed(int port, String prefix) {
    return "{ listen: '127.0.0.1:" + port + "', prefix: '" + prefix + "' }";
  }

  private String reload(String... more) throws Exception {
    ProgramProcess.Ended ended = run("reload", more);
    assertThat(ended.err()).isEmpty();
    assertThat(ended.exitCode()).isZero();
    return ended.out();
  }

  private ProgramProcess.Ended run(String command, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of(command, "-c", "understudy.yaml"));
    words.addAll(List.of(more));
    return ProgramProcess.run(folder, words.toArray(String[]::new));
  }

  private static void attach(RedisServer replica, int port) {
    replica.command("REPLICAOF", "127.0.0.1", Integer.toString(port));
    replica.awaitLinkUp();
  }

  @Test
  void shouldLetFeedsComeAndGoWhileOthersKeepTheirReplicas() throws Exception {
    try (RedisServer primary = RedisServer.start(ServerVersion.usual());
        RedisServer stays = RedisServer.start(ServerVersion.usual());
        RedisServer comes = RedisServer.start(ServerVersion.usual());
        Ports.Reserved admin = Ports.reserve();
        Ports.Reserved first = Ports.reserve();
        Ports.Reserved second = Ports.reserve()) {
      adminPort = admin.port();
      source = primary.address().toString();
      primary.command("MSET", "a", "1", "b", "1");
      write("");
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        Eventually.holds("it runs", () -> program.err().contains("status is answered at"));
        write(feed(first.port(), "a"));
        String begins = "replication of orders to 127.0.0.1:" + first.port() + " begins\n";
        assertThat(reload("--dry-run")).isEqualTo(begins);
        assertThat(reload()).isEqualTo(begins);
        attach(stays, first.port());
        assertThat(stays.command("KEYS", "*")).isEqualTo("a");

        write(feed(first.port(), "a") + ", " + feed(second.port(), "b"));
        String opens = "the feed at 127.0.0.1:" + second.port() + " is open\n";
        assertThat(reload("--dry-run")).isEqualTo(opens);
        try (ServerSocket taken = new ServerSocket(second.port())) {
          assertThat(taken.isBound()).isTrue();
          ProgramProcess.Ended refused = run("reload");
          assertThat(refused.out()).startsWith("nothing was changed:\n").contains("is in use");
          assertThat(refused.exitCode()).isEqualTo(1);
        }
        assertThat(reload()).isEqualTo(opens);
        attach(comes, second.port());
        assertThat(comes.command("KEYS", "*")).isEqualTo("b");

        write(feed(first.port(), "a"));
        assertThat(reload())
            .isEqualTo(
                "the feed at 127.0.0.1:"
                    + second.port()
                    + " ends; its replicas keep what they have\n");
        Eventually.holds("it is let go", () -> comes.info("master_link_status").equals("down"));
        primary.command("MSET", "a", "2", "b", "2");
        Eventually.holds("the other is fed", () -> stays.command("GET", "a").equals("2"));
        assertThat(comes.command("GET", "b")).isEqualTo("1");
        assertThat(run("status").out())
            .contains("feed 127.0.0.1:" + first.port())
            .doesNotContain(":" + second.port());
        assertThat(program.err()).doesNotContain("Exception");
        assertThat(stays.info("master_link_status")).isEqualTo("up");
      }
    }
  }
}
