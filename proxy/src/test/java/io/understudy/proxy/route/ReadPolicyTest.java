package io.understudy.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.proxy.route.ReadPolicy.Balance;
import io.understudy.proxy.route.ReadPolicy.Consistency;
import io.understudy.proxy.route.ReadPolicy.From;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadPolicyTest {
  private static final long NOW = 1_000_000_000_000L;

  private static ReadPolicy policy(Consistency consistency) {
    return new ReadPolicy(
        From.REPLICAS, Balance.ROUND_ROBIN, consistency, Duration.ofNanos(500), 100);
  }

  private static Freshness replica(long behindNanos, long lagBytes) {
    return new Freshness(NOW - behindNanos, lagBytes, 10, NOW);
  }

  @Test
  void shouldAllowWhatIsWithinBothBounds() {
    ReadPolicy bounded = policy(Consistency.BOUNDED);
    assertThat(bounded.allows(replica(500, 100), NOW, Freshness.NEVER)).isTrue();
    assertThat(bounded.allows(replica(501, 100), NOW, Freshness.NEVER)).isFalse();
    assertThat(bounded.allows(replica(500, 101), NOW, Freshness.NEVER)).isFalse();
    assertThat(bounded.allows(Freshness.UNKNOWN, NOW, Freshness.NEVER)).isFalse();
  }

  @Test
  void shouldAllowWhatHasTheClientsLastWrite() {
    ReadPolicy session = policy(Consistency.SESSION);
    assertThat(session.allows(replica(9_000, 1 << 30), NOW, NOW - 9_000)).isTrue();
    assertThat(session.allows(replica(9_000, 0), NOW, NOW - 8_999)).isFalse();
    assertThat(session.allows(Freshness.UNKNOWN, NOW, NOW - 1)).isFalse();
    assertThat(session.allows(Freshness.UNKNOWN, NOW, Freshness.NEVER)).isTrue();
  }

  @Test
  void shouldAskNobodyWhoWentSilent() {
    ReadPolicy any = policy(Consistency.ANY);
    long second = 1_000_000_000L;
    assertThat(any.allows(new Freshness(0, 0, 10, NOW - second), NOW, NOW)).isTrue();
    assertThat(any.allows(new Freshness(0, 0, 10, NOW - second - 1), NOW, NOW)).isFalse();
    assertThat(any.allows(Freshness.UNKNOWN, NOW, NOW)).isTrue();
  }

  @Test
  void shouldKnowOfWhichMomentAReplicaHasEverything() {
    OffsetHistory history = new OffsetHistory();
    assertThat(history.momentOf(5)).isEqualTo(Freshness.NEVER);
    history.add(10, 100);
    history.add(20, 100);
    history.add(30, 250);
    assertThat(history.momentOf(99)).isEqualTo(Freshness.NEVER);
    assertThat(history.momentOf(100)).isEqualTo(20);
    assertThat(history.momentOf(249)).isEqualTo(20);
    assertThat(history.momentOf(251)).isEqualTo(30);
    for (int i = 0; i < 2 * OffsetHistory.MOST; i++) {
      history.add(100 + i, 1_000 + i);
    }
    assertThat(history.momentOf(1_000)).isEqualTo(Freshness.NEVER);
    assertThat(history.momentOf(1_000 + OffsetHistory.MOST)).isEqualTo(100 + OffsetHistory.MOST);
    history.add(9_000, 1);
    assertThat(history.momentOf(Long.MAX_VALUE)).isEqualTo(9_000);
    assertThat(history.newest()).isEqualTo(1);
  }

  @Test
  void shouldTakeForReadsOnlyWhatAnyNodeCanAnswer() {
    CommandTable table = CommandTable.standard();
    Reads reads = new Reads(table);
    for (String name :
        new String[] {"get", "mget", "hgetall", "zrange", "exists", "ttl", "xrange"}) {
      assertThat(reads.isRead(lookup(table, name))).as(name).isTrue();
    }
    for (String name :
        new String[] {
          "set",
          "scan",
          "hscan",
          "xread",
          "eval_ro",
          "fcall_ro",
          "getex",
          "sort",
          "publish",
          "multi",
          "client",
          "nosuchcommand",
          "ping",
          "config",
          "wait",
          "monitor",
          "info"
        }) {
      assertThat(reads.isRead(lookup(table, name))).as(name).isFalse();
    }
  }

  private static Command lookup(CommandTable table, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    return table.lookup(ByteBuffer.wrap(bytes), 0, bytes.length);
  }
}
