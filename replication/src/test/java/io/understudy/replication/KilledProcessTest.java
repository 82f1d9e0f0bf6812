package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.replication.state.StateFile;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A process that is killed in the middle of things is followed by one that goes on there. */
class KilledProcessTest {
  private static final int KILLS = 4;
  private static final int COMMANDS_A_ROUND = 200;
  private static final long BYTES_BETWEEN_KILLS = 60_000;

  @TempDir private Path state;

  static List<ServerVersion> servers() {
    return List.of(ServerVersion.usual(), ServerVersion.newest(ServerVersion.Family.VALKEY));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("servers")
  void shouldGoOnWithoutSnapshotsWhenKilledAgainAndAgain(ServerVersion version) throws Exception {
    long seed = version.toString().hashCode() + 2L;
    try (RedisServer source =
            RedisServer.start(version, "--repl-backlog-size", "64mb", "--save", "");
        RedisServer low = RedisServer.start(version);
        RedisServer high = RedisServer.start(version);
        RespClient client = source.connect()) {
      var load = new RandomLoad(seed, version);
      load.run(client, COMMANDS_A_ROUND);
      Address lowFeed = Rig.freeAddress();
      Address highFeed = Rig.freeAddress();
      List<String> feeds = List.of(lowFeed.toString(), "^[0-4]", highFeed.toString(), "^[5-9]");
      FeedProcess process = FeedProcess.start(source.address(), state, feeds);
      try {
        low.command("REPLICAOF", lowFeed.host(), Integer.toString(lowFeed.port()));
        high.command("REPLICAOF", highFeed.host(), Integer.toString(highFeed.port()));
        low.awaitLinkUp();
        high.awaitLinkUp();
        String snapshots = source.info("sync_full");
        var loading = new AtomicBoolean(true);
        Thread writer =
            Thread.ofVirtual()
                .start(
                    () -> {
                      while (loading.get()) {
                        run(load, client);
                      }
                    });
        for (int kill = 0; kill < KILLS; kill++) {
          long before = Long.parseLong(low.info("slave_repl_offset"));
          Eventually.holds(
              "the stream goes on",
              () -> Long.parseLong(low.info("slave_repl_offset")) > before + BYTES_BETWEEN_KILLS);
          process.kill9();
          process = FeedProcess.start(source.address(), state, feeds);
        }
        loading.set(false);
        writer.join();
        client.send("SELECT", "0");
        client.send("SET", "1:end", "x");
        client.send("SET", "9:end", "x");
        for (int i = 0; i < 3; i++) {
          client.read();
        }
        Eventually.holds("the end arrives", () -> low.command("GET", "1:end").equals("x"));
        Eventually.holds("the other end arrives", () -> high.command("GET", "9:end").equals("x"));

        Map<String, String> whole = Dataset.of(source);
        assertThat(Dataset.differences(RandomLoadTest.part(whole, "[0-4]"), Dataset.of(low)))
            .as("seed %s", seed)
            .isEmpty();
        assertThat(Dataset.differences(RandomLoadTest.part(whole, "[5-9]"), Dataset.of(high)))
            .as("seed %s", seed)
            .isEmpty();
        assertThat(source.info("sync_full")).as("snapshots of the source").isEqualTo(snapshots);
        assertThat(fullResyncs(lowFeed)).as("snapshots since the last kill").isEqualTo("0");
        assertThat(fullResyncs(highFeed)).isEqualTo("0");
      } finally {
        process.kill9();
      }
    }
  }

  private static void run(RandomLoad load, RespClient client) {
    try {
      load.run(client, COMMANDS_A_ROUND);
    } catch (IOException e) {
      throw new AssertionError("the source does not take writes", e);
    }
  }

  private static String fullResyncs(Address feed) throws IOException {
    try (RespClient client = new RespClient(feed)) {
      client.send("INFO", "replication");
      return client
          .read()
          .text()
          .lines()
          .filter(line -> line.startsWith("sync_full:"))
          .findFirst()
          .orElseThrow()
          .substring("sync_full:".length());
    }
  }

  @Test
  void shouldSayWhoHasTheStateWhenTwoProcessesWantIt() throws Exception {
    try (StateFile first = StateFile.open(state)) {
      assertThat(first.load()).isEmpty();
      assertThatThrownBy(() -> StateFile.open(state))
          .hasMessage(
              "the state in " + state + " is used by another process; stop it, or name another");
    }
  }

  @Test
  void shouldSayInOneLineWhenStateCannotBeWritten() throws Exception {
    Path file = state.resolve("file");
    java.nio.file.Files.writeString(file, "no folder");

    assertThatThrownBy(() -> StateFile.open(file.resolve("below")))
        .hasMessageStartingWith("the state in " + file + "/below cannot be written: ");
  }
}
