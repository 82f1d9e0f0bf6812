package io.understudy.failover;

import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.observe.Cadence;
import io.understudy.topology.Journal;
import io.understudy.topology.Leadership;

/**
 * What a keeper is told besides its groups.
 *
 * @param journal where each group's memory survives this process
 * @param leadership whether this process may act; {@link Leadership#ALONE} when it decides alone
 * @param policy how careful and how quick failovers are
 * @param cadence how often servers are asked
 * @param ioThreads how many threads serve all control connections, 1 and up
 */
public record KeeperOptions(
    Journal journal, Leadership leadership, FailoverPolicy policy, Cadence cadence, int ioThreads) {
  public KeeperOptions {
    if (ioThreads < 1) {
      throw new IllegalArgumentException("ioThreads must be at least 1: " + ioThreads);
    }
  }

  /** A process that decides alone, with everything else as it usually is. */
  public static KeeperOptions alone(Journal journal) {
    return new KeeperOptions(journal, Leadership.ALONE, FailoverPolicy.DEFAULT, Cadence.DEFAULT, 1);
  }

  public KeeperOptions withPolicy(FailoverPolicy other) {
    return new KeeperOptions(journal, leadership, other, cadence, ioThreads);
  }

  public KeeperOptions withCadence(Cadence other) {
    return new KeeperOptions(journal, leadership, policy, other, ioThreads);
  }
}
