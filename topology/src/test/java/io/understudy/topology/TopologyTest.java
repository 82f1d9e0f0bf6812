package io.understudy.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopologyTest {
  private static final Node SECOND = node(2);
  private static final Node THIRD = node(3);
  private static final Topology VERIFIED =
      new Topology(
          "orders",
          new Epoch(1),
          4,
          Optional.of(node(1)),
          List.of(SECOND, THIRD),
          "a test",
          Optional.empty(),
          Optional.empty(),
          Optional.of(Verification.USUAL));

  @Test
  void shouldKeepItsTermsWhereNoReplicaLeaves() {
    Topology next = VERIFIED.again(new Address("10.0.0.9", 6379), "another test");

    assertThat(next.replicas()).containsExactly(SECOND, THIRD);
    assertThat(next.verification()).contains(Verification.USUAL);
    assertThat(next.isAfter(VERIFIED)).isTrue();
  }

  @Test
  void shouldHaveNoTermsWhoseWitnessesWereNotNoted() {
    Topology next = VERIFIED.again(THIRD.address(), "another test");

    assertThat(next.replicas()).containsExactly(SECOND);
    assertThat(next.verification()).isEmpty();
  }

  private static Node node(int number) {
    return new Node(new Address("10.0.0." + number, 6379), new RunId("run" + number));
  }
}
