package io.understudy.bench.costs;

import io.understudy.bench.measure.LoadResult;

/**
 * What one variant did in one round.
 *
 * @param load as the client saw it
 * @param proxyMicros processor time of Understudy, its compiler and collector too, per request
 * @param serverMicros processor time of all servers behind it, per request
 * @param replicaShare which part of the reads the replica answered, 0 to 1; 0 where nothing reads
 *     or there is no replica
 */
record Sample(LoadResult load, double proxyMicros, double serverMicros, double replicaShare) {
  double requestsPerSecond() {
    return load.requestsPerSecond();
  }
}
