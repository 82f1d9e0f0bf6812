package io.understudy.failover.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.Verification;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** By what outputs may act on what is published, while somebody vouches for it and while not. */
class TopologyBoardTest {
  private static final Node FIRST = node(1);
  private static final Node SECOND = node(2);

  private boolean vouched;
  private long nowNanos;
  private final TopologyBoard board = new TopologyBoard(() -> vouched, () -> nowNanos);
  private final Topology published = published(1, 0, FIRST, List.of(SECOND));

  @Test
  void shouldActOnTheNewestWhileSomebodyVouchesForIt() {
    board.publish(published);
    assertThat(board.isCurrent(published)).isFalse();

    vouched = true;

    assertThat(board.isCurrent(published)).isTrue();
    assertThat(board.isVouchedFor(published)).isTrue();
    assertThat(board.isBelieved(published)).isFalse();
  }

  @Test
  void shouldActOnWhatIsBelievedUntilThatEnds() {
    board.publish(published);

    board.believe(published, 100);

    assertThat(board.isVouchedFor(published)).isFalse();
    nowNanos = 99;
    assertThat(board.isCurrent(published)).isTrue();
    nowNanos = 100;
    assertThat(board.isCurrent(published)).isFalse();
  }

  @Test
  void shouldNotActOnWhatIsDoubted() {
    board.publish(published);
    board.believe(published, 100);

    board.doubt("orders");

    assertThat(board.isCurrent(published)).isFalse();
  }

  @Test
  void shouldNotBelieveInALaterReignByAnEarlierOne() {
    board.publish(published);
    board.believe(published, 100);

    board.publish(published(2, 0, SECOND, List.of(FIRST)));

    assertThat(board.isCurrent(published)).isFalse();
    assertThat(board.isCurrent(board.current("orders"))).isFalse();
  }

  @Test
  void shouldGoOnBelievingWhenOnlyReplicasChange() {
    board.publish(published);
    board.believe(published, 100);

    board.publish(published(1, 1, FIRST, List.of(SECOND, node(3))));

    assertThat(board.isCurrent(published)).isTrue();
  }

  @Test
  void shouldNotBelieveWithoutTermsOrPrimary() {
    board.publish(published);
    board.believe(published, 100);
    board.publish(
        new Topology("orders", new Epoch(1), 1, Optional.of(FIRST), List.of(SECOND), "no terms"));
    assertThat(board.isCurrent(published)).isFalse();

    board.publish(published(1, 2, FIRST, List.of(SECOND)));
    board.believe(published, 100);
    assertThat(board.isCurrent(published)).isTrue();
    board.publish(
        new Topology(
            "orders",
            new Epoch(1),
            3,
            Optional.empty(),
            List.of(SECOND),
            "it retires",
            Optional.of(FIRST)));
    assertThat(board.isCurrent(published)).isFalse();
    vouched = true;
    assertThat(board.isCurrent(published)).as("its answers count while it retires").isTrue();
  }

  private static Node node(int number) {
    return new Node(new Address("10.0.0." + number, 6379), new RunId("run" + number));
  }

  private static Topology published(long epoch, long version, Node primary, List<Node> replicas) {
    return new Topology(
        "orders",
        new Epoch(epoch),
        version,
        Optional.of(primary),
        replicas,
        "a test",
        Optional.empty(),
        Optional.empty(),
        Optional.of(Verification.USUAL));
  }
}
