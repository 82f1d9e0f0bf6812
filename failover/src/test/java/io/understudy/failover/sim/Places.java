package io.understudy.failover.sim;

import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.decide.Placement;
import io.understudy.failover.decide.Placement.Place;
import io.understudy.failover.decide.Placement.Tag;
import io.understudy.failover.decide.Upkeep;
import io.understudy.topology.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the primary should be, and must not be, in some of the worlds. Not drawn from the run's own
 * source, so that a run without it is the same as ever.
 */
final class Places {
  private static final int WORLDS = 7;
  private static final Duration RETURN_AFTER = Duration.ofSeconds(2);

  private final World world;
  private final Optional<SimServer> preferred;
  private final Optional<SimServer> forbidden;

  Places(World world, long seed) {
    this.world = world;
    int which = (int) (seed / WORLDS % world.servers.size());
    this.preferred = seed % WORLDS == 3 ? Optional.of(world.servers.get(which)) : Optional.empty();
    this.forbidden = seed % WORLDS == 4 ? Optional.of(world.servers.get(which)) : Optional.empty();
  }

  FailoverPolicy of(FailoverPolicy policy) {
    List<Place> places = new ArrayList<>();
    preferred.ifPresent(s -> places.add(new Place(s.address, Optional.empty(), Tag.PREFER)));
    forbidden.ifPresent(s -> places.add(new Place(s.address, Optional.of("far"), Tag.NORMAL)));
    var placement = new Placement(places, List.of(), List.of(), List.of("far"));
    return policy.withUpkeep(
        new Upkeep(
            policy.upkeep().replicaGrace(), placement, preferred.map(server -> RETURN_AFTER)));
  }

  boolean mayLead(SimServer server) {
    return server.priority > 0 && !isForbidden(server);
  }

  private boolean isForbidden(SimServer server) {
    return forbidden.filter(server::equals).isPresent();
  }

  /** I6, when a promotion runs that nobody forced. */
  void promotes(SimServer server, boolean allAreBlank) {
    if (isForbidden(server) && !allAreBlank) {
      throw new Violation("I6", server.name + " is in a forbidden zone and is promoted");
    }
  }

  /** Why the primary is not where it should be, when all is well otherwise; empty when it is. */
  Optional<String> misplaced() {
    return preferred
        .filter(s -> s.role == Role.REPLICA && s.priority > 0)
        .filter(s -> world.keepers.size() == 1)
        .map(s -> s.name + " is preferred, and is not primary");
  }
}
