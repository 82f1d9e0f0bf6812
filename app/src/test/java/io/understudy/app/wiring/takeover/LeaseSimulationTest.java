package io.understudy.app.wiring.takeover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.TrafficFeed;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Both ends of the lease, with messages that arrive late and ends that stand still for a while: as
 * soon as the keeper takes a successor to have let go of a primary, it has.
 */
class LeaseSimulationTest {
  private static final int RUNS = 200;
  private static final int STEPS = 400;
  private static final long MILLIS = 1_000_000;

  @Test
  void shouldNeverPromoteWhileTheSuccessorActsOnTheReignBefore() {
    int promotions = 0;
    int acted = 0;
    for (int seed = 1; seed <= RUNS; seed++) {
      Run run = new Run(seed);
      for (int step = 0; step < STEPS; step++) {
        run.step();
        assertThat(run.violation()).describedAs("seed %d, step %d", seed, step).isFalse();
      }
      promotions += run.promotions;
      acted += run.acted;
    }
    // Otherwise it has shown nothing.
    assertThat(promotions).isGreaterThan(RUNS);
    assertThat(acted).isGreaterThan(RUNS * STEPS / 10);
  }

  private static final class Run {
    private final Random random;
    private final Queue<Message> toSuccessor = new ArrayDeque<>();
    private final Queue<Message> toKeeper = new ArrayDeque<>();
    private long nowNanos = 1;
    private Topology published = reign(1);
    private Optional<Topology> held = Optional.empty();
    private Topology followed = Topology.unknown("orders");
    private final SuccessorLease lease = new SuccessorLease(() -> nowNanos, () -> {});
    private final PredecessorFeed feed =
        new PredecessorFeed(
            toKeeper::add,
            topology -> followed = topology,
            new TrafficFeed() {
              @Override
              public OptionalLong lastReplyNanos(RunId runId) {
                return OptionalLong.empty();
              }

              @Override
              public boolean isDrained(Topology holding) {
                return random.nextBoolean();
              }
            },
            () -> nowNanos);
    int promotions;
    int acted;

    Run(int seed) {
      random = new Random(seed);
      lease.publish(published);
      lease.attach(toSuccessor::add);
    }

    private static Topology reign(long epoch) {
      return new Topology(
          "orders", new Epoch(epoch), 0, Optional.of(node(epoch)), List.of(), "a reign");
    }

    private static Node node(long number) {
      return new Node(new Address("127.0.0.1", (int) number), new RunId("run" + number));
    }

    void step() {
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> hear();
        case 3, 4, 5 -> answer();
        case 6 -> feed.renew();
        case 7 -> {
          var _ = feed.look();
        }
        case 8, 9 -> nowNanos += random.nextInt(300) * MILLIS;
        case 10 -> withdraw();
        default -> promote();
      }
      if (feed.isUpToDate() && followed.primary().isPresent()) {
        acted++;
      }
    }

    private void hear() {
      Message message = toSuccessor.poll();
      if (message instanceof Message.Published news) {
        feed.published(news);
      } else if (message instanceof Message.Lease granted) {
        feed.leased(granted);
      }
    }

    private void answer() {
      if (toKeeper.poll() instanceof Message.Renew asked) {
        lease.renew(asked);
      }
    }

    private void withdraw() {
      if (held.isEmpty() && random.nextInt(4) == 0) {
        Topology none =
            new Topology(
                "orders",
                published.epoch(),
                published.version() + 1,
                Optional.empty(),
                List.of(),
                "none",
                random.nextBoolean() ? published.primary() : Optional.empty());
        held = Optional.of(none);
        lease.publish(none);
      }
    }

    /** As the keeper does: not before all have let go, or their leases are over. */
    private void promote() {
      OptionalLong until = lease.heldUntilNanos("orders");
      boolean waits = until.isPresent() && until.getAsLong() - nowNanos > 0;
      boolean drains = held.isPresent() && held.get().retiring().isPresent();
      if (held.isPresent() && !waits && (!drains || lease.isDrained("orders"))) {
        published = reign(published.epoch().number() + 1);
        held = Optional.empty();
        promotions++;
        lease.publish(published);
      }
    }

    /** Whether the successor may send to a node that is primary no more. */
    boolean violation() {
      boolean sends = feed.isUpToDate() && followed.primary().isPresent();
      return sends && followed.epoch().number() < published.epoch().number();
    }
  }
}
