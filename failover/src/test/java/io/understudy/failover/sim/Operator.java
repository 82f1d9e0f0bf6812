package io.understudy.failover.sim;

import io.understudy.failover.decide.Request;
import io.understudy.topology.Address;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * An operator who pauses the group or a node, resumes it, plans switchovers and drops them again,
 * and now and then forces one, whatever else is going on. Who removes and adds nodes is {@link
 * Newcomers}.
 *
 * <p>Draws from a source of its own, so that a run without it is the same as ever.
 */
final class Operator {
  private static final long MILLISECOND = 1_000_000L;
  private static final String BY = "an operator";

  /** Shorter than what is left after the faults, so that no pause outlasts the run. */
  private static final int LONGEST_PAUSE_MILLIS = 6_000;

  private static final int LATEST_MILLIS = 4_000;

  private final World world;
  private final Random random;
  private final boolean active;
  private boolean over;
  private int accepted;

  Operator(World world, long seed) {
    this.world = world;
    this.random = new Random(seed * 37 + 11);
    this.active = random.nextInt(4) == 0 && world.keepers.size() == 1;
  }

  /** How much of what was asked for was accepted. */
  int accepted() {
    return accepted;
  }

  void plan(long fromNanos, long untilNanos) {
    if (!active) {
      return;
    }
    int times = 2 + random.nextInt(4);
    for (int i = 0; i < times; i++) {
      long at = fromNanos + (long) (random.nextDouble() * (untilNanos - fromNanos));
      world.time.after(at - world.time.nowNanos(), world.skippable(this::act));
    }
  }

  /** From now on asks for nothing more. */
  void stop() {
    over = true;
  }

  private void act() {
    if (over) {
      return;
    }
    ask(draw());
    if (random.nextInt(3) == 0) {
      // Two things asked for in a row, the second perhaps while the first is being done.
      world.time.after(random.nextInt(300) * MILLISECOND, () -> ask(draw()));
    }
  }

  private void ask(Request request) {
    if (!over && world.keepers.getFirst().ask(request)) {
      accepted++;
    }
  }

  private Request draw() {
    return switch (random.nextInt(10)) {
      case 0, 1 -> new Request.PauseFor(Optional.empty(), "maintenance", length(), BY);
      case 2, 3 -> new Request.PauseFor(Optional.of(node()), "maintenance", length(), BY);
      case 4 -> new Request.Resume(Optional.empty(), BY);
      case 5 -> new Request.Resume(Optional.of(node()), BY);
      case 6, 7 ->
          new Request.SwitchoverAt(
              node(random.nextBoolean()),
              world.time.nowNanos() / MILLISECOND + 1 + random.nextInt(LATEST_MILLIS),
              BY);
      case 8 -> new Request.Cancel(BY);
      case 9 ->
          random.nextBoolean()
              ? new Request.Switchover(node(random.nextBoolean()), BY)
              : new Request.ForcedFailover(node(), BY);
      default -> throw new IllegalStateException("no such request");
    };
  }

  private Duration length() {
    return Duration.ofMillis(200 + random.nextInt(LONGEST_PAUSE_MILLIS - 200));
  }

  private Optional<Address> node(boolean named) {
    return named ? Optional.of(node()) : Optional.empty();
  }

  private Address node() {
    return world.servers.get(random.nextInt(world.servers.size())).address;
  }
}
