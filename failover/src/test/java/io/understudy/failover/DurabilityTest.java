package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.decide.Answer;
import io.understudy.failover.decide.DurabilityPolicy;
import io.understudy.failover.decide.Request;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Durability;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What keepers do of a group whose writes must be durable, on real servers. */
class DurabilityTest {
  private static final int ANSWER_SECONDS = 30;

  private static Watched watch(ReplicaSet set, int replicas) {
    return Watched.over(
        set.nodes(),
        Watched.KeeperSettings.QUICK.with(new DurabilityPolicy(replicas, Duration.ofSeconds(1))));
  }

  private static Durability terms(Watched keeper) {
    return keeper.current().durability().orElseThrow();
  }

  private static void awaitVoters(Watched keeper, int voters) {
    keeper.await(
        voters + " voters, and nobody else",
        () ->
            keeper
                .current()
                .durability()
                .filter(d -> d.confirms() && d.voters().size() == voters && d.others() == 0)
                .isPresent());
  }

  @Test
  void shouldWaitForEnoughVotersBeforeItPromotes() {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 2);
        Watched keeper = watch(set, 1)) {
      awaitVoters(keeper, 2);
      RedisServer late = set.replica(0);
      late.stop();
      set.primary().kill9();

      keeper.await(
          "it says whom it waits for",
          () -> keeper.status().decision().reason().contains("2 of its 2 voters must be heard"));
      assertThat(keeper.current().primary()).isEmpty();

      late.resume();
      keeper.awaitSuccessor(1, set.replicas());
    }
  }

  @Test
  void shouldGiveNoVoteToARunThatWasStartedAgainUnlessItIsForced() throws Exception {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 1);
        Watched keeper = watch(set, 1)) {
      awaitVoters(keeper, 1);
      RedisServer replica = set.replica(0);
      replica.save();
      set.primary().command("SET", "later", "than the file");
      set.awaitInSync();
      set.primary().stop(); // Nobody fills the replica up again.
      replica.kill9();
      replica.restartWithData();
      set.primary().kill9();

      keeper.await(
          "it says that nobody who has a vote is heard",
          () ->
              keeper.status().decision().reason().contains("1 of its 1 voters must be heard")
                  || keeper.status().decision().reason().contains("no node may be promoted"));
      assertThat(keeper.current().primary()).isEmpty();

      keeper.await(
          "the force is accepted",
          () -> {
            Answer answer =
                keeper
                    .keeper()
                    .ask(
                        Watched.GROUP,
                        new Request.ForcedFailover(replica.address(), "the test"),
                        false)
                    .get(ANSWER_SECONDS, TimeUnit.SECONDS);
            return answer.isAccepted();
          });
      keeper.awaitPrimary(replica);
    }
  }

  @Test
  void shouldCountWhoeverAttachedWithoutAVoteAndStrikeVotersThatAreGone() {
    try (ReplicaSet set = ReplicaSet.start(ServerVersion.usual(), 2);
        RedisServer stranger = RedisServer.start(ServerVersion.usual());
        Watched keeper = watch(set, 1)) {
      awaitVoters(keeper, 2);
      stranger.command("REPLICAOF", "127.0.0.1", Integer.toString(set.primary().address().port()));
      stranger.awaitLinkUp();
      keeper.await("the stranger counts as one more", () -> terms(keeper).others() == 1);
      assertThat(terms(keeper).required(terms(keeper).attachments())).isEqualTo(2);

      set.replica(1).kill9();
      keeper.await("the dead one has no vote", () -> terms(keeper).voters().size() == 1);
      keeper.await(
          "the former voters count no longer",
          () ->
              keeper.journal().reign().orElseThrow().electorates().stream()
                  .map(electorate -> electorate.voters().size())
                  .toList()
                  .equals(List.of(1)));
      set.primary().kill9();
      assertThat(keeper.awaitSuccessor(1, List.of(set.replica(0)))).isEqualTo(set.replica(0));
    }
  }
}
