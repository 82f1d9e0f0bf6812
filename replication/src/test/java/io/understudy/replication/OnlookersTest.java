package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.stage.Selection;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Reply;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tools that look at primaries find one at a feed's address. */
class OnlookersTest {
  @TempDir private Path folder;

  @EachServer
  void shouldBePrimaryToSentinel(ServerVersion version) throws Exception {
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING)) {
      Rig.attach(replica, rig.feed(0));
      Address sentinel = Rig.freeAddress();
      Process process = sentinel(version, sentinel, rig.feed(0));
      try {
        Eventually.holds(
            "the Sentinel has found the feed's replica",
            () -> {
              String master = ask(sentinel, "SENTINEL", "MASTER", "feed");
              return master.contains("num-slaves 1") && master.contains("flags master ");
            });
        assertThat(ask(sentinel, "SENTINEL", "MASTER", "feed")).contains("role-reported master");
        Eventually.holds(
            "the Sentinel has heard of the replica's link",
            () -> ask(sentinel, "SENTINEL", "SLAVES", "feed").contains("master-link-status ok"));
        assertThat(ask(sentinel, "SENTINEL", "SLAVES", "feed"))
            .contains("port " + replica.address().port())
            .contains("role-reported slave");
        assertThat(ask(sentinel, "SENTINEL", "CKQUORUM", "feed")).startsWith("OK ");
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private Process sentinel(ServerVersion version, Address at, Address feed) throws IOException {
    Path file = folder.resolve("sentinel.conf");
    Files.writeString(
        file,
        """
        port %d
        bind 127.0.0.1
        dir %s
        sentinel monitor feed %s %d 1
        sentinel down-after-milliseconds feed 5000
        """
            .formatted(at.port(), folder, feed.host(), feed.port()));
    return new ProcessBuilder(version.program().toString(), file.toString(), "--sentinel")
        .redirectOutput(folder.resolve("sentinel.log").toFile())
        .redirectErrorStream(true)
        .start();
  }

  private static String ask(Address address, String... words) {
    try (RespClient client = new RespClient(address)) {
      Reply reply = client.call(words);
      return reply instanceof Reply.Failure(String error) ? error : reply.text();
    } catch (IOException e) {
      return "";
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis-7.0", "valkey-8.1"})
  void shouldAnswerCommandLineClient(String name) throws Exception {
    ServerVersion version =
        ServerVersion.installed().stream()
            .filter(v -> v.toString().equals(name))
            .findFirst()
            .orElseGet(ServerVersion::usual);
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING)) {
      source.command("SET", "a", "1");
      Rig.attach(replica, rig.feed(0));
      rig.awaitInSync(source, replica);

      assertThat(cli(version, rig.feed(0), "PING")).isEqualTo("PONG\n");
      assertThat(cli(version, rig.feed(0), "ROLE"))
          .startsWith("master\n")
          .contains("\n127.0.0.1\n" + replica.address().port() + "\n");
      assertThat(cli(version, rig.feed(0), "INFO", "replication"))
          .contains("role:master")
          .contains("connected_slaves:1")
          .contains("port=" + replica.address().port() + ",state=online,offset=");
      assertThat(cli(version, rig.feed(0), "GET", "a")).contains("ERR").contains("holds no data");
    }
  }

  /** Its SYNC knows no offsets, unlike the PSYNC of replicas. */
  @EachServer
  void shouldGiveItsDataToTheCli(ServerVersion version) throws Exception {
    try (RedisServer source = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING)) {
      source.command("SET", "k", "v");
      Path file = folder.resolve("cli.rdb");
      assertThat(cli(version, rig.feed(0), "--rdb", file.toString())).contains("with success");
      assertThat(file).exists();
      try (RedisServer other =
          RedisServer.start(version, "--dir", folder.toString(), "--dbfilename", "cli.rdb")) {
        assertThat(other.command("GET", "k")).isEqualTo("v");
      }
    }
  }

  /** It is shown the stream, and nobody waits for what it has: it never tells. */
  @EachServer
  void shouldShowItsStreamToTheCli(ServerVersion version) throws Exception {
    Path shown = folder.resolve("stream.csv");
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING);
        RespClient client = source.connect()) {
      source.command("SET", "before", "v");
      Rig.attach(replica, rig.feed(0));
      Process cli = startCli(version, rig.feed(0), shown, "--replica");
      try {
        // Of what comes first it takes something for the answer to its own last word.
        Eventually.holds(
            "it is shown a write",
            () -> {
              client.call("SET", "during", "v");
              return Files.readString(shown).contains("\"SET\",\"during\",\"v\"");
            });
        assertThat(Files.readString(shown)).doesNotContain("\"before\"");
        assertThat(client.call("WAIT", "1", "20000").text()).isEqualTo("1");
        assertThat(cli.isAlive()).isTrue();
      } finally {
        cli.destroyForcibly().waitFor();
      }
    }
  }

  /** The silence of a replica means that it is lost; that of the command line client does not. */
  @Test
  void shouldGoOnShowingItsStreamToSilentCli() throws Exception {
    Path shown = folder.resolve("stream.csv");
    try (RedisServer source = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.start(source.address(), Duration.ofSeconds(1))) {
      Process cli = startCli(ServerVersion.usual(), rig.feed(0), shown, "--replica");
      try {
        Eventually.holds(
            "it is shown the pings of more than a second",
            () -> Files.readString(shown).lines().filter(l -> l.contains("\"PING\"")).count() > 6);
        assertThat(rig.status().feeds().getFirst().replicas()).hasSize(1);
      } finally {
        cli.destroyForcibly().waitFor();
      }
    }
  }

  /** Of the sections only what was asked for, as servers answer. */
  @Test
  void shouldTellOnlyTheSectionThatWasAskedFor() throws Exception {
    try (RedisServer source = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING)) {
      assertThat(ask(rig.feed(0), "INFO", "replication"))
          .contains("# Replication")
          .doesNotContain("# Server");
      assertThat(ask(rig.feed(0), "INFO", "server"))
          .contains("run_id:")
          .doesNotContain("# Replication");
      assertThat(ask(rig.feed(0), "INFO")).contains("# Replication").contains("# Server");
      assertThat(ask(rig.feed(0), "INFO", "commandstats")).isEmpty();
    }
  }

  /** A replica of the feed acknowledges, so one who asks it how many have everything is told. */
  @EachServer
  void shouldTellHowManyReplicasHaveWhatTheSourceWrote(ServerVersion version) throws Exception {
    try (RedisServer source = RedisServer.start(version);
        RedisServer replica = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING)) {
      Rig.attach(replica, rig.feed(0));
      try (RespClient client = source.connect()) {
        client.call("SET", "a", "1");

        assertThat(client.call("WAIT", "1", "20000").text()).isEqualTo("1");
        assertThat(replica.command("GET", "a")).isEqualTo("1");
      }
    }
  }

  private static List<String> command(ServerVersion version, Address address, String... words) {
    String program = version.program().toString().replaceFirst("-server$", "-cli");
    List<String> command =
        new ArrayList<>(
            List.of(program, "-h", address.host(), "-p", Integer.toString(address.port())));
    command.addAll(List.of(words));
    return command;
  }

  private static Process startCli(
      ServerVersion version, Address address, Path shown, String... words) throws IOException {
    return new ProcessBuilder(command(version, address, words))
        .redirectErrorStream(true)
        .redirectOutput(shown.toFile())
        .start();
  }

  private static String cli(ServerVersion version, Address address, String... words)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(version, address, words)).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out;
  }
}
