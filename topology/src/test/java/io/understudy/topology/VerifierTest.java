package io.understudy.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerifierTest {
  private static final long MILLI = 1_000_000L;
  private static final Node PRIMARY = node(1);

  private final Verifier verifier = new Verifier();

  @Test
  void shouldBelieveFromTheQuestionAfterWhichAllReplicasFollowed() {
    Topology under = following(2, 3);

    answered(under, true, 0, 10, 100, replica(2, 100) + replica(3, 100));
    assertThat(holds(10)).as("nothing is proven by one answer").isFalse();

    answered(under, true, 200, 210, 150, replica(2, 101) + replica(3, 150));
    assertThat(holds(999)).isTrue();
    assertThat(holds(1_000)).as("it counts from the first question").isFalse();
  }

  @Test
  void shouldNotBelieveReplicasThatHoldOnlyWhatWasWrittenBefore() {
    Topology under = following(2, 3);

    answered(under, true, 0, 10, 100, "");
    answered(under, true, 200, 210, 150, replica(2, 101) + replica(3, 100));

    assertThat(holds(211)).isFalse();
  }

  @Test
  void shouldGoOnAloneWhileEachProofComesBeforeTheLastHasRunOut() {
    Topology under = following(2);
    answered(under, true, 0, 10, 100, "");

    for (long i = 1; i < 20; i++) {
      answered(under, i == 1, i * 400, i * 400 + 10, 100 + i, replica(2, 100 + i));
      assertThat(holds(i * 400 + 20)).isTrue();
    }
  }

  @Test
  void shouldNotBelieveAgainWithoutTheCoordinatorAfterTheChainBroke() {
    Topology under = following(2);
    answered(under, true, 0, 10, 100, "");
    answered(under, true, 500, 510, 200, replica(2, 150));
    answered(under, false, 1_600, 1_610, 300, replica(2, 250));
    answered(under, false, 1_700, 1_710, 400, replica(2, 350));
    assertThat(holds(1_711)).isFalse();

    answered(under, true, 1_800, 1_810, 500, replica(2, 450));
    assertThat(holds(1_811)).isTrue();
  }

  @Test
  void shouldNotBelieveAnAnswerThatWasLate() {
    Topology under = following(2);
    answered(under, true, 0, 10, 100, "");

    answered(under, true, 20, 5_000, 200, replica(2, 150));

    assertThat(holds(5_000)).isFalse();
  }

  @Test
  void shouldNotTakeItsOwnWordAfterItFollowedAnother() {
    Topology under = following(2);
    answered(under, true, 0, 10, 100, "");
    answered(under, true, 200, 210, 200, replica(2, 150));
    assertThat(holds(211)).isTrue();

    verifier.answered(under, false, 300 * MILLI, 310 * MILLI, "role:slave");
    assertThat(holds(311)).isFalse();
  }

  @Test
  void shouldBeginAnewInAnotherHistory() {
    Topology under = following(2);
    answered(under, true, 0, 10, 100, "");

    verifier.answered(under, true, 200 * MILLI, 210 * MILLI, info("other", 200, replica(2, 150)));

    assertThat(holds(211)).isFalse();
  }

  @Test
  void shouldBelieveNobodyBySyncingOrAmbiguousReplicas() {
    Topology under = following(2);
    answered(under, true, 0, 10, 100, "");
    answered(under, true, 200, 210, 200, replica(2, 150).replace("online", "wait_bgsave"));
    assertThat(holds(211)).isFalse();

    answered(under, true, 300, 310, 300, replica(2, 250) + replica(2, 251).replace("e2", "e3"));
    assertThat(holds(311)).isFalse();
  }

  @Test
  void shouldBelieveNobodyWhereNothingIsPublishedToGoBy() {
    for (Topology under : List.of(following(), without(following(2)))) {
      answered(under, true, 0, 10, 100, "");
      answered(under, true, 200, 210, 200, replica(2, 150));
      assertThat(holds(211)).isFalse();
    }
  }

  private boolean holds(long millis) {
    return verifier.holds(millis * MILLI);
  }

  private void answered(
      Topology under, boolean vouched, long sent, long now, long offset, String replicas) {
    verifier.answered(under, vouched, sent * MILLI, now * MILLI, info("history", offset, replicas));
  }

  private static String info(String history, long offset, String replicas) {
    return "# Replication\r\nrole:master\r\n"
        + replicas
        + "master_replid:"
        + history
        + "\r\nmaster_repl_offset:"
        + offset
        + "\r\n";
  }

  private static String replica(int number, long offset) {
    return "slave"
        + number
        + ":ip=10.0.0."
        + number
        + ",port=6379,state=online,offset="
        + offset
        + ",lag=0\r\n";
  }

  private static Node node(int number) {
    return new Node(new Address("10.0.0." + number, 6379), new RunId("run" + number));
  }

  private static Topology following(int... numbers) {
    List<Node> replicas = Arrays.stream(numbers).mapToObj(VerifierTest::node).toList();
    return new Topology(
        "orders",
        new Epoch(1),
        0,
        Optional.of(PRIMARY),
        replicas,
        "a test",
        Optional.empty(),
        Optional.empty(),
        Optional.of(Verification.USUAL));
  }

  private static Topology without(Topology terms) {
    return new Topology(
        terms.group(),
        terms.epoch(),
        terms.version(),
        terms.primary(),
        terms.replicas(),
        terms.reason());
  }
}
