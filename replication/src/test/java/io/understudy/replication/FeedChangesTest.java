package io.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Feeds that come and go while transactions pass, and one that notices nothing of it. */
class FeedChangesTest {
  /** What becomes one transaction for replicas. */
  private static final String BOTH =
      "redis.call('SET','a'..ARGV[1],ARGV[1]) redis.call('SET','b'..ARGV[1],ARGV[1])"
          + " redis.call('SET','a',ARGV[1]) redis.call('SET','b',ARGV[1])";

  private static final int TIMES = 2;
  private static final int KEYS = 5_000;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldLeaveOtherFeedsUntouched(boolean kept) throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    try (RedisServer source = RedisServer.start(ServerVersion.usual());
        RedisServer stays = RedisServer.start(ServerVersion.usual());
        RedisServer comes = RedisServer.start(ServerVersion.usual());
        Rig rig =
            Rig.start(
                source.address(), kept ? Optional.of(folder) : Optional.empty(), Rig.keys("^a"))) {
      Rig.attach(stays, rig.feed(0));
      CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(source, ended));
      Address place = Rig.freeAddress();
      for (int time = 0; time < TIMES; time++) {
        rig.add(place, Rig.keys("^b"));
        assertThatThrownBy(() -> rig.add(place, Rig.keys("^b")))
            .hasMessageContaining("is another feed's");
        Rig.attach(comes, place);
        Eventually.holds("it is fed", () -> isFed(comes, "b"));
        rig.remove(place);
        Eventually.holds(
            "it is fed no more", () -> comes.info("master_link_status").equals("down"));

        // Another part at the same address is another history: nobody goes on with the old one.
        rig.add(place, Rig.keys("^a"));
        Eventually.holds(
            "it is fed the other part",
            () -> isFed(comes, "a") && comes.command("EXISTS", "b").equals("0"));
        rig.remove(place);
        comes.command("REPLICAOF", "NO", "ONE");
      }
      rig.add(place, Rig.keys("^b"));
      Rig.attach(comes, place);
      Eventually.holds("it is fed at last", () -> isFed(comes, "b"));
      ended.set(true);
      writing.join();
      rig.awaitInSync(source, stays, comes);

      assertThat(stays.command("DBSIZE")).isEqualTo(comes.command("DBSIZE"));
      assertThat(Long.parseLong(source.command("DBSIZE")))
          .isEqualTo(2 * Long.parseLong(stays.command("DBSIZE")));
      assertThat(stays.command("GET", "a")).isEqualTo(comes.command("GET", "b"));
      SourceStatus.FeedStatus untouched = rig.status().feeds().getFirst();
      assertThat(untouched.fullResyncs()).isEqualTo(1);
      assertThat(untouched.partialResyncs()).isZero();
      assertThat(rig.status().partialResyncs()).as("the link is the same").isZero();
    }
  }

  private static boolean isFed(RedisServer replica, String key) {
    return replica.info("master_link_status").equals("up")
        && !replica.command("GET", key).equals("(nil)");
  }

  private static void write(RedisServer source, AtomicBoolean ended) {
    try (RespClient client = source.connect()) {
      for (int i = 0; !ended.get(); i++) {
        client.call("EVAL", BOTH, "0", Integer.toString(i % KEYS));
      }
    } catch (IOException e) {
      throw new AssertionError("the source is lost", e);
    }
  }
}
