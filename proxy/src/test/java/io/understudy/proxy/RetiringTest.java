package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Topology;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A planned change of primary, as clients see it. */
class RetiringTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  @Test
  void shouldAnswerWhatWasSentAndSendTheRestToTheNextPrimary() throws IOException {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Rig rig = Rig.before(set.primary());
        Wire early = rig.connect();
        Wire late = rig.connect()) {
      assertThat(early.call("SET", "a", "1")).isEqualTo("+OK\r\n");
      assertThat(late.call("GET", "a")).isEqualTo("$1\r\n1\r\n");
      set.primary().command("CLIENT", "PAUSE", "60000", "WRITE");
      early.send("INCR", "a");
      assertThat(early.isSilentFor(100)).isTrue();

      Topology holding = retire(rig);
      late.send("INCR", "a");
      assertThat(late.isSilentFor(100)).isTrue();
      assertThat(rig.proxy.traffic().isDrained(holding)).isFalse();

      set.primary().command("CLIENT", "UNPAUSE");
      assertThat(early.read()).isEqualTo(":2\r\n");
      Eventually.holds("all is answered", () -> rig.proxy.traffic().isDrained(holding));
      assertThat(late.isSilentFor(100)).isTrue();

      set.awaitInSync();
      set.replica(0).command("REPLICAOF", "NO", "ONE");
      rig.feed.crown(set.replica(0));
      assertThat(late.read()).isEqualTo(":3\r\n");
      assertThat(set.primary().command("GET", "a")).isEqualTo("2");
    }
  }

  @Test
  void shouldLetATransactionEndAndGoOnWhenTheChangeIsCalledOff() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server);
        Wire client = rig.connect();
        Wire other = rig.connect()) {
      assertThat(client.call("MULTI")).isEqualTo("+OK\r\n");
      assertThat(client.call("INCR", "a")).isEqualTo("+QUEUED\r\n");

      Topology holding = retire(rig);
      other.send("INCR", "a");
      assertThat(other.isSilentFor(100)).isTrue();
      assertThat(rig.proxy.traffic().isDrained(holding)).isFalse();
      assertThat(client.call("EXEC")).isEqualTo("*1\r\n:1\r\n");
      Eventually.holds("all is answered", () -> rig.proxy.traffic().isDrained(holding));

      rig.feed.reinstate();
      assertThat(other.read()).isEqualTo(":2\r\n");
      assertThat(client.call("GET", "a")).isEqualTo("$1\r\n2\r\n");
    }
  }

  /** Begins a planned change, and waits until every event loop knows: what comes later is held. */
  private static Topology retire(Rig rig) {
    Topology holding = rig.feed.retire();
    assertThat(rig.proxy.loopDelayNanos(DEADLINE)).allMatch(nanos -> nanos < DEADLINE.toNanos());
    return holding;
  }
}
