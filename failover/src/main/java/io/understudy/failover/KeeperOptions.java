package io.understudy.failover;

import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.journal.LocalJournal;
import io.understudy.failover.observe.Cadence;
import io.understudy.topology.Coordinator;

/**
 * What a keeper is told besides its groups.
 *
 * @param coordinator how it agrees with other keepers, or that it decides alone
 * @param policy how careful and how quick failovers are
 * @param cadence how often servers are asked
 * @param ioThreads how many threads serve all control connections, 1 and up
 */
public record KeeperOptions(
    Coordinator coordinator, FailoverPolicy policy, Cadence cadence, int ioThreads) {
  public KeeperOptions {
    if (ioThreads < 1) {
      throw new IllegalArgumentException("ioThreads must be at least 1: " + ioThreads);
    }
  }

  /** A process that decides alone, with everything else as it usually is. */
  public static KeeperOptions alone(LocalJournal journal) {
    return new KeeperOptions(
        Coordinator.alone(journal, journal.archive()), FailoverPolicy.DEFAULT, Cadence.DEFAULT, 1);
  }

  public KeeperOptions withPolicy(FailoverPolicy other) {
    return new KeeperOptions(coordinator, other, cadence, ioThreads);
  }

  public KeeperOptions withCadence(Cadence other) {
    return new KeeperOptions(coordinator, policy, other, ioThreads);
  }
}
