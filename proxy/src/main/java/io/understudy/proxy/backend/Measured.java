package io.understudy.proxy.backend;

import io.understudy.proxy.route.Freshness;
import io.understudy.topology.RunId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What was measured last of the nodes of one group, by their runs. Any thread. */
public final class Measured {
  private final Map<RunId, Freshness> byRun = new ConcurrentHashMap<>();

  /** Nothing was measured yet. */
  public Measured() {}

  /** What is known of a node; {@link Freshness#UNKNOWN} if nothing is. */
  public Freshness of(RunId run) {
    return byRun.getOrDefault(run, Freshness.UNKNOWN);
  }

  /** A node was measured. */
  void put(RunId run, Freshness freshness) {
    byRun.put(run, freshness);
  }

  /** A node did not answer, or is gone. */
  void forget(RunId run) {
    byRun.remove(run);
  }
}
