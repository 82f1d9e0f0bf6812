package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replication.stage.Selection;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Relay;
import io.understudy.testkit.Relay.Direction;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import io.understudy.testkit.StreamPlace;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Links that are cut, and processes that are killed, in the middle of a snapshot, of its end mark
 * and of a transaction: the data is the same afterwards, on both sides.
 */
class CutPlacesTest {
  private static final int KEYS = 3_000;
  private static final int COMMANDS = 300;
  private static final int TRIES = 2;
  private static final int MARK_BYTES = 40;

  /** What a transaction begins with. */
  private static final String MULTI = "$5\r\nMULTI\r\n";

  @TempDir private Path state;

  /** Where the cut is. */
  enum Where {
    SNAPSHOT,
    END_MARK,
    TRANSACTION;

    StreamPlace place(Random random, String header) {
      return switch (this) {
        case SNAPSHOT -> StreamPlace.behind(header, random.nextInt(KEYS * 100));
        case END_MARK -> StreamPlace.inEndMark(random.nextInt(1, MARK_BYTES));
        case TRANSACTION -> StreamPlace.behind(MULTI, random.nextInt(1, 60));
      };
    }
  }

  static List<Arguments> places() {
    List<Arguments> places = new ArrayList<>();
    for (ServerVersion version :
        List.of(ServerVersion.usual(), ServerVersion.newest(ServerVersion.Family.VALKEY))) {
      for (Where where : Where.values()) {
        places.add(Arguments.of(version, where));
      }
    }
    return places;
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("places")
  void shouldHoldTheSameWhenSourcesLinkIsCut(ServerVersion version, Where where) throws Exception {
    long seed = 41L + version.toString().hashCode() + where.name().hashCode();
    var random = new Random(seed);
    try (RedisServer source = RedisServer.start(version, "--repl-diskless-sync", "yes");
        RedisServer whole = RedisServer.start(version);
        RedisServer part = RedisServer.start(version);
        Relay upstream = Relay.to(source.address());
        Rig rig = Rig.start(upstream.address(), Selection.EVERYTHING, Rig.keys("^[5-9]"));
        RespClient client = source.connect()) {
      var load = filled(source, client, seed, version);
      if (where == Where.TRANSACTION) {
        Rig.attach(whole, rig.feed(0));
        Rig.attach(part, rig.feed(1));
      }
      for (int i = 0; i < TRIES; i++) {
        Relay.PlaceCut cut =
            upstream.cutAt(Direction.TO_CLIENT, where.place(random, magic(version)));
        if (where != Where.TRANSACTION) {
          fill(client);
          again(whole, rig.feed(0));
          again(part, rig.feed(1));
        }
        load(where, load, client, cut);
        Eventually.holds("the cut struck", cut::isDone);
      }
      whole.awaitLinkUp();
      part.awaitLinkUp();
      load.run(client, COMMANDS);
      rig.awaitInSync(source, whole, part);

      requireSame(seed, Dataset.of(source), whole, part);
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("places")
  void shouldHoldTheSameWhenReplicasLinkIsCut(ServerVersion version, Where where) throws Exception {
    long seed = 43L + version.toString().hashCode() + where.name().hashCode();
    var random = new Random(seed);
    try (RedisServer source = RedisServer.start(version, "--repl-diskless-sync", "yes");
        RedisServer whole = RedisServer.start(version);
        RedisServer part = RedisServer.start(version);
        Rig rig = Rig.start(source.address(), Selection.EVERYTHING, Rig.keys("^[5-9]"));
        Relay downstream = Relay.to(rig.feed(0));
        RespClient client = source.connect()) {
      var load = filled(source, client, seed, version);
      Rig.attach(part, rig.feed(1));
      if (where == Where.TRANSACTION) {
        Rig.attach(whole, downstream.address());
      }
      for (int i = 0; i < TRIES; i++) {
        Relay.PlaceCut cut =
            downstream.cutAt(Direction.TO_CLIENT, where.place(random, magic(version)));
        if (where != Where.TRANSACTION) {
          fill(client);
          again(whole, downstream.address());
        }
        load(where, load, client, cut);
        Eventually.holds("the cut struck", cut::isDone);
      }
      whole.awaitLinkUp();
      load.run(client, COMMANDS);
      rig.awaitInSync(source, whole, part);

      requireSame(seed, Dataset.of(source), whole, part);
    }
  }

  /** Killed at the place in what the source says, and at the place in what the replica is told. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("places")
  void shouldHoldTheSameWhenProcessIsKilled(ServerVersion version, Where where) throws Exception {
    long seed = 47L + version.toString().hashCode() + where.name().hashCode();
    var random = new Random(seed);
    Address feed = Rig.freeAddress();
    Address other = Rig.freeAddress();
    List<String> feeds = List.of(feed.toString(), "", other.toString(), "^[5-9]");
    try (RedisServer source =
            RedisServer.start(
                version, "--repl-diskless-sync", "yes", "--repl-backlog-size", "64mb");
        RedisServer whole = RedisServer.start(version);
        RedisServer part = RedisServer.start(version);
        Relay upstream = Relay.to(source.address());
        Relay downstream = Relay.to(feed);
        RespClient client = source.connect()) {
      var load = filled(source, client, seed, version);
      FeedProcess process = FeedProcess.start(upstream.address(), state, feeds);
      try {
        if (where == Where.TRANSACTION) {
          Rig.attach(whole, downstream.address());
          Rig.attach(part, other);
        }
        for (Relay link : List.of(upstream, downstream)) {
          Relay.PlaceCut held =
              link.holdAt(Direction.TO_CLIENT, where.place(random, magic(version)));
          if (where != Where.TRANSACTION) {
            fill(client);
            again(whole, downstream.address());
            again(part, other);
          }
          load(where, load, client, held);
          Eventually.holds("the place is reached", held::isDone);
          process.kill9();
          held.release();
          process = FeedProcess.start(upstream.address(), state, feeds);
        }
        whole.awaitLinkUp();
        part.awaitLinkUp();
        load.run(client, COMMANDS);
        client.call("SELECT", "0");
        client.call("SET", "9:end", Long.toString(seed));
        for (RedisServer replica : List.of(whole, part)) {
          Eventually.holds(
              replica + " has the end",
              () -> replica.command("GET", "9:end").equals(Long.toString(seed)));
        }

        requireSame(seed, Dataset.of(source), whole, part);
      } finally {
        process.kill9();
      }
    }
  }

  private static RandomLoad filled(
      RedisServer source, RespClient client, long seed, ServerVersion version) throws IOException {
    source.command("CONFIG", "SET", "rdbcompression", "no");
    fill(client);
    var load = new RandomLoad(seed, version);
    load.run(client, COMMANDS);
    return load;
  }

  private static void fill(RespClient client) throws IOException {
    client.call("SELECT", "0");
    String value = "v".repeat(200);
    for (int i = 0; i < KEYS; i++) {
      client.send("SET", i + ":filled", value);
    }
    for (int i = 0; i < KEYS; i++) {
      client.read();
    }
  }

  /** What a snapshot begins with. */
  private static String magic(ServerVersion version) {
    return version.family() == ServerVersion.Family.VALKEY && version.major() >= 9
        ? "VALKEY0"
        : "REDIS00";
  }

  /** Some writes, and more until the cut strikes. */
  private static void load(Where where, RandomLoad load, RespClient client, Relay.PlaceCut cut)
      throws IOException {
    if (where == Where.SNAPSHOT) {
      Eventually.holds("the snapshot came so far", cut::isDone); // a FLUSHALL would make it short
    }
    for (int round = 0; round < 50 && !cut.isDone(); round++) {
      load.run(client, COMMANDS / 5);
      client.call("MULTI");
      client.call("SET", "1:in", Integer.toString(round));
      client.call("SET", "9:in", Integer.toString(round));
      client.call("EXEC");
    }
  }

  /** Makes it ask for a snapshot, whatever it has. */
  private static void again(RedisServer replica, Address primary) {
    replica.command("REPLICAOF", "NO", "ONE");
    replica.command("FLUSHALL");
    replica.command("REPLICAOF", primary.host(), Integer.toString(primary.port()));
  }

  private static void requireSame(
      long seed, Map<String, String> expected, RedisServer whole, RedisServer part) {
    assertThat(Dataset.differences(expected, Dataset.of(whole))).as("seed %s", seed).isEmpty();
    assertThat(Dataset.differences(RandomLoadTest.part(expected, "[5-9]"), Dataset.of(part)))
        .as("seed %s", seed)
        .isEmpty();
  }
}
