package io.understudy.failover.decide;

import io.understudy.topology.RunId;

/**
 * A setting of a server that a switchover changed and that is still to be put back.
 *
 * @param runId on which run
 * @param minReplicas the {@code min-replicas-to-write} that it had
 */
public record Borrowed(RunId runId, long minReplicas) {}
