package io.understudy.proxy.session;

import io.understudy.proxy.backend.BackendPool;
import io.understudy.proxy.route.Routes;
import java.util.Map;

/**
 * Where the commands of a listener with routes may go, on one event loop.
 *
 * @param routes which keys belong where
 * @param pools the connections to each group
 */
public record Destinations(Routes routes, Map<String, BackendPool> pools) {
  /** Makes the map unmodifiable, and refuses a group without connections. */
  public Destinations {
    pools = Map.copyOf(pools);
    if (!pools.keySet().containsAll(routes.groups())) {
      throw new IllegalArgumentException("a group of " + routes + " has no connections");
    }
  }

  BackendPool pool(String group) {
    BackendPool pool = pools.get(group);
    if (pool == null) {
      throw new IllegalArgumentException("no route leads to " + group);
    }
    return pool;
  }
}
