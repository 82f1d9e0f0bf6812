package io.understudy.failover;

import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.hook.Hook;
import io.understudy.failover.journal.LocalJournal;
import io.understudy.failover.observe.Cadence;
import io.understudy.topology.Address;
import io.understudy.topology.Coordinator;
import java.util.List;

/**
 * What a keeper is told besides its groups.
 *
 * @param coordinator how it agrees with other keepers, or that it decides alone
 * @param policy how careful and how quick failovers are
 * @param cadence how often servers are asked
 * @param standbys servers that stand by for all groups; none of them is a group's node
 * @param ioThreads how many threads serve all control connections, 1 and up
 * @param hooks what is called before and after what is done
 */
public record KeeperOptions(
    Coordinator coordinator,
    FailoverPolicy policy,
    Cadence cadence,
    int ioThreads,
    List<Address> standbys,
    List<Hook> hooks) {
  /** Without standbys and hooks. */
  public KeeperOptions(
      Coordinator coordinator, FailoverPolicy policy, Cadence cadence, int ioThreads) {
    this(coordinator, policy, cadence, ioThreads, List.of(), List.of());
  }

  public KeeperOptions {
    standbys = List.copyOf(standbys);
    hooks = List.copyOf(hooks);
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
    return new KeeperOptions(coordinator, other, cadence, ioThreads, standbys, hooks);
  }

  public KeeperOptions withCadence(Cadence other) {
    return new KeeperOptions(coordinator, policy, other, ioThreads, standbys, hooks);
  }

  public KeeperOptions withStandbys(List<Address> others) {
    return new KeeperOptions(coordinator, policy, cadence, ioThreads, others, hooks);
  }

  public KeeperOptions withHooks(List<Hook> others) {
    return new KeeperOptions(coordinator, policy, cadence, ioThreads, standbys, others);
  }
}
