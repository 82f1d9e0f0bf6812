package io.understudy.failover.act;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.Outcome;
import io.understudy.failover.link.Attempt;
import io.understudy.failover.link.Connector;
import io.understudy.failover.link.Link;
import io.understudy.failover.view.EpochMark;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stands between a decision and the server. */
class PerformerTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final EpochMark MARK = new EpochMark(new Epoch(7), "some-keeper");

  private final Connector connector = new Connector(1, DEADLINE);
  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  /** What happened, in order. */
  private final List<String> story = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    connector.close();
    thread.shutdownNow();
  }

  @Test
  void shouldSendNothingWhenTheLeaseEndedSinceItWasDecided() throws Exception {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1)) {
      RedisServer replica = set.replica(0);

      Outcome outcome = promote(replica, () -> false);

      assertThat(outcome)
          .isEqualTo(new Outcome.Rejected("this keeper's lease ended before the order was sent"));
      // The lease was asked for after the last answer that the order needed had come.
      assertThat(story).containsExactly("the mark was read", "the lease was asked for");
      assertThat(replica.info("role")).isEqualTo("slave");
      assertThat(replica.command("INFO", "commandstats"))
          .contains("cmdstat_watch")
          .doesNotContain("cmdstat_multi");
      Eventually.holds(
          "the watch is over", () -> replica.command("INFO", "commandstats").contains("unwatch"));
    }
  }

  @Test
  void shouldSendTheOrderWhileTheLeaseRuns() throws Exception {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1)) {
      RedisServer replica = set.replica(0);

      Outcome outcome = promote(replica, () -> true);

      assertThat(outcome).isInstanceOf(Outcome.Done.class);
      assertThat(story).containsExactly("the mark was read", "the lease was asked for");
      assertThat(replica.info("role")).isEqualTo("master");
      assertThat(replica.command("GET", EpochMark.KEY)).isEqualTo(MARK.toString());
    }
  }

  private Outcome promote(RedisServer server, BooleanSupplier lease) throws Exception {
    var attempted = new CompletableFuture<Attempt>();
    connector.connect(server.address(), thread, attempted::complete, lost -> {});
    Link link = ((Attempt.Connected) attempted.get(DEADLINE.toSeconds(), TimeUnit.SECONDS)).link();
    var performer =
        new Performer(
            thread,
            DEADLINE,
            () -> {
              story.add("the lease was asked for");
              return lease.getAsBoolean();
            });
    var node = new Node(server.address(), new RunId(server.info("run_id")));
    var order = new Action.Promote(1, node, Optional.empty(), MARK, OptionalLong.empty());
    var ended = new CompletableFuture<Outcome>();
    thread.execute(
        () ->
            performer.perform(
                order, link, false, mark -> story.add("the mark was read"), ended::complete));
    return ended.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
  }
}
